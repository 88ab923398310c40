import test from 'ava';
import {inNetworkOf, parseAddress, sameAddress} from './address.js';

for (const [address, own, prefixLength, expected] of [
  ['10.0.0.200', '10.0.0.1', 24, true],
  ['10.0.1.200', '10.0.0.1', 24, false],
  ['10.0.1.200', '10.0.0.1', 23, true],
  ['10.0.0.2', '10.0.0.1', 32, false],
  ['fd00::2', 'fd00::1', 64, true],
  ['fd01::2', 'fd00::1', 64, false],
  ['fd00::2', '10.0.0.1', 0, false],
  ['k3s.example.com', '10.0.0.1', 0, false],
  ['10.0.0.1', 'k3s.example.com', 0, false],
  ['10.0.0.1', 'fd00::1', 0, false],
] as const) {
  test(`${address} ${expected ? 'lies' : 'does not lie'} in the network of ${own}/${prefixLength}`, (t) => {
    t.is(inNetworkOf(address, {device: 'eth0', address: own, prefixLength}), expected);
  });
}

for (const [line, expected] of [
  ['eth0 10.0.0.1/24', {device: 'eth0', address: '10.0.0.1', prefixLength: 24}],
  ['eth0@if7 10.0.0.1/24', {device: 'eth0', address: '10.0.0.1', prefixLength: 24}],
  ['wg0 10.0.0.1', {device: 'wg0', address: '10.0.0.1', prefixLength: 32}],
  ['eth0 fd00::1/64', {device: 'eth0', address: 'fd00::1', prefixLength: 64}],
  ['nothing', undefined],
  [' eth0 10.0.0.1/24\n', {device: 'eth0', address: '10.0.0.1', prefixLength: 24}],
  ['wg0 fd00::1', {device: 'wg0', address: 'fd00::1', prefixLength: 128}],
  ['1: eth0 10.0.0.1/24', undefined],
  ['eth0 10.0.0.1/24 x', undefined],
  ['a@b@c 10.0.0.1/24', {device: 'a', address: '10.0.0.1', prefixLength: 24}],
] as const) {
  test(`${JSON.stringify(line)} is ${expected === undefined ? 'no address' : expected.address}`, (t) => {
    t.deepEqual(parseAddress(line), expected);
  });
}

test('addresses are compared, not texts', (t) => {
  t.true(sameAddress('fd00:0:0::1', 'fd00::1'));
  t.false(sameAddress('10.0.0.1', '10.0.0.2'));
});
