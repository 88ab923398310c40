import type {ClusterPlan, HostPlan, Step} from './plan.js';
import {quorumOf} from './quorum.js';

const words: Readonly<Record<Step, string>> = {
  init: 'first server',
  start: 'start',
  member: 'keep',
  convert: 'convert',
  back: 'roll back',
  join: 'join',
  replace: 'replace',
  agent: 'agent',
  none: 'left out',
};

const datastores = {etcd: 'embedded etcd', sqlite: 'SQLite (one server)', external: 'an external datastore'} as const;

const voters = (count: number): string =>
  count === 0
    ? 'none yet'
    : `${count} voter${count === 1 ? '' : 's'}, quorum ${quorumOf(count)}, ${count - quorumOf(count)} may fail`;

/** Who is restarted, and that etcd is kept from losing its quorum or its data by that. */
const restarts = ({datastore, hosts, snapshotBefore}: Shown): string[] => {
  const due = [...hosts.values()].filter(({restart}) => restart !== undefined).map(({host}) => host);
  if (due.length === 0) return [];
  if (datastore !== 'etcd') return [`  to be restarted: ${due.join(', ')}`];
  return [
    `  to be restarted: ${due.join(', ')}, one at a time, each once the others keep quorum without it; ${snapshotBefore ? 'an etcd snapshot before the first' : 'no etcd snapshot before it (k3s_snapshot_before_change: false)'}`,
  ];
};

type Shown = Pick<
  ClusterPlan,
  'datastore' | 'clusterId' | 'hosts' | 'votersBefore' | 'healthyBefore' | 'votersAfter'
> & {readonly snapshotBefore: boolean};

/** The plan as lines for a person, shown before anything is touched. */
export function showPlan(plan: Shown): string[] {
  const hosts = [...plan.hosts.values()];
  const width = Math.max(...hosts.map(({host}) => host.length), 4);
  const line = ({host, step, why}: HostPlan): string => `  ${host.padEnd(width)}  ${words[step].padEnd(12)}  ${why}`;
  return [
    `K3s on ${datastores[plan.datastore]}${plan.clusterId === undefined ? '' : `, cluster ${plan.clusterId}`}`,
    ...hosts.map(line),
    ...(plan.datastore === 'etcd'
      ? [
          `  etcd now: ${voters(plan.votersBefore)}${plan.votersBefore > 0 ? ` (${plan.healthyBefore} healthy)` : ''}; after this run: ${voters(plan.votersAfter)}`,
        ]
      : []),
    ...restarts(plan),
  ];
}
