import test from 'ava';
import {binaryName, compareVersions, moveBetween, parseVersion} from './versions.js';

const version = (text: string) => {
  const parsed = parseVersion(text);
  if (parsed === undefined) throw new Error(`${text} is no version`);
  return parsed;
};

for (const [from, to, move] of [
  ['v1.30.6+k3s1', 'v1.30.6+k3s1', 'same'],
  ['v1.30.6+k3s1', 'v1.30.6+k3s2', 'upgrade'],
  ['v1.30.6+k3s1', 'v1.31.0+k3s1', 'upgrade'],
  ['v1.30.6+k3s1', 'v1.32.0+k3s1', 'skips-minor'],
  ['v1.30.6+k3s1', 'v1.30.5+k3s9', 'downgrade'],
  ['v1.31.2+k3s1', 'v1.31.12+k3s1', 'upgrade'],
] as const) {
  test(`${from} to ${to} is ${move}`, (t) => {
    t.is(moveBetween(version(from), version(to)), move);
  });
}

test('a version is read from an image tag and from a pre-release, and nothing else is one', (t) => {
  t.is(compareVersions(version('v1.30.6-k3s1'), version('v1.30.6+k3s1')), 0);
  t.is(version('v1.31.0-rc1+k3s1').revision, 1);
  t.is(parseVersion('latest'), undefined);
  t.is(parseVersion(''), undefined);
});

test('the binary of a release is named by the machine', (t) => {
  t.deepEqual(binaryName('x86_64'), {file: 'k3s', sums: 'sha256sum-amd64.txt'});
  t.is(binaryName('aarch64')?.file, 'k3s-arm64');
  t.is(binaryName('mips'), undefined);
});
