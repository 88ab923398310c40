import test from 'ava';
import fc from 'fast-check';
import {hostsText} from './own_files.js';
import {addressOf, linkName, macOf, wantedCounts, withWantedHosts} from './record.js';
import type {LabRecord} from './types.js';

test('hosts are named by group, servers first, each with a number of its own', (t) => {
  const hosts = withWantedHosts([], wantedCounts({servers: 2, agents: 1, groups: {lb: 1}}));
  t.deepEqual(
    hosts.map((host) => [host.name, host.group, host.number]),
    [
      ['server1', 'server', 11],
      ['server2', 'server', 12],
      ['agent1', 'agent', 51],
      ['lb1', 'lb', 101],
    ],
  );
});

test('hosts that are there keep their numbers, whatever is asked for later', (t) => {
  const small = fc.integer({min: 0, max: 5});
  const wanted = fc.record({servers: small, agents: small, groups: fc.record({lb: small, db: small})});
  fc.assert(
    fc.property(wanted, wanted, (first, second) => {
      const before = withWantedHosts([], wantedCounts(first));
      const after = withWantedHosts(before, wantedCounts(second));
      t.deepEqual(after.slice(0, before.length), before);
      t.is(new Set(after.map((host) => host.number)).size, after.length);
      t.is(new Set(after.map((host) => host.name)).size, after.length);
      for (const [group, count] of wantedCounts(second))
        t.true(after.filter((host) => host.group === group).length >= count);
    }),
  );
});

test('a count that makes no sense is refused by its value', (t) => {
  const error = t.throws(() => wantedCounts({servers: 41}));
  t.is(error?.message, 'a lab cannot have 41 hosts in server');
  t.throws(() => wantedCounts({servers: -1}));
  t.throws(() => wantedCounts({groups: {'Not-A-Name': 1}}), {message: /cannot be the name of a group/});
});

test('links fit the kernel, and differ between hosts and labs', (t) => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 254}), fc.integer({min: 11, max: 199}), (subnet, number) => {
      t.true(linkName(subnet, number).length <= 15);
      t.regex(macOf(subnet, number), /^02(:[0-9a-f]{2}){5}$/);
      t.is(addressOf(subnet, number), `10.213.${subnet}.${number}`);
    }),
  );
});

test('every host knows all names', (t) => {
  const record: LabRecord = {
    version: 1,
    name: 'x',
    subnet: 7,
    imageRoot: '/image',
    aptRepo: '/apt',
    hosts: withWantedHosts([], wantedCounts({servers: 1, agents: 1})),
  };
  t.is(
    hostsText(record),
    '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n10.213.7.11 server1\n10.213.7.51 agent1\n',
  );
});
