/** The parts of servers that another hand installed. */
import test from 'ava';
import {
  clusterHost,
  memberHost,
  partFor,
  runningMember,
  stoppedMember,
  three,
  unitFiles,
  usualPart,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {HostPlan} from './plan.js';

const foreignUnit = (...args: string[]) => ({
  serverUnit: unitFiles({text: `[Service]\nExecStart=/usr/local/bin/k3s server ${args.join(' ')}\n`}),
});
const tokenDiffers = {
  same: false,
  differing: ['token'],
  words: 'installed by another hand: taken over, and restarted, since token differs',
};
const cases: Record<
  string,
  {servers: readonly ClusterHost[]; host: string; plan: Partial<HostPlan> & Pick<HostPlan, 'step' | 'why'>}
> = {
  'a member whose unit is of another hand': {
    servers: [memberHost('server1', foreignUnit()), memberHost('server2'), memberHost('server3')],
    host: 'server1',
    plan: {
      step: 'member',
      why: `runs as a member; ${tokenDiffers.words}`,
      restart: tokenDiffers.words,
      peerUrl: 'https://10.0.0.2:6443',
      foreign: true,
      adoption: tokenDiffers,
    },
  },
  'a member whose unit is of another hand and asks for a new cluster': {
    servers: [memberHost('server1', foreignUnit('--cluster-init')), memberHost('server2'), memberHost('server3')],
    host: 'server1',
    plan: {
      step: 'member',
      why: `runs as a member; ${tokenDiffers.words}`,
      membership: {membership: 'server', url: 'https://10.0.0.2:6443'},
      restart: tokenDiffers.words,
      peerUrl: 'https://10.0.0.2:6443',
      foreign: true,
      adoption: tokenDiffers,
    },
  },
  'a member whose unit is of another hand and asks for a new cluster, alone': {
    servers: [memberHost('server1', foreignUnit('--cluster-init'), ['server1'])],
    host: 'server1',
    plan: {
      step: 'member',
      why: `runs as a member; ${tokenDiffers.words}`,
      restart: tokenDiffers.words,
      foreign: true,
      adoption: tokenDiffers,
    },
  },
  'a member whose unit is of another hand and joins': {
    servers: [
      memberHost('server1', foreignUnit('--server', 'https://k3s.example:6443')),
      memberHost('server2'),
      memberHost('server3'),
    ],
    host: 'server1',
    plan: {
      step: 'member',
      why: `runs as a member; ${tokenDiffers.words}`,
      membership: {membership: 'server', url: 'https://k3s.example:6443'},
      restart: tokenDiffers.words,
      peerUrl: 'https://10.0.0.2:6443',
      foreign: true,
      adoption: tokenDiffers,
    },
  },
  'a member whose unit is of another hand, and its version is to change': {
    servers: [
      clusterHost('server1', {...runningMember('server1', three), ...foreignUnit()}, {k3s_version: 'v1.31.0+k3s1'}),
      memberHost('server2'),
      memberHost('server3'),
    ],
    host: 'server1',
    plan: {
      step: 'member',
      why: 'runs as a member; installed by another hand: taken over, and restarted, since token, version differ',
      restart: 'installed by another hand: taken over, and restarted, since token, version differ',
      peerUrl: 'https://10.0.0.2:6443',
      foreign: true,
      adoption: {
        same: false,
        differing: ['token', 'version'],
        words: 'installed by another hand: taken over, and restarted, since token, version differ',
      },
    },
  },
  'a member whose unit is of another hand, stopped': {
    servers: [
      clusterHost('server1', {...stoppedMember('server1'), ...foreignUnit()}),
      memberHost('server2'),
      memberHost('server3'),
    ],
    host: 'server1',
    plan: {step: 'start', why: 'is a member that does not run', peerUrl: 'https://10.0.0.2:6443', foreign: true},
  },
};

for (const [name, {servers, host, plan}] of Object.entries(cases)) {
  test(`a server: ${name}`, (t) => {
    t.deepEqual(partFor(servers, host), {...usualPart(host), ...plan});
  });
}
