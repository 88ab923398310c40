import test from 'ava';
import {type ClusterChecks, checksOf} from '../support/cluster_checks.js';
import {type ClusterLab, clusterLab} from '../support/cluster_lab.js';
import {changedPaths, transcript, withStatus} from '../support/outcomes.js';
import {lostKeys, startWriters} from '../support/writer.js';

let cluster: ClusterLab;
let checks: ClusterChecks;

/** The longest that a client which fails over may be without an acknowledged write. */
const longestGapMs = process.env.K3S_BINARY === undefined ? 5000 : 10_000;

test.before('a cluster', async (t) => {
  cluster = await clusterLab('rolling', {servers: 3, agents: 1});
  checks = checksOf(cluster);
  const run = await cluster.run([]);
  t.is(run.code, 0, transcript(run));
  await cluster.lab.save('built');
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const labelled = (label: string): Record<string, unknown> => ({
  k3s_server_config: {...cluster.k3s.settings, 'node-label': [label]},
});

const snapshots = async (): Promise<string[]> => {
  const found = await Promise.all(
    cluster.lab.hosts.map(({name}) => checks.inside(name, 'ls /var/lib/rancher/k3s/server/db/snapshots 2>/dev/null')),
  );
  return found.flatMap((text) => text.split('\n').filter((name) => name !== ''));
};

test.serial(
  'one flag changed for all: a snapshot, then one server at a time, and no acknowledged write is lost',
  async (t) => {
    const servers = cluster.lab.hosts.filter(({group}) => group === 'server');
    const before = await cluster.mainPids();
    await cluster.setVariables({
      ...labelled('rolled=yes'),
      k3s_agent_config: {...(cluster.k3s.real ? {snapshotter: 'native'} : {}), 'node-label': ['rolled=yes']},
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
    const writers = await startWriters(servers);
    const run = await cluster.run(['--diff']);
    const written = await writers.stop();
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
    const after = await cluster.mainPids();
    for (const [host, pid] of after) t.not(pid, before.get(host), host);
    await checks.isWhole(t);
    for (const {stream, acknowledged, failed, longestGapMs: gapMs} of written) {
      t.log(`${stream}: ${acknowledged.length} acknowledged, ${failed} failed, longest gap ${Math.round(gapMs)} ms`);
      t.true(acknowledged.length > 10, stream);
    }
    t.deepEqual(await lostKeys(servers, written), []);
    const any = written.find(({stream}) => stream === 'any');
    t.true((any?.longestGapMs ?? Number.POSITIVE_INFINITY) <= longestGapMs, `${any?.longestGapMs} ms`);
    const kept = (await snapshots()).filter((name) => !name.startsWith('etcd-snapshot-'));
    t.is(kept.length, 3, kept.join());
    t.deepEqual(
      old.filter((name) => kept.includes(name)),
      old.slice(1),
    );
  },
);

test.serial('a second run restarts nothing and saves no snapshot', async (t) => {
  const before = await snapshots();
  const run = await cluster.run([]);
  t.is(run.code, 0, transcript(run));
  t.deepEqual(changedPaths(run.events), []);
  t.deepEqual(await snapshots(), before);
});

test.serial('a snapshot that cannot be saved: nothing is restarted', async (t) => {
  const before = await cluster.mainPids();
  const folder = '/var/lib/rancher/k3s/server/db/snapshots';
  await checks.inside('server1', `mv ${folder} ${folder}.aside; touch ${folder}`);
  await cluster.setVariables(labelled('rolled=again'));
  const run = await cluster.run(['--limit', 'server1']);
  t.is(run.code, 2, transcript(run));
  t.regex(
    run.stdout,
    /hint: nothing was restarted\. Mend it and run again; to go without a snapshot: -e k3s_snapshot_before_change=false/,
    transcript(run),
  );
  t.deepEqual(await cluster.mainPids(), before);
  await checks.inside('server1', `rm ${folder}; mv ${folder}.aside ${folder}`);
});

const unschedulable = async (): Promise<string[]> => {
  const nodes = JSON.parse(await checks.inside('server2', 'k3s kubectl get --raw /api/v1/nodes')) as {
    readonly items: readonly {
      readonly metadata: {readonly name: string};
      readonly spec: {readonly unschedulable?: boolean};
    }[];
  };
  return nodes.items.filter(({spec}) => spec.unschedulable === true).map(({metadata}) => metadata.name);
};

test.serial(
  'cordoned for its restart; the controller killed in between; the next run uncordons it, and no other',
  async (t) => {
    await checks.inside('server2', 'k3s kubectl cordon agent1');
    await cluster.setVariables({...labelled('rolled=cordoned'), k3s_cordon: true, k3s_snapshot_before_change: false});
    const run = await cluster.run(['--limit', 'server1'], {
      killOnce: async () => (await unschedulable()).includes('server1'),
    });
    t.is(run.code, -1, transcript(run));
    t.deepEqual((await unschedulable()).sort(), ['agent1', 'server1']);
    await cluster.setVariables({...labelled('rolled=cordoned'), k3s_cordon: false, k3s_snapshot_before_change: false});
    const healed = await cluster.run(['--limit', 'server1']);
    t.is(healed.code, 0, transcript(healed));
    t.deepEqual(await unschedulable(), ['agent1']);
    await cluster.setVariables({...labelled('rolled=thrice'), k3s_cordon: true, k3s_snapshot_before_change: false});
    const whole = await cluster.run(['--limit', 'server1']);
    t.deepEqual(
      withStatus(whole.events, 'changed').map(({task}) => task),
      ['No new pods while it restarts', 'K3s server, with its settings', 'Pods again'],
      transcript(whole),
    );
    t.deepEqual(await unschedulable(), ['agent1']);
    await checks.inside('server2', 'k3s kubectl uncordon agent1');
    await checks.isWhole(t);
  },
);
