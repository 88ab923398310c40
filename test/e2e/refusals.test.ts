import {dirname} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Broken, fakeProgram, whileBroken} from './support/broken.js';
import {checksOf} from './support/cluster_checks.js';
import {type ClusterLab, clusterLab, type RunOutcome} from './support/cluster_lab.js';
import {changedPaths, transcript} from './support/outcomes.js';
import {refuses, touchesNothing} from './support/refuses.js';
import {reviewedTexts, spoken} from './support/texts.js';

/*
 * Each refusal broken one at a time, and the whole message as a person reads it, from texts/refusals.txt. What a lab host
 * cannot be is held by tables beside the rules: OpenRC, members of two clusters, no host in group `server`.
 */
const texts = reviewedTexts('refusals.txt');

let cluster: ClusterLab;

test.before('boot', async () => {
  cluster = await clusterLab('refusals', {servers: 3, agents: 1, groups: {spare: 1}});
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const says = (t: ExecutionContext, name: string, run: RunOutcome, masks: Broken['masks'] = {}): void => {
  const folder = dirname(cluster.lab.inventoryPath);
  texts.is(t, name, spoken(run, {[folder]: 'LAB', [cluster.k3s.version]: 'VERSION', ...masks}));
};

const warningsOf = (run: RunOutcome, which = /^/): string =>
  spoken(run, {})
    .split('\n')
    .filter((line) => line.startsWith('[WARNING]') && which.test(line))
    .join('\n');

/** The case broken, refused in the reviewed words, with nothing touched. */
const refused = (name: string, broken: Broken | (() => Broken)): void => {
  test.serial(name, async (t) => {
    const one = typeof broken === 'function' ? broken() : broken;
    await whileBroken(cluster, one, async (args) => says(t, name, await refuses(t, cluster, args), one.masks));
  });
};

/** A second inventory in which the spare host is a server too, so that there is one that would join. */
const joiner = (variables = '{}'): string =>
  `server: {hosts: {spare1: ${variables}}}\nk3s_cluster: {children: {server: {}}}\n`;
const allowEven = ['-e', 'k3s_allow_even=true'];

// ── Bare hosts: nothing that could make a second cluster ──

refused('bare: --limit to a server that is not the first', {args: ['--limit', 'server2']});

refused('bare: --limit to an agent', {args: ['--limit', 'agent1']});

test.serial('bare: a server that cannot be reached', async (t) => {
  await cluster.lab.host('server1').setLink('down');
  try {
    says(t, 'bare: a server that cannot be reached', await refuses(t, cluster, ['-e', 'ansible_timeout=3']));
  } finally {
    await cluster.lab.host('server1').setLink('up');
  }
});

refused('bare: --start-at-task past the checks', {args: ['--start-at-task', 'K3s server, with its settings']});
refused('bare: --skip-tags past the checks', {args: ['--skip-tags', 'always']});
refused('bare: -t past the checks', {args: ['-t', 'k3s', '--skip-tags', 'always']});

refused('bare: an even number of servers', {files: {'broken.yml': joiner()}});

refused('bare: a token tied to the CA of another cluster', {
  files: {'broken.yml': `server: {vars: {k3s_token: "K10${'b'.repeat(64)}::server:password"}}\n`},
});

test.serial('two controllers at once: the second refuses, and a slow disk is warned of', async (t) => {
  const slow = fakeProgram('server2', 'dd', 'echo "2300 bytes (2.3 kB, 2.2 KiB) copied, 0.025 s, 92 kB/s" >&2');
  const runs = await whileBroken(cluster, {host: slow}, () => Promise.all([cluster.run([]), cluster.run([])]));
  const [won, lost] = runs[0].code === 0 ? runs : [runs[1], runs[0]];
  t.is(won.code, 0, transcript(won));
  t.is(lost.code, 2, transcript(lost));
  says(t, 'another run works on the cluster', lost);
  t.deepEqual(changedPaths(lost.events), []);
  // The other hosts' disks are as slow as this machine's happens to be.
  texts.is(t, 'a slow disk', warningsOf(won, / took 25 ms /));
  await checksOf(cluster).isWhole(t);
});

test.serial('then nothing is wrong: a second run changes nothing', async (t) => {
  const run = await touchesNothing(t, cluster, []);
  t.is(run.code, 0, transcript(run));
});

// ── Settings ──

refused('an unknown setting, in group_vars', {
  files: {'group_vars/server.yml': 'k3s_server_config:\n  disable: [traefik]\n  flanel-backend: host-gw\n'},
});

refused('two things at once, in -e', {
  args: ['-e', 'k3s_version=1.30', '-e', '{"k3s_agent_config": {"disable": ["traefik"]}}'],
});

/** The settings of one server: the lab's own, with another list of what is disabled and more lines in front of the rest. */
const serverSettings = (name: string, also: readonly string[], more: readonly string[] = []): Broken => {
  const {disable, ...rest} = cluster.k3s.settings;
  const disabled = [disable].flat().join(', ');
  const lines = [
    `disable: [${[disabled, ...also].join(', ')}]`,
    ...more,
    ...Object.entries(rest).map(([key, value]) => `${key}: ${value}`),
  ];
  return {
    files: {
      'broken.yml': `server:\n  hosts:\n    ${name}:\n      k3s_server_config:\n${lines.map((line) => `        ${line}\n`).join('')}`,
    },
    masks: {[disabled]: 'traefik'},
  };
};

refused('a flag that must match differs', () =>
  serverSettings('server2', [], ['cluster-cidr: 10.99.0.0/16', 'etcd-expose-metrics: true']),
);

refused('a component is disabled on one server only', () => serverSettings('server2', ['servicelb']));

refused('a file in config.yaml.d makes a server differ', {
  host: {
    name: 'server3',
    breaks:
      'mkdir -p /etc/rancher/k3s/config.yaml.d && echo "disable+: [servicelb]" > /etc/rancher/k3s/config.yaml.d/50-by-hand.yaml',
    mends: 'rm -r /etc/rancher/k3s/config.yaml.d',
  },
});

refused('a flag that must match, and --limit', () => {
  const settings = {'cluster-domain': 'new.example', ...cluster.k3s.settings};
  return {args: ['--limit', 'server2', '-e', `{"k3s_server_config": ${JSON.stringify(settings)}}`]};
});

// ── Tokens ──

refused('a token that is not the cluster’s', {files: {'broken.yml': 'server: {vars: {k3s_token: "another"}}\n'}});

refused('a token with the CA of another cluster', {args: ['-e', `k3s_token=K10${'b'.repeat(64)}::server:password`]});

refused('a bootstrap token for servers', {args: ['-e', 'k3s_token=abcdef.0123456789abcdef']});

refused('an agent token that the servers do not know', {
  files: {'broken.yml': 'agent:\n  vars:\n    k3s_agent_token: of-agents-alone\n'},
});

// ── Names, addresses, clocks, systems ──

refused('two hosts of one node name', {
  host: {name: 'agent1', breaks: 'hostname server1', mends: 'hostname agent1'},
});

refused('a node-ip that the host has not', {
  files: {'broken.yml': 'server:\n  hosts:\n    server2:\n      k3s_node_ip: 192.0.2.7\n'},
});

refused('a node-ip that changed on a member', () => {
  const address = cluster.lab.host('server2').address.replace(/\d+$/, '199');
  const device = "$(ip -o -4 addr show scope global | awk '{print $2; exit}')";
  return {
    files: {'broken.yml': `server:\n  hosts:\n    server2:\n      k3s_node_ip: ${address}\n`},
    host: {
      name: 'server2',
      breaks: `ip addr add ${address}/24 dev ${device}`,
      mends: `ip addr del ${address}/24 dev ${device}`,
    },
  };
});

refused('clocks apart', {
  host: fakeProgram(
    'server3',
    'date',
    'if [ "$*" = +%s ]; then echo $(($(/usr/bin/date +%s) + 120)); else exec /usr/bin/date "$@"; fi',
  ),
  masks: Object.fromEntries([118, 119, 120, 121, 122].map((seconds) => [`${seconds} s ahead`, 'N s ahead'])),
});

refused('SELinux enforcing without its policy', {host: fakeProgram('agent1', 'getenforce', 'echo Enforcing')});

// ── Versions ──

/** A release that far from the one under test, with its name in the texts. */
const release = (
  name: string,
  minors: number,
  patches: number,
): Required<Pick<Broken, 'masks'>> & {version: string} => {
  const [, minor = 0, patch = 0] = (/^v1\.(\d+)\.(\d+)/.exec(cluster.k3s.version) ?? []).map(Number);
  const version = `v1.${minor + minors}.${patch + patches}+k3s1`;
  return {version, masks: {[version]: name, [`v1.${minor + 1} release`]: 'NEXT release'}};
};

refused('a version older than the cluster’s', () => {
  const {version, masks} = release('OLDER', -1, 3);
  return {args: ['-e', `k3s_version=${version}`], masks};
});
refused('a skipped minor version', () => {
  const {version, masks} = release('SKIPPING', 2, 0);
  return {args: ['-e', `k3s_version=${version}`], masks};
});
refused('an agent newer than servers that stay behind', () => {
  const {version, masks} = release('NEWER', 1, 0);
  return {args: ['--limit', 'agent1', '-e', `k3s_version=${version}`], masks};
});
refused('a server that would join with an older version', () => {
  const {version, masks} = release('OLDER', 0, -1);
  return {args: allowEven, files: {'broken.yml': joiner(`{k3s_version: ${version}}`)}, masks};
});
refused('a version that the given binary is not', () => {
  const {version, masks} = release('NEWER', 0, 1);
  return {args: ['-e', `k3s_version=${version}`], masks};
});

// ── Who joins, who is lost ──

refused('an even number of voters', {files: {'broken.yml': joiner()}});

refused('a joiner with SQLite data', {
  args: allowEven,
  files: {'broken.yml': joiner()},
  host: {
    name: 'spare1',
    breaks: 'mkdir -p /var/lib/rancher/k3s/server/db && touch /var/lib/rancher/k3s/server/db/state.db',
    mends: 'rm -r /var/lib/rancher',
  },
});

refused('a joiner with certificates', {
  args: allowEven,
  files: {'broken.yml': joiner()},
  host: {name: 'spare1', breaks: 'mkdir -p /var/lib/rancher/k3s/server/tls', mends: 'rm -r /var/lib/rancher'},
});

refused('a lost server that is no host', {args: ['-e', '{"k3s_lost_servers": ["sever2"]}']});
refused('a lost server that lives', {
  files: {'broken.yml': 'k3s_cluster:\n  vars:\n    k3s_lost_servers: [server2]\n'},
});

refused('an agent, and no server that can be read', {
  files: {'broken.yml': 'server:\n  vars:\n    ansible_port: 1\n'},
  args: ['--limit', 'agent1'],
});

// ── The run lock ──

/** A lock as a run leaves it that came through this process of the host. */
const heldBy = (pid: string): string =>
  `p=${pid}; mkdir -p /run/quorate; printf 'who=%s\\nrun=%s\\npid=%s\\nstart=%s\\nsince=%s\\n' 'ops@desk, process 7' desk:7:1 "$p" "$(cut -d ' ' -f 22 /proc/$p/stat)" "$(date +%s)" > /run/quorate/cluster.lock`;
const letGo = 'rm -f /run/quorate/cluster.lock';

refused('a lock that stays', {host: {name: 'server2', breaks: heldBy('1'), mends: ':'}});

test.serial('its way out: -e k3s_break_lock=true', async (t) => {
  const run = await touchesNothing(t, cluster, ['-e', 'k3s_break_lock=true']);
  t.is(run.code, 0, transcript(run));
});

test.serial('a lock whose holder is gone is nobody’s', async (t) => {
  const breaks = heldBy('$$');
  await whileBroken(cluster, {host: {name: 'server1', breaks, mends: letGo}}, async (args) => {
    const run = await touchesNothing(t, cluster, args);
    t.is(run.code, 0, transcript(run));
  });
});

refused('an external datastore for a cluster that has embedded etcd', {
  args: ['-e', '{"k3s_server_config": {"disable": ["traefik"], "datastore-endpoint": "https://192.0.2.9:2379"}}'],
});

// ── Only warnings ──

const warned = (name: string, broken: Broken): void => {
  test.serial(name, async (t) => {
    await whileBroken(cluster, broken, async (args) => {
      const run = await cluster.run(['--check', ...args]);
      t.is(run.code, 0, transcript(run));
      texts.is(t, name, warningsOf(run));
    });
  });
};

warned('warning: an even number that is wanted', {args: allowEven, files: {'broken.yml': joiner()}});

test.serial('every reviewed text was asked for', (t) => {
  t.deepEqual(texts.unasked(), []);
});
