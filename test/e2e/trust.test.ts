import test, {type ExecutionContext} from 'ava';
import {parseMemberList} from '../../src/cluster/index.js';
import {compareListings} from '../../src/lab/index.js';
import {type ClusterLab, clusterLab, type RunOutcome} from './support/cluster_lab.js';
import {changedPaths, transcript} from './support/outcomes.js';

/** What reading a host leaves: logs, and sudo's notes. */
const readingLeaves = [/^\/var\/log\//, /^\/var\/lib\/(sudo|systemd)(\/|$)/];
const servers = ['server1', 'server2', 'server3'];

let cluster: ClusterLab;

test.before('boot', async () => {
  cluster = await clusterLab('trust', {servers: 3, agents: 1});
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const inside = async (host: string, script: string): Promise<string> =>
  (await cluster.lab.host(host).exec(['sh', '-c', script], {check: false})).stdout;

const membersSeenBy = async (host: string): ReturnType<typeof parse> =>
  parse(
    await inside(
      host,
      "t=/var/lib/rancher/k3s/server/tls/etcd; curl -s --max-time 5 --cacert $t/server-ca.crt --cert $t/client.crt --key $t/client.key -d '{}' https://127.0.0.1:2379/v3/cluster/member/list",
    ),
  );
const parse = async (text: string): Promise<ReturnType<typeof parseMemberList>> => parseMemberList(text);

/** One cluster, all servers voters of it, all nodes ready. */
async function isWhole(t: ExecutionContext): Promise<void> {
  const seen = await Promise.all(servers.map(membersSeenBy));
  t.is(new Set(seen.map((one) => one?.clusterId)).size, 1, 'one cluster');
  for (const one of seen) {
    const names = one?.members.filter(({isLearner}) => !isLearner).map(({name}) => name.replace(/-[0-9a-f]{8}$/, ''));
    t.deepEqual([...(names ?? [])].sort(), servers);
  }
  const nodes = await inside('server1', 'k3s kubectl get nodes');
  for (const {name} of cluster.lab.hosts) t.regex(nodes, new RegExp(`^${name} +Ready `, 'm'), nodes);
}

async function heals(t: ExecutionContext): Promise<RunOutcome> {
  const run = await cluster.run(['--diff']);
  t.is(run.code, 0, transcript(run));
  await isWhole(t);
  return run;
}

/** The run refuses with these words, and has written nothing on any host that is up. */
async function refuses(
  t: ExecutionContext,
  args: readonly string[],
  words: readonly (string | RegExp)[],
): Promise<void> {
  const [before, pids] = [await cluster.listings(), await cluster.mainPids().catch(() => new Map())];
  const run = await cluster.run(args);
  t.not(run.code, 0, transcript(run));
  const said = run.stdout + run.stderr;
  for (const word of words)
    t.true(typeof word === 'string' ? said.includes(word) : word.test(said), `${String(word)}\n${transcript(run)}`);
  t.deepEqual(changedPaths(run.events), []);
  for (const [host, listing] of await cluster.listings())
    t.deepEqual(compareListings(before.get(host) ?? [], listing, {ignore: readingLeaves}), [], host);
  t.deepEqual(await cluster.mainPids().catch(() => new Map()), pids);
}

// ── Bare hosts: nothing that could make a second cluster ──

test.serial('bare: --limit to a server that is not the first refuses', async (t) => {
  await refuses(
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
    await refuses(
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
    await refuses(t, past, [
      'the checks were passed over (--start-at-task, --skip-tags), and without them nothing is done: run site.yml from its beginning',
    ]);
  });
}

test.serial('bare: a misspelt setting refuses, and nothing of the hosts that are right is touched', async (t) => {
  await refuses(
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
  await isWhole(t);
  await cluster.lab.save('built');
});

test.serial('the servers listed in another order: changed=0', async (t) => {
  const run = await cluster.run(['-e', '{"k3s_any": 1}', '--limit', 'server3,server2,server1,agent1']);
  t.is(run.code, 0, transcript(run));
  t.deepEqual(changedPaths(run.events), []);
});

// ── A wiped server ──

test.serial('the first server wiped: in the same cluster again, nobody else restarted', async (t) => {
  const before = await membersSeenBy('server2');
  const pids = await cluster.mainPids();
  await inside('server1', 'systemctl stop k3s; rm -rf /var/lib/rancher/k3s');
  const dry = await cluster.run(['--check', '--diff']);
  t.regex(
    dry.stdout,
    /server1 +replace +was wiped: its dead member server1-[0-9a-f]{8} \(\d+\) is removed; joins through server2/,
  );
  const run = await heals(t);
  t.deepEqual(changedPaths(dry.events), changedPaths(run.events));
  t.is((await membersSeenBy('server1'))?.clusterId, before?.clusterId);
  const after = await cluster.mainPids();
  for (const host of ['server2', 'server3', 'agent1']) t.is(after.get(host), pids.get(host), host);
  t.deepEqual(changedPaths((await cluster.run([])).events), []);
});

test.serial('power cut of all: one run, all voters', async (t) => {
  await cluster.lab.restore('built');
  await Promise.all(cluster.lab.hosts.map((host) => host.kill()));
  await cluster.lab.start();
  await inside('server1', 'systemctl stop k3s');
  await heals(t);
});
