import test from 'ava';
import {readPackages} from './module.js';

const records = (values: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(values));

test('Debian: only what is installed, one entry for each architecture', (t) => {
  const packages = readPackages(
    records({apt: 'ii |libc6|2.36-9|amd64|libs\nii |libc6|2.36-9|i386|libs\nrc |gone|1|all|x\n'}),
  );
  t.deepEqual(Object.keys(packages), ['libc6']);
  t.like(packages.libc6, [{version: '2.36-9', arch: 'amd64', source: 'apt', category: 'libs'}, {arch: 'i386'}]);
});

test('rpm, apk and pacman', (t) => {
  const packages = readPackages(
    records({rpm: 'bash|(none)|5.1|6.el9|x86_64\n', apk: 'busybox-extras-1.36.1-r2\n', pacman: 'linux 6.1-1\n'}),
  );
  t.like(packages.bash, [{version: '5.1', release: '6.el9', epoch: null}]);
  t.like(packages['busybox-extras'], [{version: '1.36.1-r2', source: 'apk'}]);
  t.like(packages.linux, [{version: '6.1-1'}]);
});
