import {readFile, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import test from 'ava';
import {type ClusterChecks, checksOf} from './support/cluster_checks.js';
import {type ClusterLab, clusterLab} from './support/cluster_lab.js';
import {changedPaths, transcript} from './support/outcomes.js';

let cluster: ClusterLab;
let checks: ClusterChecks;

test.before('boot', async () => {
  cluster = await clusterLab('trust', {servers: 3, agents: 1});
  checks = checksOf(cluster);
});

test.after.always('take down', async () => {
  await cluster?.down();
});

// ── Bare hosts: nothing that could make a second cluster ──

test.serial('bare: --limit to a server that is not the first refuses', async (t) => {
  await checks.refuses(
    t,
    ['--limit', 'server2'],
    [
      'no server of the cluster exists yet, and server1, which would start it, is not among the hosts of this run',
      'hint: run without --limit, or with server1 in it',
    ],
  );
});

test.serial('bare: an unreachable server refuses, and names the way to give it up', async (t) => {
  await cluster.lab.host('server1').setLink('down');
  try {
    await checks.refuses(
      t,
      ['-e', 'ansible_timeout=3'],
      [
        'no cluster is started while it is not known whether server1 belongs to one',
        `-e '{"k3s_lost_servers": ["server1"]}'`,
      ],
    );
  } finally {
    await cluster.lab.host('server1').setLink('up');
  }
});

for (const past of [
  ['--start-at-task', 'K3s server, with its settings'],
  ['--skip-tags', 'always'],
]) {
  test.serial(`bare: ${past[0]} past the checks refuses`, async (t) => {
    await checks.refuses(t, past, [
      'the checks were passed over (--start-at-task, --skip-tags), and without them nothing is done: run site.yml from its beginning',
    ]);
  });
}

test.serial('bare: a misspelt setting refuses, and nothing of the hosts that are right is touched', async (t) => {
  await checks.refuses(
    t,
    ['--limit', 'server1,server3', '-e', '{"k3s_server_config": {"disabel": ["traefik"]}}'],
    ["K3s knows no server setting 'disabel'; it would skip it with a warning in its log", "did you mean 'disable'?"],
  );
});

test.serial('two controllers at once: the second refuses, and there is one cluster', async (t) => {
  const runs = await Promise.all([cluster.run([]), cluster.run([])]);
  const [won, lost] = runs[0].code === 0 ? runs : [runs[1], runs[0]];
  t.is(won.code, 0, transcript(won));
  t.is(lost.code, 2, transcript(lost));
  t.regex(lost.stdout, /another run works on this cluster: \S+@\S+, process \d+, since \d+ s/);
  t.regex(
    lost.stdout,
    /hint: wait until it has ended \(its lock ends with it\)\. If that machine is gone and the lock stays: -e k3s_break_lock=true/,
  );
  t.deepEqual(changedPaths(lost.events), []);
  await checks.isWhole(t);
  await cluster.lab.save('built');
});

test.serial('the servers listed in another order: changed=0', async (t) => {
  const turned = join(dirname(cluster.lab.inventoryPath), 'turned.yml');
  const text = await readFile(cluster.lab.inventoryPath, 'utf8');
  const hosts = text.match(/^ +server\d:\n +ansible_host: \S+\n/gm) ?? [];
  t.is(hosts.length, 3);
  await writeFile(turned, text.replace(hosts.join(''), hosts.toReversed().join('')));
  const run = await cluster.run([], {inventory: turned});
  t.is(run.code, 0, transcript(run));
  t.regex(run.stdout, /server3 +keep .*\n +server2 +keep .*\n +server1 +keep /, transcript(run));
  t.deepEqual(changedPaths(run.events), []);
});

// ── A wiped server ──

test.serial('the first server wiped: in the same cluster again, nobody else restarted', async (t) => {
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
