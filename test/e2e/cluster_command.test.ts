import {execFile} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {compareListings} from '../../src/lab/index.js';
import {type ClusterLab, clusterLab} from './support/cluster_lab.js';
import {transcript} from './support/outcomes.js';

const repository = resolve(import.meta.dirname, '../..');
const readingLeaves = [/^\/var\/log\//, /^\/var\/lib\/(sudo|systemd)(\/|$)/];

let cluster: ClusterLab;
/** The user's folder: HOME, tokens and kubeconfigs. */
let home: string;

test.before('boot', async () => {
  home = mkdtempSync(join(tmpdir(), 'quorate-cluster-'));
  writeFileSync(join(home, 'vault-pass'), 'correct horse\n', {mode: 0o600});
  cluster = await clusterLab('cluster', {servers: 3, agents: 1});
});

test.after.always('take down', async () => {
  await cluster?.down();
  rmSync(home, {recursive: true, force: true});
});

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const command = (action: string, ...args: readonly string[]): Promise<Finished> =>
  new Promise((done) => {
    const words = ['dist/quorate.js', 'cluster', action, '-i', cluster.lab.inventoryPath, '-e', 'ansible_timeout=4'];
    execFile(
      process.execPath,
      [...words, ...args],
      {cwd: repository, env: {PATH: process.env.PATH, HOME: home}},
      (error, stdout, stderr) => done({code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr}),
    );
  });

const inside = async (host: string, script: string): Promise<string> =>
  (await cluster.lab.host(host).exec(['sh', '-c', script], {check: false})).stdout;

/** The status says this, whether for people or as data. */
async function says(t: ExecutionContext, code: number, words: readonly RegExp[]): Promise<string> {
  const status = await command('status');
  t.is(status.code, code, transcript(status));
  for (const word of words) t.regex(status.stdout, word);
  return status.stdout;
}

test.serial('bare hosts: there is no cluster, and looking leaves nothing', async (t) => {
  const before = await cluster.listings();
  const shown = await says(t, 6, [/^K3s cluster: not there yet$/m, /^server1 +bare /m, /^agent1 +bare /m]);
  t.regex(shown, /site.yml would act on:\n {2}server1 +no server has any data/);
  for (const [host, listing] of await cluster.listings())
    t.deepEqual(compareListings(before.get(host) ?? [], listing, {ignore: readingLeaves}), [], host);
  const token = await command(
    'token',
    '--save',
    join(home, 'token.yml'),
    '--vault-password-file',
    join(home, 'vault-pass'),
  );
  t.is(token.code, 1, transcript(token));
  t.regex(token.stderr, /no server that can be read has the token of a cluster/);
});

test.serial('the first run says that restores need the token; the status says healthy', async (t) => {
  const kubeconfig = join(home, 'from-site');
  await cluster.setVariables({k3s_kubeconfig: kubeconfig, k3s_context: 'site'});
  const run = await cluster.run([]);
  t.is(run.code, 0, transcript(run));
  t.regex(run.stdout, /quorate cluster token --save/);
  t.regex(readFileSync(kubeconfig, 'utf8'), /^current-context: site$/m);
  t.is(statSync(kubeconfig).mode & 0o777, 0o600);
  await says(t, 0, [
    /^K3s cluster: healthy$/m,
    /^ {2}etcd +3 of 3 voters healthy, quorum 2: 1 may fail$/m,
    /^server[123] +ready +leader /m,
    new RegExp(`^agent1 +ready +Ready +3\\d\\d d +${cluster.k3s.version.replaceAll(/[.+]/g, '\\$&')} `, 'm'),
  ]);
  const data = JSON.parse((await command('status', '--json')).stdout);
  t.like(data, {version: 1, health: 'healthy', datastore: 'etcd', quorum: {voters: 3, healthy: 3, held: true}});
  t.deepEqual(
    data.servers.map((server: {state: string}) => server.state),
    ['ready', 'ready', 'ready'],
  );
  t.true(data.servers[0].certificates.length > 5);
  t.deepEqual(data.servers[0].differences, []);
});

test.serial('the token is saved sealed, and can be used at once', async (t) => {
  const file = join(home, 'token.yml');
  const save = (...more: readonly string[]): Promise<Finished> =>
    command('token', '--save', file, '--vault-password-file', join(home, 'vault-pass'), ...more);
  const first = await save();
  t.is(first.code, 0, transcript(first));
  const text = readFileSync(file, 'utf8');
  const token = (await inside('server1', 'sed "s/.*://" /var/lib/rancher/k3s/server/token')).trim();
  t.true(token.length >= 16);
  t.false((text + first.stdout + first.stderr).includes(token));
  t.regex(text, /^k3s_token: !vault \|\n {2}\$ANSIBLE_VAULT;1\.1;AES256$/m);
  t.is(statSync(file).mode & 0o777, 0o600);
  const again = await save();
  t.regex(again.stdout, /holds the token of this cluster already; it stays as it is/);
  t.is(readFileSync(file, 'utf8'), text);
  // Only the plays that always run: the token is compared with the cluster's there.
  const use = ['-e', `@${file}`, '--vault-password-file', join(home, 'vault-pass'), '--check', '--tags', 'none'];
  const run = await cluster.run(use);
  t.is(run.code, 0, transcript(run));
  writeFileSync(file, 'k3s_token: another-clusters-token\n');
  const refused = await save();
  t.is(refused.code, 1, transcript(refused));
  t.regex(refused.stderr, /holds the token of another cluster, or an older one of this/);
  t.is(readFileSync(file, 'utf8'), 'k3s_token: another-clusters-token\n');
  t.is((await save('--force')).code, 0);
  t.false(readFileSync(file, 'utf8').includes('another-clusters-token'));
});

test.serial('a kubeconfig is merged into what is there, works, and is not written again', async (t) => {
  const folder = mkdtempSync(join(home, 'kube-'));
  const file = join(folder, 'config');
  const mine = 'kind: Config\nclusters: [{name: work, cluster: {server: "https://work"}}]\ncurrent-context: work\n';
  writeFileSync(file, mine, {mode: 0o644});
  const dry = await command('kubeconfig', '--file', file, '--context', 'lab', '-C', '-D');
  t.is(dry.code, 0, transcript(dry));
  t.regex(dry.stdout, /CHANGED/);
  t.is(readFileSync(file, 'utf8'), mine);
  const first = await command('kubeconfig', '--file', file, '--context', 'lab', '-D');
  t.is(first.code, 0, transcript(first));
  const text = readFileSync(file, 'utf8');
  t.regex(text, /server: https:\/\/work/);
  t.regex(text, /current-context: work/);
  t.is(statSync(file).mode & 0o777, 0o600);
  const key = /client-key-data: (\S+)/.exec(text)?.[1] ?? '';
  t.true(key.length > 40);
  t.false((first.stdout + dry.stdout).includes(key));
  const backups = readdirSync(folder).filter((name) => name !== 'config');
  t.is(backups.length, 1);
  t.is(readFileSync(join(folder, backups[0] ?? ''), 'utf8'), mine);
  const again = await command('kubeconfig', '--file', file, '--context', 'lab');
  t.regex(again.stdout, /SUCCESS/);
  t.is(readFileSync(file, 'utf8'), text);
  t.deepEqual(readdirSync(folder).length, 2);
  const script = 'umask 077; cat >/tmp/kc; k3s kubectl --kubeconfig /tmp/kc --context lab get nodes; rm /tmp/kc';
  const nodes = await cluster.lab.host('agent1').exec(['sh', '-c', script], {input: text, check: false});
  t.regex(nodes.stdout, /^server1 +Ready /m);
});

test.serial('one server stopped, one that cannot be reached, then no quorum', async (t) => {
  await inside('server2', 'systemctl stop k3s');
  await says(t, 2, [
    /^K3s cluster: degraded$/m,
    /2 of 3 voters healthy, quorum 2: none may fail/,
    /^server2 +stopped +voter /m,
    /degraded +server2 is a member that does not run/,
  ]);
  await inside('server2', 'systemctl start k3s');
  await cluster.lab.host('server3').setLink('down');
  try {
    await says(t, 2, [/^server3 +unknown +voter /m, /2 of 3 voters healthy, 1 unknown/, /server3 cannot be reached/]);
  } finally {
    await cluster.lab.host('server3').setLink('up');
  }
  await inside('server2', 'systemctl stop k3s');
  await inside('server3', 'systemctl stop k3s');
  await says(t, 3, [
    /^K3s cluster: broken$/m,
    // One who led calls itself a leader for some seconds more: K3s gives an election 5 s.
    /[01] of 3 voters healthy, quorum 2: LOST/,
    /broken +etcd has lost quorum/,
    /^server1 +(running|failing|starting) /m,
  ]);
});
