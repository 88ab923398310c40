import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {parseMemberList} from '../../../src/cluster/index.js';
import type {ClusterLab, RunOptions, RunOutcome} from './cluster_lab.js';
import {transcript} from './outcomes.js';

const memberList = `t=/var/lib/rancher/k3s/server/tls/etcd
curl -s --max-time 5 --cacert $t/server-ca.crt --cert $t/client.crt --key $t/client.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`;

/** What tests ask of a cluster, and what they hold a run to. */
export interface ClusterChecks {
  /** Output of a shell script on a host, as root, whatever its exit code. */
  inside(host: string, script: string): Promise<string>;
  membersSeenBy(host: string): Promise<ReturnType<typeof parseMemberList>>;
  /** What lacks of one cluster as every server sees it, all servers voters of it, all nodes ready; undefined: nothing. */
  lacking(servers?: readonly string[]): Promise<string | undefined>;
  isWhole(t: ExecutionContext): Promise<void>;
  /** Waits until nothing lacks: hosts that have booted are up before their K3s is. */
  settles(servers?: readonly string[]): Promise<void>;
  /** One run ends well and leaves the cluster whole. */
  heals(t: ExecutionContext, args?: readonly string[], options?: RunOptions): Promise<RunOutcome>;
}

const settleLimitMs = 120_000;

export function checksOf(cluster: ClusterLab): ClusterChecks {
  const {lab} = cluster;
  const inside = async (host: string, script: string): Promise<string> =>
    (await lab.host(host).exec(['sh', '-c', script], {check: false})).stdout;
  const membersSeenBy = async (host: string): ReturnType<ClusterChecks['membersSeenBy']> =>
    parseMemberList(await inside(host, memberList));
  const all = lab.hosts.filter(({group}) => group === 'server').map(({name}) => name);
  const agents = lab.hosts.filter(({group}) => group === 'agent').map(({name}) => name);
  const lacking = async (servers: readonly string[] = all): Promise<string | undefined> => {
    const seen = await Promise.all(servers.map(membersSeenBy));
    const ids = seen.map((one) => one?.clusterId);
    if (ids.includes(undefined) || new Set(ids).size > 1) return `cluster ids: ${ids.join(', ')}`;
    for (const one of seen) {
      const voters = one?.members.flatMap(({isLearner, name}) =>
        isLearner ? [] : [name.replace(/-[0-9a-f]{8}$/, '')],
      );
      if (voters?.sort().join() !== [...servers].sort().join()) return `voters: ${voters?.join(', ')}`;
    }
    const nodes = await inside(servers[0] ?? '', 'k3s kubectl get nodes');
    // An agent is of the whole alone: a part of the servers is looked at before agents are there.
    const wanted = servers === all ? [...all, ...agents] : servers;
    return wanted.every((name) => new RegExp(`^${name} +Ready `, 'm').test(nodes)) ? undefined : nodes;
  };
  const isWhole = async (t: ExecutionContext): Promise<void> => {
    t.is(await lacking(), undefined);
  };
  return {
    inside,
    membersSeenBy,
    lacking,
    isWhole,
    async settles(servers) {
      const deadline = Date.now() + settleLimitMs;
      for (;;) {
        const what = await lacking(servers);
        if (what === undefined) return;
        if (Date.now() > deadline) throw new Error(`the cluster is not whole: ${what}`);
        await sleep(500);
      }
    },
    async heals(t, args = [], options = {}) {
      const run = await cluster.run(['--diff', ...args], options);
      t.is(run.code, 0, transcript(run));
      await isWhole(t);
      return run;
    },
  };
}
