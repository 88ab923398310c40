/** One server's part of the plan, whole: its step, why, how it is or becomes a member, and what is restarted. */
import test from 'ava';
import {
  addressFor,
  bareHost,
  clusterHost,
  listingHost,
  memberFor,
  memberHost,
  partFor,
  running,
  runningMember,
  stoppedHost,
  stoppedMember,
  three,
  unknownHost,
  usualPart,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {HostPlan} from './plan.js';

const removed = (name: string, tombstone: boolean): ClusterHost => {
  const seen = stoppedMember(name);
  return clusterHost(name, {...seen, data: {...seen.data, tombstone}});
};
const pair = [memberFor('server1'), memberFor('server2')];
const cases: Record<
  string,
  {servers: readonly ClusterHost[]; host: string; plan: Partial<HostPlan> & Pick<HostPlan, 'step' | 'why'>}
> = {
  'nothing on it, the first of three': {
    servers: three.map((name) => bareHost(name)),
    host: 'server1',
    plan: {
      step: 'init',
      why: 'no server has any data',
      membership: {membership: 'cluster-init'},
      peerUrl: 'https://10.0.0.2:6443',
    },
  },
  'nothing on it, the second of three': {
    servers: three.map((name) => bareHost(name)),
    host: 'server2',
    plan: {
      step: 'join',
      why: 'has no data; joins through server1',
      membership: {membership: 'server', url: 'https://10.0.0.1:6443'},
      peerUrl: 'https://10.0.0.1:6443',
    },
  },
  'nothing on it, K3s starting towards its join': {
    servers: [
      memberHost('server1'),
      memberHost('server2'),
      bareHost('server4', {
        configText: 'server: https://10.0.0.1:6443\n',
        server: {...running, active: 'activating'},
      }),
    ],
    host: 'server4',
    plan: {
      step: 'join',
      why: 'has no data yet, and K3s is starting there; joins through server1',
      membership: {membership: 'server', url: 'https://10.0.0.1:6443'},
      peerUrl: 'https://10.0.0.1:6443',
    },
  },
  'nothing on it, outside this run': {
    servers: [memberHost('server1'), memberHost('server2'), bareHost('server3', {}, false)],
    host: 'server3',
    plan: {step: 'none', why: 'not among the hosts of this run', peerUrl: 'https://10.0.0.1:6443'},
  },
  'nobody could look': {
    servers: [memberHost('server1'), memberHost('server2'), unknownHost('server3')],
    host: 'server3',
    plan: {step: 'none', why: 'unreachable', peerUrl: 'https://10.0.0.1:6443'},
  },
  'nobody could look, for a reason of its own': {
    servers: [memberHost('server1'), memberHost('server2'), {...unknownHost('server3'), why: 'its probe failed'}],
    host: 'server3',
    plan: {step: 'none', why: 'its probe failed', peerUrl: 'https://10.0.0.1:6443'},
  },
  'nobody could look, and nothing says why': {
    servers: [memberHost('server1'), memberHost('server2'), {wanted: unknownHost('server3').wanted, inPlay: true}],
    host: 'server3',
    plan: {step: 'none', why: 'unreachable', peerUrl: 'https://10.0.0.1:6443'},
  },
  'taken out, and nobody to join': {
    servers: [removed('server3', true)],
    host: 'server3',
    plan: {step: 'join', why: 'was removed from the cluster, and K3s puts its data aside'},
  },
  'a member that runs': {
    servers: three.map((name) => memberHost(name)),
    host: 'server1',
    plan: {step: 'member', why: 'runs as a member', peerUrl: 'https://10.0.0.2:6443'},
  },
  'a member that runs alone, the other bare': {
    servers: [bareHost('server1'), memberHost('server2', {}, ['server2']), bareHost('server3')],
    host: 'server2',
    plan: {step: 'member', why: 'runs as a member', peerUrl: 'https://10.0.0.1:6443'},
  },
  'a member that runs, the first of the others unknown': {
    servers: [unknownHost('server1'), memberHost('server2'), memberHost('server3')],
    host: 'server2',
    plan: {step: 'member', why: 'runs as a member', peerUrl: 'https://10.0.0.3:6443'},
  },
  'a member that runs, the others unknown': {
    servers: [memberHost('server1'), unknownHost('server2'), unknownHost('server3')],
    host: 'server1',
    plan: {step: 'member', why: 'runs as a member'},
  },
  'a member that runs alone': {
    servers: [memberHost('server1', {}, ['server1'])],
    host: 'server1',
    plan: {step: 'member', why: 'runs as a member'},
  },
  'a member with another config.yaml': {
    servers: [
      memberHost('server1', {configText: 'token: x\ndisable: [traefik]\n'}),
      memberHost('server2'),
      memberHost('server3'),
    ],
    host: 'server1',
    plan: {
      step: 'member',
      why: 'runs as a member; to be restarted: disable changes in config.yaml',
      restart: 'disable changes in config.yaml',
      peerUrl: 'https://10.0.0.2:6443',
    },
  },
  'a member that does not run': {
    servers: [stoppedHost('server1'), memberHost('server2'), memberHost('server3')],
    host: 'server1',
    plan: {step: 'start', why: 'is a member that does not run', peerUrl: 'https://10.0.0.2:6443'},
  },
  'a member that does not run, with another config.yaml': {
    servers: [
      clusterHost('server1', {...stoppedMember('server1'), configText: 'disable: [traefik]\n'}),
      memberHost('server2'),
      memberHost('server3'),
    ],
    host: 'server1',
    plan: {step: 'start', why: 'is a member that does not run', peerUrl: 'https://10.0.0.2:6443'},
  },
  wiped: {
    servers: [bareHost('server1'), listingHost('server2'), listingHost('server3')],
    host: 'server1',
    plan: {
      step: 'replace',
      why: 'was wiped: its dead member server1-0123abcd (server1-id) is removed; joins through server2',
      membership: {membership: 'server', url: 'https://10.0.0.2:6443'},
      peerUrl: 'https://10.0.0.2:6443',
      dead: {id: 'server1-id', name: 'server1-0123abcd', isLearner: false, through: 'server2', addressIsFree: false},
    },
  },
  'new, while another is wiped': {
    servers: [bareHost('server4'), bareHost('server1'), listingHost('server2'), listingHost('server3')],
    host: 'server4',
    plan: {
      step: 'join',
      why: 'has no data; joins through server2',
      membership: {membership: 'server', url: 'https://10.0.0.2:6443'},
      peerUrl: 'https://10.0.0.2:6443',
    },
  },
  'wiped, and outside this run': {
    servers: [bareHost('server1', {}, false), listingHost('server2'), listingHost('server3')],
    host: 'server1',
    plan: {step: 'none', why: 'not among the hosts of this run', peerUrl: 'https://10.0.0.2:6443'},
  },
  'taken out, with K3s’s mark': {
    servers: [
      listingHost('server1', {members: pair}),
      listingHost('server2', {members: pair}),
      removed('server3', true),
    ],
    host: 'server3',
    plan: {
      step: 'join',
      why: 'was removed from the cluster, and K3s puts its data aside; joins through server1',
      membership: {membership: 'server', url: 'https://10.0.0.1:6443'},
      peerUrl: 'https://10.0.0.1:6443',
    },
  },
  'taken out, without that mark': {
    servers: [
      listingHost('server1', {members: pair}),
      listingHost('server2', {members: pair}),
      removed('server3', false),
    ],
    host: 'server3',
    plan: {
      step: 'none',
      why: 'has the data of a member that the cluster does not list',
      peerUrl: 'https://10.0.0.1:6443',
    },
  },
  'bare, while no member runs': {
    servers: [bareHost('server1'), stoppedHost('server2'), stoppedHost('server3')],
    host: 'server1',
    plan: {
      step: 'join',
      why: 'has no data; joins through server2; whether a dead member of it is still listed is seen once server2, server3 run',
      membership: {membership: 'server', url: 'https://10.0.0.2:6443'},
      peerUrl: 'https://10.0.0.2:6443',
    },
  },
  'bare, while one member, which does not run, is in this run': {
    servers: [bareHost('server1'), stoppedHost('server2'), stoppedHost('server3', false)],
    host: 'server1',
    plan: {
      step: 'join',
      why: 'has no data; joins through server2; whether a dead member of it is still listed is seen once server2 runs',
      membership: {membership: 'server', url: 'https://10.0.0.2:6443'},
      peerUrl: 'https://10.0.0.2:6443',
    },
  },
  'bare, while no member runs, nor may be started': {
    servers: [bareHost('server1'), stoppedHost('server2', false), stoppedHost('server3', false)],
    host: 'server1',
    plan: {
      step: 'join',
      why: 'has no data; joins through server2',
      membership: {membership: 'server', url: 'https://10.0.0.2:6443'},
      peerUrl: 'https://10.0.0.2:6443',
    },
  },
};

for (const [name, {servers, host, plan}] of Object.entries(cases)) {
  test(`a server: ${name}`, (t) => {
    t.deepEqual(partFor(servers, host), {...usualPart(host), ...plan});
  });
}

test('peers listen where their own settings say', (t) => {
  const servers = [
    memberHost('server1'),
    clusterHost('server2', runningMember('server2', three), {k3s_server_config: {'https-listen-port': 7443}}),
    memberHost('server3'),
  ];
  t.is(partFor(servers, 'server1')?.peerUrl, `https://${addressFor('server2')}:7443`);
});
