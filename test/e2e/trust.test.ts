import {readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type ClusterChecks, checksOf} from './support/cluster_checks.js';
import {type ClusterLab, clusterLab} from './support/cluster_lab.js';
import {joinerStages} from './support/joiner_stages.js';
import {changedPaths, transcript, withStatus} from './support/outcomes.js';
import {lostKeys, startWriters} from './support/writer.js';

/*
 * One cluster from its first two servers on: each case begins with a whole one, which the case before has left, or a run makes. More
 * of the same kind, which take their time, are in long/healing.test.ts and long/rolling.test.ts.
 */

let cluster: ClusterLab;
let checks: ClusterChecks;

const real = process.env.K3S_BINARY !== undefined;
/** The longest that a client which fails over may be without an acknowledged write. */
const longestGapMs = real ? 10_000 : 5000;

test.before('two servers and an agent', async (t) => {
  cluster = await clusterLab('trust', {servers: 3, agents: 1});
  checks = checksOf(cluster);
  const run = await cluster.run(['--limit', 'server1,server2,agent1']);
  t.is(run.code, 0, transcript(run));
});

test.after.always('take down', async () => {
  await cluster?.down();
});

/** Three members and an agent. */
async function whole(): Promise<void> {
  if ((await checks.lacking()) === undefined) return;
  const run = await cluster.run([]);
  if (run.code !== 0) throw new Error(`no whole cluster to begin with\n${transcript(run)}`);
}

// Real K3s cannot be told to wait there: what can be caught of it on its way is tried in long/healing.
const joins = real
  ? 'a third server joins (it is killed as a learner on the stand-in only)'
  : 'a joiner and the controller killed while it is a learner: one run';
test.serial(joins, async (t) => {
  const stage = joinerStages(cluster, checks)['as a learner whose etcd has not started'];
  if (!real && stage !== undefined) {
    await stage.prepare();
    const run = await cluster.run([], {killOnce: stage.reached});
    t.is(run.code, -1, `it was to be killed\n${transcript(run)}`);
    await stage.kill();
  }
  await checks.heals(t);
});

// ── A rolling change ──

const snapshots = async (): Promise<string[]> =>
  (await checks.inside('server1', 'ls /var/lib/rancher/k3s/server/db/snapshots'))
    .split('\n')
    .filter((name) => name !== '' && !name.startsWith('etcd-snapshot-'));

/** Writes go on while servers are restarted: none that was acknowledged is lost, and a client that fails over hardly waits. */
async function runWhileWriting(t: ExecutionContext, args: readonly string[]): ReturnType<ClusterLab['run']> {
  const servers = cluster.lab.hosts.filter(({group}) => group === 'server');
  const writers = await startWriters(servers);
  const run = await cluster.run(args);
  const written = await writers.stop();
  for (const {stream, acknowledged, failed, longestGapMs: gapMs} of written) {
    t.log(`${stream}: ${acknowledged.length} acknowledged, ${failed} failed, longest gap ${Math.round(gapMs)} ms`);
    t.true(acknowledged.length > 10, stream);
  }
  t.deepEqual(await lostKeys(servers, written), []);
  const gapMs = written.find(({stream}) => stream === 'any')?.longestGapMs ?? Number.POSITIVE_INFINITY;
  t.true(gapMs <= longestGapMs, `${gapMs} ms`);
  return run;
}

test.serial(
  'one flag changed for all: a snapshot, then one server at a time, and no acknowledged write is lost',
  async (t) => {
    await whole();
    const before = await cluster.mainPids();
    await cluster.setVariables({
      k3s_server_config: {...cluster.k3s.settings, 'node-label': ['rolled=yes']},
      k3s_agent_config: {...(real ? {snapshotter: 'native'} : {}), 'node-label': ['rolled=yes']},
      k3s_snapshot_retention: 2,
    });
    const old = ['before-change-server1-1600000000', 'before-change-server1-1600000001', 'other-server1-1600000000'];
    await checks.inside(
      'server1',
      `cd /var/lib/rancher/k3s/server/db; mkdir -m 700 -p snapshots; cd snapshots; touch ${old.join(' ')}`,
    );
    const dry = await cluster.run(['--check', '--diff']);
    t.regex(
      dry.stdout,
      /to be restarted: server1, server2, server3, one at a time, each once the others keep quorum without it; an etcd snapshot before the first/,
      transcript(dry),
    );
    const run = await runWhileWriting(t, ['--diff']);
    t.is(run.code, 0, transcript(run));
    t.deepEqual(changedPaths(dry.events), changedPaths(run.events));
    t.deepEqual(
      withStatus(run.events, 'changed').map(({host, task}) => `${host}: ${task}`),
      [
        'server1: A snapshot of etcd',
        ...['server1', 'server2', 'server3'].map((host) => `${host}: K3s server, with its settings`),
        'agent1: K3s agent, with its settings',
      ],
    );
    for (const [host, pid] of await cluster.mainPids()) t.not(pid, before.get(host), host);
    await checks.isWhole(t);
    const kept = await snapshots();
    t.is(kept.length, 3, kept.join());
    t.deepEqual(
      old.filter((name) => kept.includes(name)),
      old.slice(1),
    );
  },
);

test.serial('the servers listed in another order: changed=0, nobody restarted, no snapshot', async (t) => {
  await whole();
  const [pids, saved] = [await cluster.mainPids(), await snapshots()];
  const turned = join(dirname(cluster.lab.inventoryPath), 'turned.yml');
  const text = await readFile(cluster.lab.inventoryPath, 'utf8');
  const hosts = text.match(/^ +server\d:\n +ansible_host: \S+\n/gm) ?? [];
  t.is(hosts.length, 3);
  await writeFile(turned, text.replace(hosts.join(''), hosts.toReversed().join('')));
  const run = await cluster.run([], {inventory: turned});
  t.is(run.code, 0, transcript(run));
  t.regex(run.stdout, /server3 +keep .*\n +server2 +keep .*\n +server1 +keep /, transcript(run));
  t.deepEqual(changedPaths(run.events), []);
  t.deepEqual(await cluster.mainPids(), pids);
  t.deepEqual(await snapshots(), saved);
});

// ── Servers that are down, or have lost their disks ──

test.serial('the first server wiped: in the same cluster again, nobody else restarted', async (t) => {
  await whole();
  const before = await checks.membersSeenBy('server2');
  const pids = await cluster.mainPids();
  await checks.inside('server1', 'systemctl stop k3s; rm -rf /var/lib/rancher/k3s');
  const dry = await cluster.run(['--check', '--diff']);
  t.regex(
    dry.stdout,
    /server1 +replace +was wiped: its dead member server1-[0-9a-f]{8} \(\d+\) is removed; joins through server2/,
  );
  const run = await checks.heals(t);
  t.deepEqual(changedPaths(dry.events), changedPaths(run.events));
  t.is((await checks.membersSeenBy('server1'))?.clusterId, before?.clusterId);
  const after = await cluster.mainPids();
  for (const host of ['server2', 'server3', 'agent1']) t.is(after.get(host), pids.get(host), host);
  t.deepEqual(changedPaths((await cluster.run([])).events), []);
});

test.serial('a power cut of all, and K3s down on all servers: one run', async (t) => {
  await whole();
  await Promise.all(cluster.lab.hosts.map((host) => host.kill()));
  await cluster.lab.start();
  const servers = cluster.lab.hosts.filter(({group}) => group === 'server');
  await Promise.all(servers.map(({name}) => checks.inside(name, 'systemctl stop k3s')));
  const run = await checks.heals(t);
  t.regex(run.stdout, /server1 +start +is a member that does not run/);
});
