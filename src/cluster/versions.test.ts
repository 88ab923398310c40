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
  ['v1.30.6+k3s2', 'v1.30.6+k3s1', 'downgrade'],
  ['v1.30.6+k3s1', 'v1.30.6-k3s1', 'same'],
  ['v1.30.6+k3s1', 'v2.40.0+k3s1', 'upgrade'],
  ['v2.0.0+k3s1', 'v1.40.0+k3s1', 'downgrade'],
] as const) {
  test(`${from} to ${to} is ${move}`, (t) => {
    t.is(moveBetween(version(from), version(to)), move);
  });
}

for (const [text, parts] of [
  ['v1.30.6+k3s1', {major: 1, minor: 30, patch: 6, revision: 1, text: 'v1.30.6+k3s1'}],
  ['1.30.6+k3s12', {major: 1, minor: 30, patch: 6, revision: 12, text: '1.30.6+k3s12'}],
  [' v12.30.16-k3s1\n', {major: 12, minor: 30, patch: 16, revision: 1, text: 'v12.30.16-k3s1'}],
  ['v1.31.0-rc1+k3s1', {major: 1, minor: 31, patch: 0, revision: 1, text: 'v1.31.0-rc1+k3s1'}],
  ['v1.31.0-rc1', {major: 1, minor: 31, patch: 0, revision: 0, text: 'v1.31.0-rc1'}],
  ['v1.31.0', {major: 1, minor: 31, patch: 0, revision: 0, text: 'v1.31.0'}],
  ['k3s version v1.31.0+k3s1', undefined],
  ['v1.31', undefined],
  ['latest', undefined],
  ['', undefined],
] as const) {
  test(`the version ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(parseVersion(text), parts);
  });
}

test('a pre-release counts as its release', (t) => {
  t.is(compareVersions(version('v1.30.6-k3s1'), version('v1.30.6+k3s1')), 0);
});

for (const [arch, binary] of [
  ['x86_64', {file: 'k3s', sums: 'sha256sum-amd64.txt'}],
  ['amd64', {file: 'k3s', sums: 'sha256sum-amd64.txt'}],
  ['aarch64', {file: 'k3s-arm64', sums: 'sha256sum-arm64.txt'}],
  ['arm64', {file: 'k3s-arm64', sums: 'sha256sum-arm64.txt'}],
  ['armv7l', {file: 'k3s-armhf', sums: 'sha256sum-arm.txt'}],
  ['armhf', {file: 'k3s-armhf', sums: 'sha256sum-arm.txt'}],
  ['armv8l', {file: 'k3s-armhf', sums: 'sha256sum-arm.txt'}],
  ['s390x', {file: 'k3s-s390x', sums: 'sha256sum-s390x.txt'}],
  ['xarmv7', undefined],
  ['mips', undefined],
] as const) {
  test(`the binary for ${arch}`, (t) => {
    t.deepEqual(binaryName(arch), binary);
  });
}
