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
  return {refusals, warnings};
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
        {
          hosts: [],
          what: 'k3s.example.com means 10.0.0.99 on this machine, which is no server; it should mean 10.0.0.11 (server1), 10.0.0.12 (server2)',
          hint: 'take that record out of the DNS: a client that gets it reaches nothing',
        },
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
        {
          hosts: [],
          what: 'k3s.example.com means 10.0.0.11 on agent1, which is not the fixed address; it should mean 10.0.0.200',
          hint: 'take that record out of the DNS: a client that gets it reaches nothing',
        },
      ],
      warnings: [],
    },
  ],
  [
    'an agent that does not know the name',
    [[agent()]],
    {
      refusals: [
        {
          hosts: [],
          what: 'agent1 does not know the name k3s.example.com, at which it shall register',
          hint: 'mend its DNS (or /etc/hosts), or put an address first into k3s_api_endpoint',
        },
      ],
      warnings: [],
    },
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
  [
    'two records that are no servers',
    [[here('10.0.0.11', '10.0.0.98', '10.0.0.99')]],
    {
      refusals: [
        {
          hosts: [],
          what: 'k3s.example.com means 10.0.0.98, 10.0.0.99 on this machine, which is no server; it should mean 10.0.0.11 (server1), 10.0.0.12 (server2)',
          hint: 'take those records out of the DNS: a client that gets one reaches nothing',
        },
      ],
      warnings: ['k3s.example.com has no record for server2 (10.0.0.12): no one is sent there'],
    },
  ],
  [
    'no server of three, beside two',
    [
      [here('10.0.0.11', '10.0.0.12')],
      {servers: [...servers, {host: 'server3', address: '10.0.0.13'}, {host: 'server4', address: '10.0.0.14'}]},
    ],
    {
      refusals: [],
      warnings: ['k3s.example.com has no record for server3 (10.0.0.13), server4 (10.0.0.14): no one is sent there'],
    },
  ],
  [
    "a host's own loopback entry of IPv6, beside a server",
    [[{host: 'server1', registers: false, addresses: ['::1', '10.0.0.11', '10.0.0.12']}]],
    fine,
  ],
  [
    'a loopback entry of this machine',
    [[here('127.0.0.1', '10.0.0.11', '10.0.0.12')]],
    {
      refusals: [
        {
          hosts: [],
          what: 'k3s.example.com means 127.0.0.1 on this machine, which is no server; it should mean 10.0.0.11 (server1), 10.0.0.12 (server2)',
          hint: 'take that record out of the DNS: a client that gets it reaches nothing',
        },
      ],
      warnings: [],
    },
  ],
  [
    'an address that only looks like loopback',
    [[agent('10.127.0.1', '10.0.0.11', '10.0.0.12')]],
    {
      refusals: [
        {
          hosts: [],
          what: 'k3s.example.com means 10.127.0.1 on agent1, which is no server; it should mean 10.0.0.11 (server1), 10.0.0.12 (server2)',
          hint: 'take that record out of the DNS: a client that gets it reaches nothing',
        },
      ],
      warnings: [],
    },
  ],
  ['a loopback entry of an agent, beside the pool', [[agent('127.0.0.1', '10.0.0.200')], {pool: '10.0.0.200'}], fine],
  [
    'two records beside the pool, none of a server',
    [[here('192.0.2.1', '192.0.2.2')], {pool: '10.0.0.200'}],
    {
      refusals: [
        {
          hosts: [],
          what: 'k3s.example.com means 192.0.2.1, 192.0.2.2 on this machine, which is not the fixed address; it should mean 10.0.0.200',
          hint: 'take those records out of the DNS: a client that gets one reaches nothing',
        },
      ],
      warnings: [],
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
