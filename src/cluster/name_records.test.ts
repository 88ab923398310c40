import test from 'ava';
import {compareRecords, type Lookup, type RecordsInput} from './name_records.js';

const servers = [
  {host: 'server1', address: '10.0.0.11'},
  {host: 'server2', address: '10.0.0.12'},
];
const here = (...addresses: string[]): Lookup => ({registers: false, addresses});
const agent = (...addresses: string[]): Lookup => ({host: 'agent1', registers: true, addresses});

const compare = (lookups: readonly Lookup[], more: Partial<RecordsInput> = {}) => {
  const {refusals, warnings} = compareRecords({name: 'k3s.example.com', lookups, servers, ...more});
  return {refusals: refusals.map(({what}) => what), warnings: [...warnings]};
};
const fine = {refusals: [], warnings: []};

const cases: readonly (readonly [string, Parameters<typeof compare>, ReturnType<typeof compare>])[] = [
  ['round robin over all servers', [[here('10.0.0.12', '10.0.0.11'), agent('10.0.0.11', '10.0.0.12')]], fine],
  ['a load balancer that exists already', [[here('192.0.2.7'), agent('192.0.2.7', '192.0.2.8')]], fine],
  ['the pool', [[here('10.0.0.200'), agent('10.0.0.200')], {pool: '10.0.0.200'}], fine],
  [
    'nothing can tell',
    [
      [
        {registers: false, addresses: undefined},
        {host: 'agent1', registers: true, addresses: undefined},
      ],
    ],
    fine,
  ],
  ["a host's own loopback entry", [[{host: 'server1', registers: false, addresses: ['127.0.1.1']}]], fine],
  [
    'a record that is no server',
    [[here('10.0.0.11', '10.0.0.12', '10.0.0.99')]],
    {
      refusals: [
        'k3s.example.com means 10.0.0.99 on this machine, which is no server; it should mean 10.0.0.11 (server1), 10.0.0.12 (server2)',
      ],
      warnings: [],
    },
  ],
  [
    'a server without a record, told once',
    [[here('10.0.0.11'), agent('10.0.0.11')]],
    {refusals: [], warnings: ['k3s.example.com has no record for server2 (10.0.0.12): no one is sent there']},
  ],
  [
    'a server beside the pool',
    [[agent('10.0.0.200', '10.0.0.11')], {pool: '10.0.0.200'}],
    {
      refusals: [
        'k3s.example.com means 10.0.0.11 on agent1, which is not the fixed address; it should mean 10.0.0.200',
      ],
      warnings: [],
    },
  ],
  [
    'an agent that does not know the name',
    [[agent()]],
    {refusals: ['agent1 does not know the name k3s.example.com, at which it shall register'], warnings: []},
  ],
  [
    'others that do not know it',
    [[here(), {host: 'server1', registers: false, addresses: []}]],
    {
      refusals: [],
      warnings: [
        'this machine does not know the name k3s.example.com',
        'server1 does not know the name k3s.example.com',
      ],
    },
  ],
];
for (const [name, input, expected] of cases) {
  test(name, (t) => {
    t.deepEqual(compare(...input), expected);
  });
}

test('one IPv6 address is one, however it is written', (t) => {
  t.deepEqual(compare([here('fd00:0:0::1')], {pool: 'fd00::1'}), fine);
});
