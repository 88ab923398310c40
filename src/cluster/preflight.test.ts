import test from 'ava';
import {clusterHost, runningMember, sightingOf} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';
import {preflight} from './preflight.js';
import type {Sighting} from './sighting.js';

type Variables = Record<string, unknown>;

const bare = (name: string, variables: Variables = {}, change: Parameters<typeof sightingOf>[1] = {}): ClusterHost =>
  clusterHost(name, sightingOf(name, change), variables);

const member = (name: string, variables: Variables = {}, change: Partial<Sighting> = {}, inPlay = true): ClusterHost =>
  clusterHost(name, {...runningMember(name, ['server1', 'server2', 'server3']), ...change}, variables, inPlay);

const check = (...all: ClusterHost[]) =>
  preflight({
    servers: all.filter(({wanted}) => wanted.kind === 'server'),
    agents: all.filter(({wanted}) => wanted.kind === 'agent'),
    binaryGiven: false,
  });

test('sound clusters are refused nothing', (t) => {
  const nothing = {refusals: [], warnings: []};
  t.deepEqual(check(bare('server1'), bare('server2'), bare('server3'), bare('agent1')), nothing);
  t.deepEqual(check(member('server1'), member('server2'), member('server3')), nothing);
  t.deepEqual(check(clusterHost('server1', undefined), clusterHost('agent1', undefined)), nothing);
});

const unknownSetting = (key: string): string =>
  `K3s knows no server setting '${key}'; it would skip it with a warning in its log`;
const moved =
  'K3s does not move a member. Give server1 that address again; or let it go (`k3s-uninstall.sh` there) and run again, which puts a new member in its place';

const cases: Record<string, {hosts: ClusterHost[]; refusal: PlanRefusal}> = {
  'no server at all': {
    hosts: [bare('agent1')],
    refusal: {
      hosts: [],
      what: 'the group `server` has no hosts',
      hint: 'put at least one host into group `server` below `k3s_cluster`: agents need a server',
    },
  },
  'an unknown setting, once for all that share it': {
    hosts: ['server1', 'server2'].map((name) => bare(name, {k3s_server_config: {'flanel-backend': 'x'}})),
    refusal: {
      hosts: ['server1', 'server2'],
      what: unknownSetting('flanel-backend'),
      hint: "did you mean 'flannel-backend'?",
      variable: {name: 'k3s_server_config', member: 'flanel-backend', host: 'server1'},
    },
  },
  'a setting with dashes in front, which config.yaml has not': {
    hosts: [bare('server1', {k3s_config: {'--debug': true}})],
    refusal: {
      hosts: ['server1'],
      what: unknownSetting('--debug'),
      hint: "did you mean 'debug'?",
      variable: {name: 'k3s_config', member: '--debug', host: 'server1'},
    },
  },
  'a setting like no other, in another tool’s variable': {
    hosts: [bare('server1', {server_config_yaml: 'zzzzzzzzzz: 1\n'})],
    refusal: {
      hosts: ['server1'],
      what: unknownSetting('zzzzzzzzzz'),
      hint: 'take it out; `k3s server --help` lists the settings there are',
      variable: {name: 'server_config_yaml', host: 'server1'},
    },
  },
  'a servers’ setting on an agent': {
    hosts: [bare('server1'), bare('agent1', {k3s_agent_config: {disable: ['traefik']}})],
    refusal: {
      hosts: ['agent1'],
      what: "K3s knows no agent setting 'disable'; it would skip it with a warning in its log",
      hint: "'disable' is a setting of servers: move it to k3s_server_config, or take it out",
      variable: {name: 'k3s_agent_config', member: 'disable', host: 'agent1'},
    },
  },
  'settings that are no mapping': {
    hosts: [bare('server1', {k3s_server_config: ['disable']})],
    refusal: {
      hosts: ['server1'],
      what: 'k3s_server_config is no mapping of K3s settings',
      hint: 'write it as `name: value` lines, as in config.yaml',
      variable: {name: 'k3s_server_config', host: 'server1'},
    },
  },
  'a reset at every start': {
    hosts: [bare('server1', {extra_server_args: '--cluster-reset'})],
    refusal: {
      hosts: ['server1'],
      what: "'cluster-reset' may not stand in a server's settings",
      hint: 'it would reset the cluster at every start; take it out',
      variable: {name: 'extra_server_args', host: 'server1'},
    },
  },
  'two hosts of one hostname': {
    hosts: [bare('server1'), bare('agent1', {}, {hostname: 'SERVER1'})],
    refusal: {
      hosts: ['agent1'],
      what: "server1 and agent1 would both be the Node 'server1'",
      hint: "they have one hostname: give each its own (on agent1: `hostnamectl set-hostname agent1`), or set 'node-name' for it",
    },
  },
  'two hosts of one node-name': {
    hosts: ['server1', 'server2'].map((name) => bare(name, {k3s_server_config: {'node-name': 'one'}})),
    refusal: {
      hosts: ['server2'],
      what: "server1 and server2 would both be the Node 'one'",
      hint: "leave 'node-name' out, so that the hostname counts, or give each host another",
      variable: {name: 'k3s_server_config', member: 'node-name', host: 'server1'},
    },
  },
  'a node-ip the host has not, the second of two': {
    hosts: [bare('server1', {k3s_node_ip: '10.0.0.1,fd00::9'})],
    refusal: {
      hosts: ['server1'],
      what: 'node-ip fd00::9 is no address of server1, which has 10.0.0.1',
      hint: 'set k3s_node_ip to one of them, for this host alone, or leave it out',
      variable: {name: 'k3s_node_ip', host: 'server1'},
    },
  },
  'a node-ip that changed on a member': {
    hosts: [
      member('server1', {k3s_node_ip: '10.0.0.99'}, {addresses: [{device: 'eth0', address: '10.0.0.99'}]}),
      member('server2'),
    ],
    refusal: {
      hosts: ['server1'],
      what: 'node-ip 10.0.0.99 is not the address under which server1 is a member (10.0.0.1)',
      hint: moved,
      variable: {name: 'k3s_node_ip', host: 'server1'},
    },
  },
  'a member whose address is gone': {
    hosts: [member('server1', {}, {addresses: [{device: 'eth0', address: '10.0.0.98'}]}), member('server2')],
    refusal: {
      hosts: ['server1'],
      what: 'server1 is a member under 10.0.0.1, and has that address no more',
      hint: moved,
    },
  },
  'no version': {
    hosts: [bare('server1', {k3s_version: undefined})],
    refusal: {
      hosts: ['server1'],
      what: 'nothing says which K3s server1 gets',
      hint: 'set k3s_version (as v1.33.4+k3s1), or k3s_binary to a file on this machine',
    },
  },
  'a version that is none': {
    hosts: [bare('server1', {k3s_version: '1.30'}), bare('agent1', {k3s_version: '1.30'})],
    refusal: {
      hosts: ['server1', 'agent1'],
      what: "k3s_version '1.30' is no K3s release",
      hint: 'write it as on the release page: v1.33.4+k3s1',
      variable: {name: 'k3s_version', host: 'server1'},
    },
  },
  'a downgrade': {
    hosts: ['server1', 'server2'].map((name) => member(name, {k3s_version: 'v1.29.9+k3s1'})),
    refusal: {
      hosts: ['server1', 'server2'],
      what: 'k3s_version v1.29.9+k3s1 is older than v1.30.6+k3s1, which is on server1, server2',
      hint: 'K3s has no way back to an older version: set k3s_version to v1.30.6+k3s1 or a newer one (going back takes a snapshot from before the upgrade, and the older binary)',
      variable: {name: 'k3s_version', host: 'server1'},
    },
  },
  'a skipped minor, on an agent too': {
    hosts: [
      member('server1', {k3s_version: 'v1.32.1+k3s1'}),
      bare('agent1', {k3s_version: 'v1.32.1+k3s1'}, {version: 'v1.30.6+k3s1', data: {agent: true}}),
    ],
    refusal: {
      hosts: ['server1', 'agent1'],
      what: 'from v1.30.6+k3s1 to v1.32.1+k3s1 would skip a minor version on server1, agent1',
      hint: 'take one minor version after the other: set k3s_version to a v1.31 release first',
      variable: {name: 'k3s_version', host: 'server1'},
    },
  },
  'a server that would join with an older version': {
    hosts: [member('server1'), bare('server2', {k3s_version: 'v1.30.4+k3s1'})],
    refusal: {
      hosts: ['server2'],
      what: 'server2 would join with v1.30.4+k3s1, which is older than v1.30.6+k3s1 of server1',
      hint: 'set k3s_version to v1.30.6+k3s1 for all hosts',
      variable: {name: 'k3s_version', host: 'server2'},
    },
  },
  'an agent that would be newer than servers outside the run': {
    hosts: [
      member('server1', {k3s_version: 'v1.31.1+k3s1'}, {}, false),
      bare('agent1', {k3s_version: 'v1.31.1+k3s1'}, {version: 'v1.30.6+k3s1', data: {agent: true}}),
    ],
    refusal: {
      hosts: ['agent1'],
      what: 'agent1 would get v1.31.1+k3s1, while server1, which is not in this run, stays at v1.30.6+k3s1',
      hint: 'servers are upgraded first, all of them: run without --limit',
      variable: {name: 'k3s_version', host: 'agent1'},
    },
  },
  'clocks apart': {
    hosts: [bare('server1'), bare('server2', {}, {nowEpochSeconds: 1_700_000_100})],
    refusal: {
      hosts: ['server1', 'server2'],
      what: 'the clocks of server1 and server2 are 100 s apart (server1 is behind)',
      hint: 'certificates and etcd need clocks that agree: set up time synchronisation on all hosts (`timedatectl set-ntp true`, or chrony), then run again',
    },
  },
  'one clock of several': {
    hosts: [
      bare('server1', {}, {nowEpochSeconds: 1_699_999_940}),
      bare('server2'),
      bare('server3', {}, {nowEpochSeconds: 1_700_000_004}),
    ],
    refusal: {
      hosts: ['server1'],
      what: "the clock of server1 is 60 s behind most hosts'",
      hint: 'certificates and etcd need clocks that agree: set up time synchronisation on all hosts (`timedatectl set-ntp true`, or chrony), then run again',
    },
  },
  OpenRC: {
    hosts: [bare('server1', {}, {init: 'openrc'}), bare('agent1', {}, {init: 'openrc'})],
    refusal: {
      hosts: ['server1', 'agent1'],
      what: 'server1, agent1: not run by systemd, but by OpenRC',
      hint: 'this play makes systemd units and no others: take the host out of the inventory, or give it a system with systemd',
    },
  },
  'another init': {
    hosts: [bare('server1', {}, {init: 'other'})],
    refusal: {
      hosts: ['server1'],
      what: 'server1: not run by systemd',
      hint: 'this play makes systemd units and no others: take the host out of the inventory, or give it a system with systemd',
    },
  },
  'SELinux without its policy': {
    hosts: [bare('server1', {}, {selinux: 'Enforcing'}), bare('server2', {}, {selinux: 'Permissive'})],
    refusal: {
      hosts: ['server1'],
      what: 'server1: SELinux is enforcing, and the policy k3s-selinux is not installed',
      hint: 'without it K3s cannot start containers: install the package k3s-selinux (rpm.rancher.io; its container-selinux comes with the distribution), then run again',
    },
  },
};

for (const [name, {hosts, refusal}] of Object.entries(cases)) {
  test(`refuses ${name}, and nothing else`, (t) => {
    t.deepEqual(check(...hosts).refusals, [refusal]);
  });
}

test('a binary of the controller’s stands in for a version', (t) => {
  const servers = [bare('server1', {k3s_version: undefined})];
  t.deepEqual(preflight({servers, agents: [], binaryGiven: true}).refusals, []);
});

test('looks that come one after another are no clocks apart', (t) => {
  const at = (name: string, seconds: number): ClusterHost => ({
    ...bare(name, {}, {nowEpochSeconds: 1_700_000_000 + seconds}),
    sightedAtMs: 1_700_000_000_000 + seconds * 1000,
  });
  t.deepEqual(check(at('server1', 0), at('server2', 100), at('agent1', 3000)).refusals, []);
});

test('a server that changed since the roles were decided is refused', (t) => {
  const decided = new Map([
    ['server1', {kind: 'bare', onItsWay: false}],
    ['server2', {kind: 'unknown', onItsWay: false}],
  ]);
  const servers = ['server1', 'server2'].map((name) => member(name));
  t.deepEqual(preflight({servers, agents: [], binaryGiven: false, decided}).refusals, [
    {
      hosts: ['server1'],
      what: 'server1 was without data when the roles were decided, and is a member now: something else is changing it',
      hint: 'wait until that has ended, then run again',
    },
  ]);
});

test('warns of a datastore that K3s would ignore, and of a missing curl', (t) => {
  const variables = {k3s_server_config: {'datastore-endpoint': 'https://10.9.9.9:2379'}};
  t.deepEqual(check(member('server1', variables), bare('server2', variables, {curl: false})).warnings, [
    "server2: no curl, so etcd's members cannot be read there; install curl",
    'server1: datastore-endpoint is ignored, since etcd is on the disk there; take it out of k3s_server_config',
  ]);
});
