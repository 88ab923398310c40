import test from 'ava';
import type {PlanRefusal} from './plan.js';
import {type BalancerHost, defaultRouterId, planVrrp, type Vrrp, type VrrpInput} from './vrrp.js';

const eth0 = (address: string, prefixLength = 24) => ({device: 'eth0', address, prefixLength});
const balancer = (name: string, address: string, more: Partial<BalancerHost> = {}): BalancerHost => ({
  name,
  addresses: [eth0(address)],
  ansibleHost: address,
  answers: false,
  holds: false,
  inCluster: false,
  ...more,
});
const two = [balancer('lb1', '10.0.0.101'), balancer('lb2', '10.0.0.102')];
const plan = (more: Partial<VrrpInput> = {}) =>
  planVrrp({vip: '10.0.0.200', balancers: two, others: [{host: 'server1', address: '10.0.0.11'}], ...more});

test('two hosts: each speaks to the other, the first of the inventory is preferred', (t) => {
  const {hosts, refusals} = plan();
  t.deepEqual(refusals, []);
  const common = {interface: 'eth0', prefixLength: 24, routerId: 200};
  t.deepEqual(hosts.get('lb1'), {...common, source: '10.0.0.101', peers: ['10.0.0.102'], priority: 200});
  t.deepEqual(hosts.get('lb2'), {...common, source: '10.0.0.102', peers: ['10.0.0.101'], priority: 190});
});

test('the interface is the one in the network of the address, whichever comes first', (t) => {
  const addresses = [
    {device: 'eth0', address: '192.168.1.5', prefixLength: 24},
    {...eth0('10.0.0.101'), device: 'eth1'},
  ];
  t.like(plan({balancers: [balancer('lb1', '', {addresses}), two[1] as BalancerHost]}).hosts.get('lb1'), {
    interface: 'eth1',
    source: '10.0.0.101',
  });
});

test('a named interface outside that network gets the address alone, without a network', (t) => {
  const addresses = [{device: 'dmz', address: '192.0.2.5', prefixLength: 28}];
  const {hosts, refusals} = plan({
    balancers: [balancer('lb1', '', {addresses, interface: 'dmz'}), two[1] as BalancerHost],
  });
  t.deepEqual(refusals, []);
  t.like(hosts.get('lb1'), {interface: 'dmz', source: '192.0.2.5', prefixLength: 32});
  t.deepEqual(hosts.get('lb2')?.peers, ['192.0.2.5']);
});

test('IPv6 as well', (t) => {
  const {hosts, refusals} = plan({
    vip: 'fd00::1:c8',
    balancers: [
      balancer('lb1', 'fd00::101', {addresses: [eth0('10.0.0.101'), eth0('fd00::101', 64)]}),
      balancer('lb2', 'fd00::102', {addresses: [eth0('10.0.0.102'), eth0('fd00::102', 64)]}),
    ],
  });
  t.deepEqual(refusals, []);
  t.like(hosts.get('lb1'), {source: 'fd00::101', peers: ['fd00::102'], prefixLength: 64, routerId: 200});
});

test('a host alone may use its own address, and needs no VRRP', (t) => {
  const {hosts, refusals} = plan({vip: '10.0.0.101', balancers: [two[0] as BalancerHost]});
  t.deepEqual([hosts.size, refusals.length], [0, 0]);
});

test('a host that cannot be reached is a peer, by its ansible_host', (t) => {
  const {addresses: _gone, ...lost} = balancer('lb2', '10.0.0.102');
  const {hosts, refusals} = plan({balancers: [two[0] as BalancerHost, lost]});
  t.deepEqual(refusals, []);
  t.deepEqual(hosts.get('lb1')?.peers, ['10.0.0.102']);
  t.false(hosts.has('lb2'));
});

test('who holds the address has it by VRRP, and it answers to the others', (t) => {
  const balancers = [balancer('lb1', '10.0.0.101', {holds: true}), balancer('lb2', '10.0.0.102', {answers: true})];
  t.deepEqual(plan({balancers}).refusals, []);
});

const {addresses: _addresses, ...named} = balancer('lb2', 'lb2.example.com');
const refused: readonly (readonly [string, Partial<VrrpInput>, readonly PlanRefusal[]])[] = [
  [
    'no address at all',
    {vip: undefined},
    [
      {
        hosts: [],
        what: 'group lb has hosts, but nothing says which address they hold',
        hint: 'set k3s_api_endpoint to a free address; or, if it is a name, k3s_vip to the address of that name',
      },
    ],
  ],
  [
    'in no network',
    {vip: '10.1.0.200'},
    [
      {
        hosts: [],
        what: 'the fixed address 10.1.0.200 lies in no network of lb1 (it has 10.0.0.101/24 on eth0)',
        hint: 'choose a free address of a network that all hosts of group lb are in, or set k3s_vip_interface',
      },
      {
        hosts: [],
        what: 'the fixed address 10.1.0.200 lies in no network of lb2 (it has 10.0.0.102/24 on eth0)',
        hint: 'choose a free address of a network that all hosts of group lb are in, or set k3s_vip_interface',
      },
    ],
  ],
  [
    "a server's own",
    {vip: '10.0.0.11'},
    [
      {
        hosts: [],
        what: "the fixed address 10.0.0.11 is server1's own: it would be gone with it",
        hint: 'with group lb, k3s_api_endpoint (or k3s_vip) is a free address that moves between its hosts',
      },
    ],
  ],
  [
    "a balancer's own",
    {vip: '10.0.0.102'},
    [
      {
        hosts: [],
        what: "the fixed address 10.0.0.102 is lb2's own, so it would be gone with it",
        hint: 'choose a free address of that network; a host of group lb that is alone may use its own',
      },
    ],
  ],
  [
    'router id',
    {routerId: 256},
    [{hosts: [], what: 'k3s_vip_router_id 256 is not between 1 and 255', hint: 'VRRP has one byte for it'}],
  ],
  [
    'taken by a stranger',
    {balancers: [balancer('lb1', '10.0.0.101', {answers: true}), two[1] as BalancerHost]},
    [
      {
        hosts: [],
        what: 'somebody has the fixed address 10.0.0.200 already: it answers, and no host of group lb holds it',
        hint: 'choose a free address, or find that machine (`ip neigh` on a host of group lb shows its MAC)',
      },
    ],
  ],
  [
    'a server too',
    {balancers: [balancer('lb1', '10.0.0.101', {inCluster: true}), two[1] as BalancerHost]},
    [
      {
        hosts: [],
        what: 'lb1 is in group lb and in the cluster: haproxy and K3s would both want its port',
        hint: 'put haproxy on hosts of their own',
      },
    ],
  ],
  [
    'no such interface',
    {balancers: [balancer('lb1', '10.0.0.101', {interface: 'eth7'}), two[1] as BalancerHost]},
    [
      {
        hosts: [],
        what: 'lb1 has no address of IPv4 on k3s_vip_interface eth7 (it has 10.0.0.101/24 on eth0)',
        hint: 'name the interface as `ip addr` does there',
        variable: {name: 'k3s_vip_interface', host: 'lb1'},
      },
    ],
  ],
  [
    'lost and only a name',
    {balancers: [two[0] as BalancerHost, named]},
    [
      {
        hosts: [],
        what: 'lb2 cannot be reached, and its ansible_host is a name: its peers could not be told its address',
        hint: 'make lb2 reachable, or take it out of group lb',
      },
    ],
  ],
  [
    'router id 0',
    {routerId: 0},
    [{hosts: [], what: 'k3s_vip_router_id 0 is not between 1 and 255', hint: 'VRRP has one byte for it'}],
  ],
  [
    'half a router id',
    {routerId: 1.5},
    [{hosts: [], what: 'k3s_vip_router_id 1.5 is not between 1 and 255', hint: 'VRRP has one byte for it'}],
  ],
  [
    'in no network of IPv6',
    {
      vip: 'fd00::1',
      balancers: [
        balancer('lb1', '10.0.0.101', {interface: 'eth0'}),
        balancer('lb2', '10.0.0.102', {
          addresses: [eth0('10.0.0.102'), {device: 'eth1', address: '10.1.0.2', prefixLength: 16}],
        }),
      ],
    },
    [
      {
        hosts: [],
        what: 'lb1 has no address of IPv6 on k3s_vip_interface eth0 (it has 10.0.0.101/24 on eth0)',
        hint: 'name the interface as `ip addr` does there',
        variable: {name: 'k3s_vip_interface', host: 'lb1'},
      },
      {
        hosts: [],
        what: 'the fixed address fd00::1 lies in no network of lb2 (it has 10.0.0.102/24 on eth0, 10.1.0.2/16 on eth1)',
        hint: 'choose a free address of a network that all hosts of group lb are in, or set k3s_vip_interface',
      },
    ],
  ],
  [
    "the second address of a balancer's own",
    {
      vip: '10.0.0.103',
      balancers: [balancer('lb1', '', {addresses: [eth0('10.0.0.101'), eth0('10.0.0.103')]}), two[1] as BalancerHost],
    },
    [
      {
        hosts: [],
        what: "the fixed address 10.0.0.103 is lb1's own, so it would be gone with it",
        hint: 'choose a free address of that network; a host of group lb that is alone may use its own',
      },
    ],
  ],
  [
    'alone, and a server too',
    {vip: '10.0.0.101', balancers: [balancer('lb1', '10.0.0.101', {inCluster: true})]},
    [
      {
        hosts: [],
        what: 'lb1 is in group lb and in the cluster: haproxy and K3s would both want its port',
        hint: 'put haproxy on hosts of their own',
      },
      {
        hosts: [],
        what: "the fixed address 10.0.0.101 is lb1's own, so it would be gone with it",
        hint: 'choose a free address of that network; a host of group lb that is alone may use its own',
      },
    ],
  ],
];
for (const [name, more, refusals] of refused) {
  test(`refused: ${name}`, (t) => {
    t.deepEqual(plan(more).refusals, refusals);
  });
}

const own = (source: string, priority: number, peers: readonly string[], more = {}): Vrrp => ({
  interface: 'eth0',
  prefixLength: 24,
  source,
  peers,
  priority,
  routerId: 200,
  ...more,
});
const plans: Record<string, readonly (readonly [string, Vrrp])[]> = {
  'the least router id': [
    ['lb1', own('10.0.0.101', 200, ['10.0.0.102'], {routerId: 1})],
    ['lb2', own('10.0.0.102', 190, ['10.0.0.101'], {routerId: 1})],
  ],
  'the greatest router id': [
    ['lb1', own('10.0.0.101', 200, ['10.0.0.102'], {routerId: 255})],
    ['lb2', own('10.0.0.102', 190, ['10.0.0.101'], {routerId: 255})],
  ],
  'alone, with another address than its own': [['lb1', own('10.0.0.101', 200, [])]],
  'an interface of that network, named': [
    ['lb1', own('10.0.0.111', 200, ['10.0.0.102'], {interface: 'eth1'})],
    ['lb2', own('10.0.0.102', 190, ['10.0.0.111'])],
  ],
  'a named interface that is in two networks': [['lb1', own('10.0.0.111', 200, [], {interface: 'eth1'})]],
};

for (const [name, more] of Object.entries<Partial<VrrpInput>>({
  'the least router id': {routerId: 1},
  'the greatest router id': {routerId: 255},
  'alone, with another address than its own': {balancers: [two[0] as BalancerHost]},
  'alone, its second address': {
    vip: '10.0.0.103',
    balancers: [balancer('lb1', '', {addresses: [eth0('10.0.0.101'), eth0('10.0.0.103')]})],
  },
  'an interface of that network, named': {
    balancers: [
      balancer('lb1', '', {
        addresses: [eth0('10.0.0.101'), {device: 'eth1', address: '10.0.0.111', prefixLength: 24}],
        interface: 'eth1',
      }),
      two[1] as BalancerHost,
    ],
  },
  'a named interface that is in two networks': {
    balancers: [
      balancer('lb1', '', {
        addresses: [
          {device: 'eth1', address: '192.168.1.5', prefixLength: 24},
          {device: 'eth1', address: '10.0.0.111', prefixLength: 24},
        ],
        interface: 'eth1',
      }),
    ],
  },
  'no host at all': {balancers: []},
  'a host that is not reached, alone': {
    balancers: [{name: 'lb1', ansibleHost: '10.0.0.101', answers: false, holds: false, inCluster: false}],
  },
}))
  test(`who speaks where: ${name}`, (t) => {
    const {hosts, refusals} = plan(more);
    t.deepEqual([...hosts], plans[name] ?? []);
    t.deepEqual(refusals, []);
  });

test('an address that answers is no stranger where a balancer that may hold it is not reached', (t) => {
  const {addresses: _gone, ...lost} = balancer('lb2', '10.0.0.102');
  t.deepEqual(plan({balancers: [balancer('lb1', '10.0.0.101', {answers: true}), lost]}).refusals, []);
});

for (const [vip, id] of [
  ['10.0.0.200', 200],
  ['10.0.0.0', 255],
  ['10.0.0.255', 255],
  ['10.0.0.1', 1],
  ['fd00::c8', 200],
  ['fd00::', 255],
  ['fd00::100', 1],
  ['fd00::1:ff', 255],
] as const) {
  test(`${vip} gives router id ${id}`, (t) => {
    t.is(defaultRouterId(vip), id);
  });
}
