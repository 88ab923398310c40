/** The names and addresses of Nodes and members. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  listingHost,
  memberFor,
  memberHost,
  runningMember,
  sightingOf,
  stoppedMember,
  three,
  unitFiles,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';
import {movedMembers, nodeIps, nodeNames} from './preflight_names.js';
import type {Sighting} from './sighting.js';

const input = (hosts: readonly ClusterHost[]) => ({
  servers: hosts.filter(({wanted}) => wanted.kind === 'server'),
  agents: hosts.filter(({wanted}) => wanted.kind === 'agent'),
  binaryGiven: false,
});
const addresses = (...entries: string[]) => ({
  addresses: entries.map((address, index) => ({device: address === '127.0.0.1' ? 'lo' : `eth${index}`, address})),
});
/** A setting that another hand gave, which no variable names. */
const foreign = (...args: string[]) => ({
  serverUnit: unitFiles({text: `ExecStart=/usr/local/bin/k3s server ${args.join(' ')}\n`}),
});

const names: Record<string, {hosts: ClusterHost[]; refusals: PlanRefusal[]}> = {
  'each its own': {hosts: [bareHost('server1'), bareHost('server2'), bareHost('agent1')], refusals: []},
  'three of one hostname': {
    hosts: ['server1', 'server2', 'agent1'].map((name) => bareHost(name, {hostname: 'one'})),
    refusals: [
      {
        hosts: ['agent1'],
        what: "server1 and server2 and agent1 would all be the Node 'one'",
        hint: "they have one hostname: give each its own (on agent1: `hostnamectl set-hostname agent1`), or set 'node-name' for it",
      },
    ],
  },
  'a node-name that another hand gave': {
    hosts: [bareHost('server1'), bareHost('server2', foreign('--node-name', 'server1'))],
    refusals: [
      {
        hosts: ['server2'],
        what: "server1 and server2 would both be the Node 'server1'",
        hint: "leave 'node-name' out, so that the hostname counts, or give each host another",
        variable: {host: 'server2', name: 'k3s_server_config', member: 'node-name'},
      },
    ],
  },
};

for (const [name, {hosts, refusals}] of Object.entries(names)) {
  test(`names of Nodes: ${name}`, (t) => {
    t.deepEqual(nodeNames(input(hosts), hosts), refusals);
  });
}

const noAddress = (wrong: string, has: string, variable: PlanRefusal['variable']): PlanRefusal => ({
  hosts: ['server1'],
  what: `node-ip ${wrong} is no address of server1, which has ${has}`,
  hint: 'set k3s_node_ip to one of them, for this host alone, or leave it out',
  ...(variable === undefined ? {} : {variable}),
});
const nodeIp = {host: 'server1', name: 'k3s_node_ip'};

const ips: Record<string, {host: ClusterHost; refusals: PlanRefusal[]}> = {
  'one of its own': {
    host: clusterHost('server1', sightingOf('server1', addresses('10.0.0.1', '10.9.0.1')), {
      k3s_node_ip: ' 10.9.0.1 ,',
    }),
    refusals: [],
  },
  'none wanted': {host: bareHost('server1'), refusals: []},
  'nobody could look': {host: clusterHost('server1', undefined, {k3s_node_ip: '10.9.9.9'}), refusals: []},
  'no address was seen': {
    host: clusterHost('server1', sightingOf('server1', {addresses: []}), {k3s_node_ip: '10.9.9.9'}),
    refusals: [],
  },
  'two that are none, beside one that is': {
    host: clusterHost(
      'server1',
      sightingOf('server1', addresses('127.0.0.1', '10.0.0.1', 'FE80::1', 'fd00::1', 'fd00:0:fe80:')),
      {k3s_server_config: {'node-ip': ['10.9.9.9, 10.0.0.1', 'fd00::9']}},
    ),
    refusals: [
      noAddress('10.9.9.9, fd00::9', '10.0.0.1, fd00::1, fd00:0:fe80:', {
        host: 'server1',
        name: 'k3s_server_config',
        member: 'node-ip',
      }),
    ],
  },
  'what is on the devices of pods is not offered': {
    host: clusterHost(
      'server1',
      sightingOf('server1', {
        addresses: ['eth0', 'flannel.1', 'flannel-wg', 'cni0', 'veth12ab', 'kube-ipvs0', 'kubelan', 'xveth0'].map(
          (device, at) => ({
            device,
            address: `10.0.0.${at + 1}`,
          }),
        ),
      }),
      {k3s_node_ip: '10.9.9.9'},
    ),
    refusals: [noAddress('10.9.9.9', '10.0.0.1, 10.0.0.7, 10.0.0.8', nodeIp)],
  },
  'one that another hand gave': {
    host: bareHost('server1', foreign('--node-ip', '10.9.9.9')),
    refusals: [noAddress('10.9.9.9', '10.0.0.1', nodeIp)],
  },
};

for (const [name, {host, refusals}] of Object.entries(ips)) {
  test(`node-ip: ${name}`, (t) => {
    t.deepEqual(nodeIps(input([host]), [host]), refusals);
  });
}

const seen = (name: string, change: Partial<Sighting> = {}, variables: Record<string, unknown> = {}): ClusterHost =>
  clusterHost(name, {...runningMember(name, three), ...change}, variables);
const hint =
  'K3s does not move a member. Give server1 that address again; or let it go (`k3s-uninstall.sh` there) and run again, which puts a new member in its place';
const gone: PlanRefusal = {
  hosts: ['server1'],
  what: 'server1 is a member under 10.0.0.1, and has that address no more',
  hint,
};
const away = addresses('10.0.0.98');
const half = sightingOf('server1', {...away, data: {wal: true, stateDb: true, etcdName: memberFor('server1').name}});
/** Another member of the same Node's name, which is listed before its own. */
const namesake = {...memberFor('server1'), name: 'server1-99999999', peerUrls: ['https://10.0.0.98:2380']};

const moved: Record<string, {hosts: ClusterHost[]; refusals: PlanRefusal[]}> = {
  'where it was': {hosts: [seen('server1', addresses('10.8.0.1', '10.0.0.1')), seen('server2')], refusals: []},
  away: {hosts: [seen('server1', away), seen('server2')], refusals: [gone]},
  'away, half converted': {hosts: [clusterHost('server1', half), seen('server2')], refusals: [gone]},
  'away, and no member any more': {hosts: [bareHost('server1', away), seen('server2')], refusals: []},
  'nobody could look': {hosts: [unknownHost('server1'), seen('server2')], refusals: []},
  'no address was seen': {hosts: [seen('server1', {addresses: []}), seen('server2')], refusals: []},
  'not listed': {
    hosts: [seen('server1', away), clusterHost('server2', undefined)].map((host) =>
      host.sighting?.etcd === undefined
        ? host
        : {...host, sighting: {...host.sighting, etcd: {...host.sighting.etcd, members: []}}},
    ),
    refusals: [],
  },
  'away, its name on disk not known': {
    hosts: [
      clusterHost('server1', {
        ...stoppedMember('server1'),
        ...away,
        data: sightingOf('server1', {data: {wal: true}}).data,
      }),
      listingHost('server2'),
    ],
    refusals: [gone],
  },
  'away, the second listed, its name on disk not known': {
    hosts: [
      listingHost('server1'),
      clusterHost('server2', {
        ...stoppedMember('server2'),
        ...away,
        data: sightingOf('server2', {data: {wal: true}}).data,
      }),
    ],
    refusals: [
      {
        hosts: ['server2'],
        what: 'server2 is a member under 10.0.0.2, and has that address no more',
        hint: hint.replaceAll('server1', 'server2'),
      },
    ],
  },
  'a namesake listed before it': {
    hosts: [
      memberHost('server1'),
      listingHost('server2', {members: [namesake, ...three.map((name) => memberFor(name)), memberFor('server4')]}),
    ],
    refusals: [],
  },
  'away, with a node-ip of its new address': {
    hosts: [seen('server1', away, {k3s_server_config: {'node-ip': '10.0.0.98'}}), seen('server2')],
    refusals: [
      {
        hosts: ['server1'],
        what: 'node-ip 10.0.0.98 is not the address under which server1 is a member (10.0.0.1)',
        hint,
        variable: {host: 'server1', name: 'k3s_server_config', member: 'node-ip'},
      },
    ],
  },
  'away, with a node-ip that another hand gave': {
    hosts: [seen('server1', {...away, ...foreign('--node-ip', '10.0.0.98')}), seen('server2')],
    refusals: [
      {
        hosts: ['server1'],
        what: 'node-ip 10.0.0.98 is not the address under which server1 is a member (10.0.0.1)',
        hint,
        variable: nodeIp,
      },
    ],
  },
  'a node-ip that it has not, which is told elsewhere': {
    hosts: [seen('server1', {}, {k3s_node_ip: '10.9.9.9'}), seen('server2')],
    refusals: [],
  },
};

for (const [name, {hosts, refusals}] of Object.entries(moved)) {
  test(`the address of a member: ${name}`, (t) => {
    t.deepEqual(movedMembers(input(hosts), hosts), refusals);
  });
}
