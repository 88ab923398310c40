/** The plan as a person sees it. */
import test from 'ava';
import type {HostPlan, Step} from './plan.js';
import {showPlan} from './show.js';

const part = (host: string, step: Step, restart?: string): readonly [string, HostPlan] => [
  host,
  {
    host,
    kind: 'server',
    step,
    why: `why ${step}`,
    nodeName: host,
    address: '10.0.0.1',
    membership: {membership: 'keep'},
    kept: [],
    foreign: false,
    config: {},
    ...(restart === undefined ? {} : {restart}),
  },
];
const none = {votersBefore: 0, healthyBefore: 0, votersAfter: 0, snapshotBefore: true};
const steps: readonly Step[] = ['init', 'start', 'member', 'convert', 'back', 'join', 'replace', 'agent', 'none'];

for (const [name, plan, lines] of [
  [
    'every step',
    {...none, datastore: 'etcd', hosts: new Map(steps.map((step, index) => part(`s${index}`, step)))},
    [
      'K3s on embedded etcd',
      '  s0    first server  why init',
      '  s1    start         why start',
      '  s2    keep          why member',
      '  s3    convert       why convert',
      '  s4    roll back     why back',
      '  s5    join          why join',
      '  s6    replace       why replace',
      '  s7    agent         why agent',
      '  s8    left out      why none',
      '  etcd now: none yet; after this run: none yet',
    ],
  ],
  [
    'one voter',
    {
      ...none,
      datastore: 'etcd',
      clusterId: 'c1',
      hosts: new Map([part('server1', 'member')]),
      votersBefore: 1,
      healthyBefore: 1,
      votersAfter: 1,
    },
    [
      'K3s on embedded etcd, cluster c1',
      '  server1  keep          why member',
      '  etcd now: 1 voter, quorum 1, 0 may fail (1 healthy); after this run: 1 voter, quorum 1, 0 may fail',
    ],
  ],
  ['no host', {...none, datastore: 'sqlite', hosts: new Map()}, ['K3s on SQLite (one server)']],
  [
    'SQLite',
    {...none, datastore: 'sqlite', hosts: new Map([part('a', 'member')])},
    ['K3s on SQLite (one server)', '  a     keep          why member'],
  ],
  [
    'restarts on an external datastore',
    {
      ...none,
      datastore: 'external',
      hosts: new Map([part('server1', 'member', 'x'), part('server2', 'member', 'y'), part('server3', 'member')]),
    },
    [
      'K3s on an external datastore',
      '  server1  keep          why member',
      '  server2  keep          why member',
      '  server3  keep          why member',
      '  to be restarted: server1, server2',
    ],
  ],
  [
    'restarts of etcd',
    {
      ...none,
      datastore: 'etcd',
      hosts: new Map([part('server1', 'member', 'x'), part('server2', 'member', 'y')]),
      votersBefore: 2,
      healthyBefore: 1,
      votersAfter: 3,
    },
    [
      'K3s on embedded etcd',
      '  server1  keep          why member',
      '  server2  keep          why member',
      '  etcd now: 2 voters, quorum 2, 0 may fail (1 healthy); after this run: 3 voters, quorum 2, 1 may fail',
      '  to be restarted: server1, server2, one at a time, each once the others keep quorum without it; an etcd snapshot before the first',
    ],
  ],
  [
    'restarts of etcd without a snapshot',
    {...none, snapshotBefore: false, datastore: 'etcd', hosts: new Map([part('server1', 'member', 'x')])},
    [
      'K3s on embedded etcd',
      '  server1  keep          why member',
      '  etcd now: none yet; after this run: none yet',
      '  to be restarted: server1, one at a time, each once the others keep quorum without it; no etcd snapshot before it (k3s_snapshot_before_change: false)',
    ],
  ],
] as const) {
  test(`the plan shown: ${name}`, (t) => {
    t.deepEqual(showPlan(plan), lines);
  });
}
