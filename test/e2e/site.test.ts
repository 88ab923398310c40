import test from 'ava';
import {compareListings} from '../../src/lab/index.js';
import {type ClusterLab, clusterLab} from './support/cluster_lab.js';
import {changedPaths, conditionalShare, resultsOf, transcript, withStatus} from './support/outcomes.js';

/**
 * What may differ on a host's disk between two runs that change nothing: what K3s, etcd and the system write by themselves.
 * The run itself leaves sudo's and login's traces only.
 */
const writtenByThemselves: readonly RegExp[] = [
  /^\/var\/lib\/rancher\/k3s\//,
  // K3s writes its kubeconfig anew at each start.
  /^\/etc\/rancher\/k3s\/k3s\.yaml$/,
  /^\/var\/lib\/kubelet\//,
  /^\/var\/lib\/cni(\/|$)/,
  /^\/var\/log\//,
  /^\/var\/lib\/(sudo|systemd)\//,
  /^\/var\/lib\/(sudo|systemd)$/,
];

const size = {servers: 3, agents: 2};
let cluster: ClusterLab;

test.before('boot', async () => {
  cluster = await clusterLab('site', process.env.K3S_BINARY === undefined ? size : {servers: 3, agents: 1});
  // Written before there is any other file of K3s's.
  await cluster.setVariables({k3s_registries: {mirrors: {'registry.example': {endpoint: ['https://mirror.example']}}}});
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const untouched = async (
  t: import('ava').ExecutionContext,
  before: Awaited<ReturnType<ClusterLab['listings']>>,
  ignore: readonly RegExp[],
): Promise<void> => {
  const after = await cluster.listings();
  for (const [host, listing] of before)
    t.deepEqual(compareListings(listing, after.get(host) ?? [], {ignore}), [], host);
};

test.serial('a dry run on bare hosts predicts exactly what the first run changes, and touches nothing', async (t) => {
  const bare = await cluster.listings();
  const dry = await cluster.run(['--check', '--diff']);
  t.is(dry.code, 0, transcript(dry));
  await untouched(t, bare, [/^\/var\/log\//, /^\/var\/lib\/sudo(\/|$)/]);
  const real = await cluster.run(['--diff']);
  t.is(real.code, 0, transcript(real));
  const [predicted, changed] = [changedPaths(dry.events), changedPaths(real.events)];
  t.log(`${predicted.length} changes predicted, ${changed.length} made`);
  for (const line of changed) t.log(line);
  t.deepEqual(predicted, changed);
  t.true(predicted.length > 20, 'the dry run predicts something');
  t.true(conditionalShare(dry.events) <= 0.1, `${conditionalShare(dry.events)} of the results are conditional`);
  await cluster.lab.save('built');
});

test.serial('the cluster has its members and nodes', async (t) => {
  const server = cluster.lab.host('server1');
  const nodes = (await server.exec(['k3s', 'kubectl', 'get', 'nodes'])).stdout;
  t.log(nodes);
  for (const host of cluster.lab.hosts) t.regex(nodes, new RegExp(`^${host.name} +Ready `, 'm'));
});

test.serial('a second run changes nothing: no file, no process, no host', async (t) => {
  const [before, pids] = [await cluster.listings(), await cluster.mainPids()];
  const again = await cluster.run([]);
  t.is(again.code, 0, transcript(again));
  t.deepEqual(
    withStatus(again.events, 'changed').map(({host, task}) => `${host} ${task}`),
    [],
  );
  for (const host of cluster.lab.hosts) t.regex(again.stdout, new RegExp(`^${host.name} +: ok=\\d+ +changed=0 `, 'm'));
  t.deepEqual(await cluster.mainPids(), pids);
  await untouched(t, before, writtenByThemselves);
});

test.serial('then a dry run predicts nothing', async (t) => {
  const dry = await cluster.run(['--check', '--diff']);
  t.is(dry.code, 0, transcript(dry));
  t.deepEqual(changedPaths(dry.events), []);
  t.is(conditionalShare(dry.events), 0);
});

test.serial(
  'a flag altered by hand on one host: a snapshot, then one changed task and one restart, there',
  async (t) => {
    const pids = await cluster.mainPids();
    await cluster.lab
      .host('server2')
      .exec(['sh', '-c', 'echo "node-label: [by=hand]" >> /etc/rancher/k3s/config.yaml']);
    const run = await cluster.run(['--diff']);
    t.is(run.code, 0, transcript(run));
    t.deepEqual(
      withStatus(run.events, 'changed').map(({host, task}) => `${host}: ${task}`),
      ['server1: A snapshot of etcd', 'server2: K3s server, with its settings'],
    );
    const after = await cluster.mainPids();
    t.deepEqual(
      [...after].filter(([host, pid]) => pids.get(host) !== pid).map(([host]) => host),
      ['server2'],
    );
    t.false(
      (await cluster.lab.host('server2').exec(['cat', '/etc/rancher/k3s/config.yaml'])).stdout.includes('by=hand'),
    );
  },
);

test.serial('nothing secret is readable by others, in a process list or in a log', async (t) => {
  const server = cluster.lab.host('server1');
  const token = (await server.exec(['sh', '-c', 'sed "s/.*://" /var/lib/rancher/k3s/server/token'])).stdout.trim();
  t.true(token.length >= 16);
  for (const host of cluster.lab.hosts) {
    const {stdout} = await host.exec(
      [
        'sh',
        '-c',
        `grep -rlF '${token}' /etc /usr/local /run/quorate 2>/dev/null | while read -r f; do stat -c '%a %n' "$f"; done; cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -cF '${token}'; journalctl --no-pager -u k3s -u k3s-agent -u sudo | grep -cF '${token}'`,
      ],
      {check: false},
    );
    const [files, counts] = [
      stdout.split('\n').filter((line) => line.includes('/')),
      stdout.split('\n').filter((line) => /^\d+$/.test(line)),
    ];
    t.deepEqual(files, ['600 /etc/rancher/k3s/config.yaml'], host.name);
    // The search itself is a process with the token in its arguments, and its shell.
    t.true(Number(counts[0]) <= 2, `${host.name}: ${stdout}`);
    t.is(counts[1], '0', host.name);
  }
});

for (const [name, damage] of Object.entries({
  'the controller was killed once the first server was ready': async (): Promise<void> => {
    await cluster.lab.reset();
    await cluster.run([], {killWhen: (output) => /PLAY \[Joining servers/.test(output)});
  },
  'only one server has been built, and the binary is missing on another': async (): Promise<void> => {
    await cluster.lab.reset();
    await cluster.run(['--limit', 'server1']);
    await cluster.lab.host('server1').exec(['rm', '/usr/local/bin/kubectl', '/etc/sysctl.d/90-k3s.conf']);
  },
  'a server is stopped, an agent has lost its settings, a unit was edited': async (): Promise<void> => {
    await cluster.restore('built');
    await cluster.lab.host('server3').exec(['systemctl', 'stop', 'k3s']);
    await cluster.lab.host('agent1').exec(['rm', '/etc/rancher/k3s/config.yaml']);
    await cluster.lab.host('server2').exec(['sh', '-c', 'echo "# by hand" >> /etc/systemd/system/k3s.service']);
  },
})) {
  test.serial(`a dry run tells the truth from a half-built state: ${name}`, async (t) => {
    await damage();
    const before = await cluster.listings();
    const dry = await cluster.run(['--check', '--diff']);
    t.is(dry.code, 0, transcript(dry));
    await untouched(t, before, writtenByThemselves);
    const real = await cluster.run(['--diff']);
    t.is(real.code, 0, transcript(real));
    t.deepEqual(changedPaths(dry.events), changedPaths(real.events));
    t.true(changedPaths(real.events).length > 0);
    t.true(conditionalShare(dry.events) <= 0.1);
    t.log(`${changedPaths(real.events).length} changes, ${resultsOf(dry.events).length} results`);
    const again = await cluster.run([]);
    t.deepEqual(changedPaths(again.events), [], transcript(again));
  });
}
