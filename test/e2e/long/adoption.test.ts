import {mkdir, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {compareListings} from '../../../src/lab/index.js';
import {type ClusterChecks, checksOf} from '../support/cluster_checks.js';
import {type ClusterLab, clusterLab, type RunOutcome} from '../support/cluster_lab.js';
import {installByScript, installFiles, serviceName, startService, writeFiles} from '../support/foreign_install.js';
import {changedPaths, conditionalShare, transcript} from '../support/outcomes.js';

/** Clusters that another hand made are taken over: their settings move to config.yaml, and what runs goes on running. */

const servers = ['server1', 'server2', 'server3'] as const;
const token = 'made-by-the-script';
let cluster: ClusterLab;
let checks: ClusterChecks;
let url: string;

const host = (name: string) => cluster.lab.host(name);
const inside = async (name: string, script: string): Promise<string> =>
  (await host(name).exec(['sh', '-c', script], {check: false})).stdout;

/** The settings without which K3s does not run here, as flags. */
const flags = (): string[] =>
  Object.entries(cluster.k3s.settings).flatMap(([key, value]) =>
    [value].flat().flatMap((item) => [`--${key}`, String(item)]),
  );

test.before('a cluster by K3s’s install script', async () => {
  cluster = await clusterLab('adoption', {servers: 3, agents: 1});
  checks = checksOf(cluster);
  url = `https://${host('server1').address}:6443`;
  const {binary, real} = cluster.k3s;
  const environment = {K3S_TOKEN: token};
  // Three ways to say the same: by flags, and by the environment.
  await installByScript(host('server1'), binary, {
    kind: 'server',
    args: ['--cluster-init', ...flags(), '--write-kubeconfig-mode', '640'],
    environment: {...environment, HTTP_PROXY: 'http://user:pa55word@10.213.0.1:3128', NO_PROXY: '10.0.0.0/8'},
  });
  await installByScript(host('server2'), binary, {kind: 'server', args: ['--server', url, ...flags()], environment});
  await installByScript(host('server3'), binary, {
    kind: 'server',
    args: flags(),
    environment: {...environment, K3S_URL: url},
  });
  await installByScript(host('agent1'), binary, {
    kind: 'agent',
    args: real ? ['--snapshotter', 'native', '--node-label', 'made=here'] : ['--node-label', 'made=here'],
    environment: {...environment, K3S_URL: url},
  });
  // What is saved is a cluster, and not an agent that unpacks itself; and saving holds all hosts still for a while.
  await checks.settles();
  await cluster.lab.save('installed');
  await checks.settles();
});

test.after.always('take down', async () => {
  await cluster?.down();
});

/** What taking over changes on a host whatever form it has: the files around K3s, and the note of what it runs with. */
function filesOf(
  name: string,
  kind: 'server' | 'agent',
  {but = [], started = false}: {readonly but?: readonly string[]; readonly started?: boolean} = {},
): string[] {
  const service = kind === 'server' ? 'k3s' : 'k3s-agent';
  return [
    "Settings of another hand's unit go to config.yaml | /etc/rancher/k3s/config.yaml",
    `Environment of the service | /etc/systemd/system/${service}.service.env`,
    'Folder of the helper | /usr/local/lib/quorate',
    'Forwarding between pods | /etc/sysctl.d/90-k3s.conf',
    // Real K3s has switched it on itself.
    ...(cluster.k3s.real ? [] : ['Forwarding between pods | sysctl net.ipv4.ip_forward']),
    'Helper that tells what K3s was started with | /usr/local/lib/quorate/k3s-sums',
    `${started ? `K3s ${kind}, with its settings` : 'Service of another hand, taken over as it runs'} | service ${service}`,
    `Script that removes K3s | /usr/local/bin/${service}-uninstall.sh`,
    'Script that stops everything K3s has started | /usr/local/bin/k3s-killall.sh',
    `Unit of the service | /etc/systemd/system/${service}.service`,
  ]
    .filter((line) => !but.some((part) => line.startsWith(part)))
    .map((line) => `${name} | ${line}`);
}

/**
 * How often systemd has started K3s in this boot because somebody asked for it: all its starts but, on real K3s, those after it had
 * ended by itself, as it does whenever its etcd answers too late.
 */
const startsAskedFor = async (names: readonly string[]): Promise<Record<string, number>> =>
  Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const told = await inside(name, 'journalctl -b -u k3s -u k3s-agent -o cat _PID=1');
        const times = (line: RegExp): number => (told.match(line) ?? []).length;
        const afterItsOwnEnd = cluster.k3s.real ? times(/Scheduled restart job/g) : 0;
        return [name, times(/^Starting /gm) - afterItsOwnEnd] as const;
      }),
    ),
  );

interface Taken {
  readonly inventory?: string;
  readonly names: readonly string[];
  /** All that changes. */
  readonly changed: readonly string[];
  readonly restarted: readonly string[];
}

/** Predicts, does, and does nothing more: what changes is exactly what is said, and only who is named is restarted. */
async function takesOver(t: ExecutionContext, {inventory, names, changed, restarted}: Taken): Promise<RunOutcome> {
  const options = inventory === undefined ? {} : {inventory};
  const before = await startsAskedFor(names);
  const dry = await cluster.run(['--check', '--diff'], options);
  t.is(dry.code, 0, transcript(dry));
  t.is(conditionalShare(dry.events), 0);
  const real = await cluster.run(['--diff'], options);
  t.is(real.code, 0, transcript(real));
  t.deepEqual([...new Set(changedPaths(real.events))], [...changed].sort(), transcript(real));
  t.deepEqual(changedPaths(dry.events), changedPaths(real.events));
  const after = await startsAskedFor(names);
  t.deepEqual(
    names.filter((name) => before[name] !== after[name]),
    [...restarted],
    transcript(real),
  );
  const twice = await cluster.run([], options);
  t.is(twice.code, 0, transcript(twice));
  t.deepEqual(changedPaths(twice.events), []);
  t.deepEqual(await startsAskedFor(names), after);
  for (const run of [dry, real])
    for (const secret of [token, 'pa55word'])
      t.false(`${run.stdout}${run.stderr}${JSON.stringify(run.events)}`.includes(secret), secret);
  return real;
}

test.serial('by the install script: files are written anew, nothing is restarted', async (t) => {
  const run = await takesOver(t, {
    names: [...servers, 'agent1'],
    changed: [...servers.flatMap((name) => filesOf(name, 'server')), ...filesOf('agent1', 'agent')],
    restarted: [],
  });
  t.regex(run.stdout, /server1 +keep +runs as a member; installed by another hand: taken over as it runs/);
  const config = await inside('server1', 'stat -c %a /etc/rancher/k3s/config.yaml; cat /etc/rancher/k3s/config.yaml');
  t.regex(config, /^600\n/);
  t.regex(config, /^# Kept as found, since the inventory does not name them: write-kubeconfig-mode$/m);
  t.regex(config, new RegExp(`^server: https://${host('server2').address}:6443$`, 'm'));
  t.regex(await inside('server3', 'cat /etc/rancher/k3s/config.yaml'), new RegExp(`^server: ${url}$`, 'm'));
  t.regex(await inside('agent1', 'cat /etc/rancher/k3s/config.yaml'), /^# Kept .*: node-label$[\s\S]*^server: /m);
  t.is(
    await inside('server1', 'cat /etc/systemd/system/k3s.service.env'),
    '# Kept as found, since the inventory does not name them: HTTP_PROXY, NO_PROXY\nHTTP_PROXY=http://user:pa55word@10.213.0.1:3128\nNO_PROXY=10.0.0.0/8\n',
  );
  // What it runs with at its next start is what it ran with.
  const args = "k3s kubectl get node server2 -o jsonpath='{.metadata.annotations.k3s\\.io/node-args}'";
  const [then] = [await inside('server2', args), await host('server2').exec(['systemctl', 'restart', 'k3s'])];
  t.is(settingsIn(await inside('server2', args)), settingsIn(then));
});

test.serial('one of them is stopped: it is started, and no other is restarted for that', async (t) => {
  await cluster.restore('installed');
  await checks.settles();
  await inside('server3', 'systemctl stop k3s');
  const run = await takesOver(t, {
    names: [...servers, 'agent1'],
    changed: [
      ...servers.flatMap((name) => filesOf(name, 'server', {started: name === 'server3'})),
      ...filesOf('agent1', 'agent'),
    ],
    restarted: ['server3'],
  });
  t.regex(run.stdout, /server3 +start +is a member that does not run/);
});

test.serial('one of them is still starting: it is waited for, and not restarted', async (t) => {
  await cluster.restore('installed');
  await checks.settles();
  // Real K3s takes long enough; the stand-in is made to.
  if (!cluster.k3s.real) await inside('server2', 'echo "start-delay-ms: 10000" >/etc/rancher/k3s/standin.yaml');
  await inside(
    'server2',
    'systemctl restart --no-block k3s; until [ "$(systemctl is-active k3s)" = activating ]; do sleep 0.2; done; sleep 1; rm -f /etc/rancher/k3s/standin.yaml',
  );
  const before = await startsAskedFor(servers);
  const run = await cluster.run([]);
  t.is(run.code, 0, transcript(run));
  t.regex(
    run.stdout,
    /server2 +(start|keep) +is a member that (does not run|is still starting); installed by another hand: taken over as it runs/,
  );
  t.deepEqual(await startsAskedFor(servers), before, transcript(run));
  t.is(await checks.lacking(), undefined);
});

/** `["server","--disable","traefik","--disable=x"]` of a Node, sorted, without what moved and without secrets. */
const settingsIn = (nodeArgs: string): string =>
  (JSON.parse(nodeArgs) as string[])
    .join('=')
    .split('=--')
    .slice(1)
    .filter((setting) => !/^(token|server|cluster-init)=/.test(setting))
    .sort()
    .join(' ');

/** As k3s-io/k3s-ansible 1.2 leaves the first server: config.yaml that all can read, a unit with `extra_server_args`. */
async function asK3sAnsible(name: string): Promise<void> {
  await installFiles(host(name), cluster.k3s.binary, {kind: 'server', args: flags(), environment: {}});
  await writeFiles(host(name), {
    '/etc/rancher/k3s/config.yaml': [
      '0644',
      `cluster-init: true\ntls-san: ${host('server1').address}\ntoken: ${token}\n`,
    ],
  });
}

test.serial(
  'each host in another form, one value differs on one host: a restart there, and nowhere else',
  async (t) => {
    await cluster.restore('installed');
    const {binary} = cluster.k3s;
    await asK3sAnsible('server1');
    // Flags over config.yaml.d over config.yaml over the environment; only the label is not as the inventory says.
    await installFiles(host('server2'), binary, {
      kind: 'server',
      args: [...flags(), '--write-kubeconfig-mode=600'],
      environment: {K3S_TOKEN: token, K3S_KUBECONFIG_MODE: '644', K3S_URL: url},
    });
    await writeFiles(host('server2'), {
      '/etc/rancher/k3s/config.yaml': ['0600', `write-kubeconfig-mode: "640"\nnode-label: [zone=a]\n`],
      '/etc/rancher/k3s/config.yaml.d/10-own.yaml': ['0600', 'tls-san+: [own.example]\n'],
    });
    // A file of settings elsewhere, with its folder; and a drop-in of the unit.
    await installFiles(host('server3'), binary, {
      kind: 'server',
      environment: {K3S_CONFIG_FILE: '/etc/k3s.yaml'},
    });
    await writeFiles(host('server3'), {
      '/etc/k3s.yaml': ['0600', yamlOf({token, server: url, ...cluster.k3s.settings})],
      '/etc/systemd/system/k3s.service.d/proxy.conf': ['0644', '[Service]\nEnvironment=NO_PROXY=10.0.0.0/8\n'],
    });
    // As k3s-ansible leaves an agent: the URL as a flag, the token as a line in the environment.
    await installFiles(host('agent1'), binary, {
      kind: 'agent',
      args: ['--server', url, ...(cluster.k3s.real ? ['--snapshotter', 'native'] : [])],
      environment: {K3S_TOKEN: token},
    });
    for (const name of servers) await startService(host(name), {kind: 'server'});
    await startService(host('agent1'), {kind: 'agent'});
    const folder = join(dirname(cluster.lab.inventoryPath), 'host_vars');
    await mkdir(folder, {recursive: true});
    await writeFile(
      join(folder, 'server2.json'),
      JSON.stringify({k3s_server_config: {...cluster.k3s.settings, 'node-label': ['zone=b']}}),
    );
    try {
      const run = await takesOver(t, {
        names: [...servers, 'agent1'],
        changed: [
          // k3s-ansible leaves an empty environment.
          ...filesOf('server1', 'server', {but: ['Environment']}),
          ...filesOf('server2', 'server', {started: true}),
          ...filesOf('server3', 'server'),
          ...filesOf('agent1', 'agent'),
          // Its file of settings starts a cluster, and it is a member since long.
          'server1 | No server starts a cluster any more | /etc/rancher/k3s/config.yaml',
          // One is restarted, and a snapshot comes before it.
          'server1 | A snapshot of etcd | etcd snapshot before-change',
        ],
        restarted: ['server2'],
      });
      t.regex(run.stdout, /server2 +keep +.*taken over, and restarted, since node-label differs/);
    } finally {
      await rm(folder, {recursive: true});
    }
    t.regex(await inside('server2', 'cat /etc/rancher/k3s/config.yaml'), /write-kubeconfig-mode: '?"?600/);
    t.is(await inside('server2', 'ls /etc/rancher/k3s/config.yaml.d'), '10-own.yaml\n');
    t.regex(await inside('server2', `k3s kubectl get node server2 --show-labels`), /zone=b/);
    t.is(await inside('server1', 'stat -c %a /etc/rancher/k3s/config.yaml'), '600\n');
  },
);

/** One YAML document of plain settings. */
const yamlOf = (settings: Readonly<Record<string, unknown>>): string =>
  Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');

/** An inventory of one server alone, with variables of its own. */
async function alone(name: string, variables: Readonly<Record<string, unknown>>): Promise<string> {
  const {inventoryPath} = cluster.lab;
  const folder = join(dirname(inventoryPath), `alone-${name}`);
  await mkdir(folder, {recursive: true});
  const all = await cluster.access();
  const path = join(folder, 'inventory.yml');
  await writeFile(
    path,
    JSON.stringify({
      k3s_cluster: {
        children: {server: {hosts: {[name]: {ansible_host: host(name).address}}}, agent: {hosts: {}}},
        vars: {...all, ...variables},
      },
    }),
  );
  return path;
}

test.serial(
  'a single server on SQLite: without arguments, with its data elsewhere, under a name of its own',
  async (t) => {
    await cluster.lab.reset();
    const {binary, settings, real, version} = cluster.k3s;
    const variables = {k3s_binary: binary, k3s_version: version, ...(real ? {k3s_server_config: settings} : {})};
    const needed = real ? flags() : [];
    const foo = {kind: 'server', name: 'foo', args: needed} as const;
    await Promise.all([
      installByScript(host('server1'), binary, {kind: 'server', args: needed}),
      installByScript(host('server2'), binary, {
        kind: 'server',
        args: [...needed, '--data-dir', '/srv/k3s', '--node-name', 'the-one'],
      }),
      installByScript(host('server3'), binary, foo),
    ]);
    await takesOver(t, {
      inventory: await alone('server1', variables),
      names: ['server1'],
      changed: filesOf('server1', 'server', {but: ['Environment']}),
      restarted: [],
    });
    await takesOver(t, {
      inventory: await alone('server2', variables),
      names: ['server2'],
      changed: filesOf('server2', 'server', {but: ['Environment']}),
      restarted: [],
    });
    t.regex(
      await inside('server2', 'cat /etc/rancher/k3s/config.yaml'),
      /: data-dir, node-name$[\s\S]*^data-dir: \/srv\/k3s$/m,
    );
    t.is(await inside('server2', 'ls -d /var/lib/rancher/k3s/server 2>/dev/null'), '');
    const before = await host('server3').upperListing();
    const inventory = await alone('server3', variables);
    const refused = await cluster.run([], {inventory});
    t.not(refused.code, 0, transcript(refused));
    t.regex(
      refused.stdout + refused.stderr,
      /k3s-foo\.service on server3 runs K3s under a name of its own \(INSTALL_K3S_NAME\), and this play manages k3s\.service: K3s would run there twice/,
    );
    t.deepEqual(
      compareListings(before, await host('server3').upperListing(), {
        ignore: [/^\/var\/(log|lib\/(rancher|sudo|systemd))(\/|$)/],
      }),
      [],
    );
    // Its hint is what helps.
    const hint =
      /(systemctl disable --now k3s-foo && .*enable --now k3s)/.exec(refused.stdout + refused.stderr)?.[1] ?? 'false';
    t.is((await host('server3').exec(['sh', '-c', hint])).code, 0);
    t.is(serviceName(foo), 'k3s-foo');
    const taken = await cluster.run([], {inventory});
    t.is(taken.code, 0, transcript(taken));
    t.regex(taken.stdout, /installed by another hand: taken over as it runs/);
  },
);
