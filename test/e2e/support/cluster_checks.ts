import type {ExecutionContext} from 'ava';
import {parseMemberList} from '../../../src/cluster/index.js';
import {compareListings} from '../../../src/lab/index.js';
import type {ClusterLab, RunOptions, RunOutcome} from './cluster_lab.js';
import {changedPaths, transcript} from './outcomes.js';

/** What reading a host leaves: logs, and sudo's notes. */
const readingLeaves = [/^\/var\/log\//, /^\/var\/lib\/(sudo|systemd)(\/|$)/];

const memberList = `t=/var/lib/rancher/k3s/server/tls/etcd
curl -s --max-time 5 --cacert $t/server-ca.crt --cert $t/client.crt --key $t/client.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list`;

/** What tests ask of a cluster, and what they hold a run to. */
export interface ClusterChecks {
  /** Output of a shell script on a host, as root, whatever its exit code. */
  inside(host: string, script: string): Promise<string>;
  membersSeenBy(host: string): Promise<ReturnType<typeof parseMemberList>>;
  /** One cluster as every server sees it, all servers voters of it, all nodes ready. */
  isWhole(t: ExecutionContext): Promise<void>;
  /** One run ends well and leaves the cluster whole. */
  heals(t: ExecutionContext, args?: readonly string[], options?: RunOptions): Promise<RunOutcome>;
  /** The run refuses with these words, has written nothing on any host that is up, and restarted nothing. */
  refuses(t: ExecutionContext, args: readonly string[], words: readonly (string | RegExp)[]): Promise<RunOutcome>;
}

export function checksOf(cluster: ClusterLab): ClusterChecks {
  const {lab} = cluster;
  const inside = async (host: string, script: string): Promise<string> =>
    (await lab.host(host).exec(['sh', '-c', script], {check: false})).stdout;
  const membersSeenBy = async (host: string): ReturnType<ClusterChecks['membersSeenBy']> =>
    parseMemberList(await inside(host, memberList));
  const pids = (): Promise<Map<string, string>> => cluster.mainPids().catch(() => new Map());
  const isWhole = async (t: ExecutionContext): Promise<void> => {
    const servers = lab.hosts.filter(({group}) => group === 'server').map(({name}) => name);
    const seen = await Promise.all(servers.map(membersSeenBy));
    t.is(new Set(seen.map((one) => one?.clusterId)).size, 1, 'one cluster');
    for (const one of seen) {
      const voters = one?.members.filter(({isLearner}) => !isLearner) ?? [];
      t.deepEqual(voters.map(({name}) => name.replace(/-[0-9a-f]{8}$/, '')).sort(), servers);
    }
    const nodes = await inside(servers[0] ?? '', 'k3s kubectl get nodes');
    for (const {name} of lab.hosts) t.regex(nodes, new RegExp(`^${name} +Ready `, 'm'), nodes);
  };
  return {
    inside,
    membersSeenBy,
    isWhole,
    async heals(t, args = [], options = {}) {
      const run = await cluster.run(['--diff', ...args], options);
      t.is(run.code, 0, transcript(run));
      await isWhole(t);
      return run;
    },
    async refuses(t, args, words) {
      const [before, running] = [await cluster.listings(), await pids()];
      const run = await cluster.run(args);
      t.not(run.code, 0, transcript(run));
      const said = run.stdout + run.stderr;
      for (const word of words)
        t.true(typeof word === 'string' ? said.includes(word) : word.test(said), `${String(word)}\n${transcript(run)}`);
      t.deepEqual(changedPaths(run.events), []);
      for (const [host, listing] of await cluster.listings())
        t.deepEqual(compareListings(before.get(host) ?? [], listing, {ignore: readingLeaves}), [], host);
      t.deepEqual(await pids(), running);
      return run;
    },
  };
}
