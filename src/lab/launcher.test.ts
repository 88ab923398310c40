import test from 'ava';
import {launcherText} from './launcher.js';
import {LabFiles, placesOf} from './places.js';
import {run} from './run.js';
import type {LabRecord} from './types.js';

const host = {name: 'server1', group: 'server', number: 11};
const record: LabRecord = {version: 1, name: 'x', subnet: 9, imageRoot: '/image', aptRepo: '/apt', hosts: [host]};

test('the launcher is a script that sh can read', async (t) => {
  const text = launcherText(record, new LabFiles({dir: '/labs', cacheDir: '/labs'}, 'x'), host);
  const {code, stderr} = await run(['sh', '-n'], {input: text, check: false});
  t.deepEqual([code, stderr], [0, '']);
  t.true(text.includes('lowerdir=/labs/x/hosts/server1/own:/image'));
});

test('places that an overlay mount cannot take are refused', (t) => {
  for (const dir of ['/a:b', '/a,b', '/a b'])
    t.throws(() => placesOf({dir}, {}), {message: `a lab cannot lie in ${JSON.stringify(dir)}`});
  t.deepEqual(placesOf({}, {QUORATE_LAB_DIR: '/labs'}), {dir: '/labs', cacheDir: '/var/lib/quorate-lab'});
  t.deepEqual(placesOf({dir: '/mine'}, {QUORATE_LAB_DIR: '/labs', QUORATE_LAB_CACHE: '/cache'}), {
    dir: '/mine',
    cacheDir: '/cache',
  });
});
