import test from 'ava';
import type {GroupEntry} from '../../src/module/index.js';
import {type AddressSeen, parseAddressProbe} from './look.js';
import {type AddressGiven, planAddress} from './plan.js';

const given: AddressGiven = {
  server_group: 'server',
  agent_group: 'agent',
  lb_group: 'lb',
  endpoints: ['10.0.0.200'],
  vip: '',
  port: 6443,
  interface: '',
  router_id: 0,
  here: {},
};

interface Host {
  readonly name: string;
  readonly group: 'server' | 'agent' | 'lb';
  readonly variables?: Readonly<Record<string, unknown>>;
  /** What the probe printed; undefined for a host that cannot be reached. */
  readonly said?: string;
}

const entry = (
  {name, group, variables = {}, said}: Host,
  more: Partial<AddressGiven>,
): GroupEntry<AddressGiven, AddressSeen> => ({
  host: name,
  groups: [group],
  params: {...given, ...more},
  inPlay: group !== 'lb',
  sighting:
    said === undefined
      ? {seen: 'unknown', why: 'unreachable'}
      : {seen: 'known', atMs: 0, value: parseAddressProbe({rc: 0, stdout: said, stderr: ''})},
  variable: (variable) => variables[variable],
  whereOf: () => undefined,
  predicted: {get: () => undefined, touches: () => false},
});

const server = (number: number, found: string, step: string, said = ''): Host => ({
  name: `server${number}`,
  group: 'server',
  variables: {k3s: {address: `10.0.0.1${number}`, port: 6443, found, step}},
  said: `address eth0 10.0.0.1${number}/24\n${said}`,
});
const balancer = (number: number, said: string | undefined = ''): Host => ({
  name: `lb${number}`,
  group: 'lb',
  variables: {ansible_host: `10.0.0.10${number}`},
  ...(said === undefined ? {} : {said: `address eth0 10.0.0.10${number}/24\n${said}`}),
});
const lost = (number: number): Host => ({
  name: `lb${number}`,
  group: 'lb',
  variables: {ansible_host: `10.0.0.10${number}`},
});
const agent = (said = ''): Host => ({name: 'agent1', group: 'agent', said});

const plan = (hosts: readonly Host[], more: Partial<AddressGiven> = {}) =>
  planAddress(hosts.map((host) => entry(host, more)));
const file = (key: string, text: string): string => `${key} ${Buffer.from(text).toString('base64')}\n`;

const three = [server(1, 'member', 'member'), server(2, 'member', 'member'), server(3, 'bare', 'join')];

test('balancers learn who is behind the address, now and later; all learn who balances', (t) => {
  const {variables, refusals, shows} = plan([...three, balancer(1), balancer(2), agent()]);
  t.deepEqual(refusals, []);
  t.deepEqual(shows, ['  fixed address 10.0.0.200, held by one of lb1, lb2']);
  const {k3s_lb: lb, k3s_pool: pool} = (variables?.get('lb1') ?? {}) as Partial<
    Record<string, Record<string, unknown>>
  >;
  t.like(lb, {
    address: '10.0.0.200',
    port: 6443,
    ours: false,
    vrrp: {interface: 'eth0', peers: ['10.0.0.102'], prefix: 24},
  });
  t.deepEqual(
    [lb?.now, lb?.later].map((list) => (list as {name: string}[]).map(({name}) => name)),
    [
      ['server1', 'server2'],
      ['server1', 'server2', 'server3'],
    ],
  );
  t.deepEqual(pool, {hosts: ['lb1', 'lb2'], members: ['server1', 'server2']});
  t.deepEqual(variables?.get('agent1'), {k3s_pool: pool});
});

test('a balancer that cannot be reached is told to nobody, and stays a peer', (t) => {
  const {variables, refusals} = plan([...three, balancer(1), lost(2)]);
  t.deepEqual(refusals, []);
  t.like(variables?.get('lb1'), {k3s_pool: {hosts: ['lb1']}, k3s_lb: {vrrp: {peers: ['10.0.0.102']}}});
});

test('a server that cannot be read stays in the pool of a haproxy that has it', (t) => {
  const cfg = '# Written by quorate\nbackend k3s_servers\n    server server1 10.0.0.11:6443\n';
  const unknown: Host = {name: 'server1', group: 'server', variables: {k3s: {found: 'unknown', step: 'none'}}};
  const {variables} = plan([unknown, server(2, 'member', 'member'), balancer(1, file('haproxy', cfg)), balancer(2)]);
  t.like(variables?.get('lb2'), {
    k3s_lb: {
      now: [
        {name: 'server1', address: '10.0.0.11', port: 6443},
        {name: 'server2', address: '10.0.0.12', port: 6443},
      ],
    },
  });
});

test('the address that a balancer holds by our keepalived is not its own', (t) => {
  const conf = '# Written by quorate\n    virtual_ipaddress {\n        10.0.0.200/24 dev eth0\n    }\n';
  const holds = balancer(1, `address eth0 10.0.0.200/24\n${file('keepalived', conf)}`);
  t.deepEqual(plan([...three, holds, balancer(2, 'answers 52:54:00:00:00:01\n')]).refusals, []);
  const {refusals} = plan([...three, balancer(1, 'address eth0 10.0.0.200/24\n'), balancer(2)]);
  t.deepEqual(
    refusals.map(({what}) => what),
    ["the fixed address 10.0.0.200 is lb1's own, so it would be gone with it"],
  );
});

test('an address that another balancer held a moment ago is no stranger’s', (t) => {
  const macs = [1, 2].map((number) => `mac 52:54:00:00:00:0${number}\n`);
  const what = (answers: string) =>
    plan([...three, balancer(1, macs[0]), balancer(2, `${macs[1]}${answers}`)]).refusals.map((one) => one.what);
  const stranger = 'somebody has the fixed address 10.0.0.200 already: it answers, and no host of group lb holds it';
  t.deepEqual(what('answers 52:54:00:00:00:01\n'), []);
  t.deepEqual(what('answers 52:54:00:00:00:09\n'), [stranger]);
  t.deepEqual(what('answers \n'), [stranger]);
  t.deepEqual(what(''), []);
});

test('names: this machine and each host are asked, and what differs is named', (t) => {
  const here = {'k3s.example.com': ['10.0.0.11', '10.0.0.99']};
  const {refusals, warnings} = plan(
    [server(1, 'member', 'member', 'name k3s.example.com 10.0.0.11\n'), agent('name k3s.example.com \n')],
    {endpoints: ['k3s.example.com'], here},
  );
  t.deepEqual(
    refusals.map(({what}) => what),
    [
      'k3s.example.com means 10.0.0.99 on this machine, which is no server; it should mean 10.0.0.11 (server1)',
      'agent1 does not know the name k3s.example.com, at which it shall register',
    ],
  );
  t.deepEqual(warnings, []);
});

test('without getent nothing is said of a name', (t) => {
  const {refusals, warnings} = plan([server(1, 'member', 'member'), agent()], {endpoints: ['k3s.example.com']});
  t.deepEqual([refusals, warnings], [[], []]);
});
