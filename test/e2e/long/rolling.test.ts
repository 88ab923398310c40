import test from 'ava';
import {type ClusterChecks, checksOf} from '../support/cluster_checks.js';
import {type ClusterLab, clusterLab} from '../support/cluster_lab.js';
import {transcript, withStatus} from '../support/outcomes.js';

/** What may go wrong around a rolling change; the change itself, under a writer, is in ../trust.test.ts. */

let cluster: ClusterLab;
let checks: ClusterChecks;

test.before('a cluster', async (t) => {
  cluster = await clusterLab('rolling', {servers: 3, agents: 1});
  checks = checksOf(cluster);
  const run = await cluster.run([]);
  t.is(run.code, 0, transcript(run));
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const labelled = (label: string): Record<string, unknown> => ({
  k3s_server_config: {...cluster.k3s.settings, 'node-label': [label]},
});

test.serial('a snapshot that cannot be saved: nothing is restarted', async (t) => {
  const before = await cluster.mainPids();
  const folder = '/var/lib/rancher/k3s/server/db/snapshots';
  await checks.inside('server1', `mkdir -p ${folder}; mv ${folder} ${folder}.aside; touch ${folder}`);
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
