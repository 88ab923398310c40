import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type ClusterLab, clusterLab} from './support/cluster_lab.js';
import {changedPaths, transcript, withStatus} from './support/outcomes.js';

/**
 * A cluster made by K3s's own install script, adopted. The script belongs to K3s and is not part of this repository:
 * K3S_INSTALL_SCRIPT=/path/to/install.sh brings it.
 */
const script = process.env.K3S_INSTALL_SCRIPT;
const without = 'not applicable: needs K3S_INSTALL_SCRIPT=/path/to/install.sh, K3s’s own';

let cluster: ClusterLab;

/** As a person would: the files by hand, then the script, host by host. */
async function installByScript(installer: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-install-'));
  const playbook = join(folder, 'files.yml');
  const copies = [
    {src: cluster.k3s.binary, dest: '/usr/local/bin/k3s', mode: '0755'},
    {src: resolve(installer), dest: '/root/install.sh', mode: '0755'},
  ].map((copy) => ({copy}));
  await writeFile(playbook, JSON.stringify([{hosts: 'k3s_cluster', gather_facts: false, become: true, tasks: copies}]));
  const run = await cluster.run([], {playbook});
  await rm(folder, {recursive: true, force: true});
  if (run.code !== 0) throw new Error(transcript(run));

  const url = `https://${cluster.lab.host('server1').address}:6443`;
  const own = Object.entries(cluster.k3s.settings).flatMap(([key, value]) =>
    [value].flat().map((one) => `--${key} ${String(one)}`),
  );
  const agentOwn = cluster.k3s.real ? '--snapshotter native' : '';
  for (const [host, environment, args] of [
    ['server1', '', `server --cluster-init ${own.join(' ')}`],
    ['server2', '', `server --server ${url} ${own.join(' ')}`],
    ['server3', '', `server --server ${url} ${own.join(' ')}`],
    ['agent1', `K3S_URL=${url}`, `agent --node-label made-by=script ${agentOwn}`],
  ] as const)
    await cluster.lab
      .host(host)
      .exec([
        'sh',
        '-c',
        `INSTALL_K3S_SKIP_DOWNLOAD=true K3S_TOKEN=made-by-the-script ${environment} INSTALL_K3S_EXEC='${args.trim()}' sh /root/install.sh`,
      ]);
}

/** A node is ready some seconds after its service is. */
async function allReady(t: ExecutionContext): Promise<void> {
  const server = cluster.lab.host('server1');
  const isReady = (seen: string): boolean =>
    cluster.lab.hosts.every(({name}) => new RegExp(`^${name} +Ready `, 'm').test(seen));
  let seen = '';
  for (let look = 0; look < 60 && !isReady(seen); look += 1) {
    if (look > 0) await sleep(2000);
    seen = (await server.exec(['k3s', 'kubectl', 'get', 'nodes'], {check: false})).stdout;
  }
  t.true(isReady(seen), seen);
}

test.before('a cluster made by the script', async () => {
  if (script === undefined) return;
  cluster = await clusterLab('script', {servers: 3, agents: 1});
  await installByScript(script);
});

test.after.always('take down', async () => {
  await cluster?.down();
});

test.serial('adopted as it is: flags become settings, no process is restarted', async (t) => {
  if (script === undefined) {
    t.log(without);
    return t.pass();
  }
  await allReady(t);
  const pids = await cluster.mainPids();
  const dry = await cluster.run(['--check', '--diff']);
  t.is(dry.code, 0, transcript(dry));
  const run = await cluster.run(['--diff']);
  t.is(run.code, 0, transcript(run));
  t.deepEqual(changedPaths(dry.events), changedPaths(run.events));
  t.log(changedPaths(run.events).join('\n'));
  t.deepEqual(await cluster.mainPids(), pids, transcript(run));
  for (const {name} of cluster.lab.hosts) {
    const {stdout} = await cluster.lab.host(name).exec(['sh', '-c', 'cat /etc/systemd/system/k3s*.service']);
    t.false(stdout.includes('--'), stdout);
  }
  await allReady(t);
});

test.serial('and run again: changed=0', async (t) => {
  if (script === undefined) {
    t.log(without);
    return t.pass();
  }
  const pids = await cluster.mainPids();
  const run = await cluster.run([]);
  t.is(run.code, 0, transcript(run));
  t.deepEqual(changedPaths(run.events), []);
  t.deepEqual(await cluster.mainPids(), pids);
});

test.serial('a label of the inventory is what restarts, and only there', async (t) => {
  if (script === undefined) {
    t.log(without);
    return t.pass();
  }
  const pids = await cluster.mainPids();
  await cluster.setVariables({
    k3s_agent_config: {...(cluster.k3s.real ? {snapshotter: 'native'} : {}), 'node-label': ['made-by=inventory']},
  });
  const run = await cluster.run(['--diff']);
  t.is(run.code, 0, transcript(run));
  // Real K3s ends by itself where its leases time out on a loaded machine: what quorate restarted is what it says.
  t.deepEqual(
    withStatus(run.events, 'changed').map(({host, task}) => `${host}: ${task}`),
    ['agent1: K3s agent, with its settings'],
    transcript(run),
  );
  t.not((await cluster.mainPids()).get('agent1'), pids.get('agent1'));
  await allReady(t);
});
