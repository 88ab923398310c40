import test from 'ava';
import {clusterHost, runningMember, sightingOf} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {preflight} from './preflight.js';

const server = (
  name: string,
  variables: Record<string, unknown> = {},
  change: Parameters<typeof sightingOf>[1] = {},
): ClusterHost => clusterHost(name, sightingOf(name, change), variables);

const check = (...servers: ClusterHost[]) => preflight({servers, agents: [], binaryGiven: false});

test('a sound cluster is refused nothing', (t) => {
  t.deepEqual(check(server('server1'), server('server2'), server('server3')), {refusals: [], warnings: []});
});

const cases: Record<string, {servers: ClusterHost[]; what: RegExp; hint: RegExp}> = {
  'an unknown setting': {
    servers: [server('server1', {k3s_server_config: {'flanel-backend': 'x'}})],
    what: /no server setting 'flanel-backend'/,
    hint: /'flannel-backend'/,
  },
  'a critical setting that differs': {
    servers: [server('server1', {k3s_server_config: {'cluster-cidr': '10.1.0.0/16'}}), server('server2')],
    what: /'cluster-cidr' must be the same on all servers, but differs between server1 \(10.1.0.0\/16\) and server2 \(not set\)/,
    hint: /group_vars/,
  },
  'servicelb disabled on one server': {
    servers: [
      server('server1', {k3s_server_config: {disable: ['servicelb', 'traefik']}}),
      server('server2', {k3s_server_config: {disable: ['traefik']}}),
    ],
    what: /'disable: servicelb' must be the same/,
    hint: /group_vars/,
  },
  'two hosts of one node name': {
    servers: [server('server1'), server('server2', {}, {hostname: 'SERVER1'})],
    what: /both be the Node 'server1'/,
    hint: /hostname of its own/,
  },
  'a node-ip the host has not': {
    servers: [server('server1', {k3s_node_ip: '10.9.9.9'})],
    what: /node-ip 10.9.9.9 is no address of server1 \(it has 10.0.0.1\)/,
    hint: /k3s_node_ip/,
  },
  'no version': {
    servers: [server('server1', {k3s_version: undefined})],
    what: /nothing says which K3s server1 gets/,
    hint: /k3s_version/,
  },
  'a version that is none': {
    servers: [server('server1', {k3s_version: '1.30'})],
    what: /k3s_version '1.30' is no K3s release/,
    hint: /release page/,
  },
  'a downgrade': {
    servers: [clusterHost('server1', runningMember('server1', ['server1']), {k3s_version: 'v1.29.9+k3s1'})],
    what: /v1.29.9\+k3s1 is older than v1.30.6\+k3s1/,
    hint: /no downgrade/,
  },
  'a server that would join with an older version': {
    servers: [
      clusterHost('server1', runningMember('server1', ['server1'])),
      server('server2', {k3s_version: 'v1.30.4+k3s1'}),
      server('server3'),
    ],
    what: /server2 would join with v1.30.4\+k3s1, which is older than v1.30.6\+k3s1 of server1/,
    hint: /for all hosts/,
  },
  'a node-ip that changed on a member': {
    servers: [
      clusterHost(
        'server1',
        {...runningMember('server1', ['server1']), addresses: [{device: 'eth0', address: '10.0.0.99'}]},
        {k3s_node_ip: '10.0.0.99'},
      ),
    ],
    what: /node-ip 10.0.0.99 is not the address under which server1 is a member \(10.0.0.1\)/,
    hint: /does not move a member/,
  },
  'a service of another hand whose environment would be lost': {
    servers: [
      server(
        'server1',
        {},
        {
          unitText: '[Service]\nExecStart=/usr/local/bin/k3s server\n',
          envText: 'HTTP_PROXY=http://p:3128\nK3S_TOKEN=x\n',
        },
      ),
    ],
    what: /k3s.service.env on server1 sets HTTP_PROXY, and k3s_environment does not/,
    hint: /k3s_environment/,
  },
  'a critical flag that a server outside the run has otherwise': {
    servers: [
      clusterHost(
        'server1',
        {...runningMember('server1', ['server1']), configText: 'cluster-cidr: 10.1.0.0/16\n'},
        {k3s_server_config: {'cluster-cidr': '10.2.0.0/16'}},
        false,
      ),
      server('server2', {k3s_server_config: {'cluster-cidr': '10.2.0.0/16'}}),
    ],
    what: /'cluster-cidr' must be the same on all servers, but would be 10.2.0.0\/16 on server2, while server1, which is not in this run, has 10.1.0.0\/16/,
    hint: /without --limit/,
  },
  'a skipped minor': {
    servers: [clusterHost('server1', runningMember('server1', ['server1']), {k3s_version: 'v1.32.1+k3s1'})],
    what: /skips a minor version on server1/,
    hint: /v1.31 first/,
  },
  'clocks apart': {
    servers: [server('server1'), server('server2', {}, {nowEpochSeconds: 1_700_000_100})],
    what: /clocks of server1 and server2 are 100 s apart/,
    hint: /synchronisation/,
  },
  OpenRC: {
    servers: [server('server1', {}, {init: 'openrc'})],
    what: /not run by systemd \(openrc\)/,
    hint: /not supported/,
  },
  'SELinux without its policy': {
    servers: [server('server1', {}, {selinux: 'Enforcing'})],
    what: /SELinux is enforcing on server1/,
    hint: /k3s-selinux/,
  },
};

for (const [name, {servers, what, hint}] of Object.entries(cases)) {
  test(`refuses ${name}, and nothing else`, (t) => {
    const {refusals} = check(...servers);
    t.is(refusals.length, 1, JSON.stringify(refusals));
    t.regex(refusals[0]?.what ?? '', what);
    t.regex(refusals[0]?.hint ?? '', hint);
  });
}

test('other differences of `disable` are let be', (t) => {
  t.deepEqual(check(server('server1', {k3s_server_config: {disable: ['traefik']}}), server('server2')).refusals, []);
});

test('a server that changed since the roles were decided is refused', (t) => {
  const decided = new Map([
    ['server1', 'bare'],
    ['server2', 'unknown'],
  ]);
  const servers = ['server1', 'server2'].map((name) => clusterHost(name, runningMember(name, ['server1', 'server2'])));
  const {refusals} = preflight({servers, agents: [], binaryGiven: false, decided});
  t.deepEqual(
    refusals.map(({what}) => what),
    ['server1 was without data when the roles were decided, and is a member now: something else is changing it'],
  );
});
