import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {compareListings} from '../../src/lab/index.js';
import {quick, tune} from '../kill/sources/conversion.js';
import {type ClusterLab, clusterLab, type RunOutcome} from './support/cluster_lab.js';
import {changedPaths, conditionalShare, transcript, withStatus} from './support/outcomes.js';
import {type Client, clientOf, largestGapMs, type Traffic, trafficTo} from './support/traffic.js';

const balancers = ['lb1', 'lb2'];
/** Seconds between two health checks of haproxy: the role's default. */
const checkIntervalS = 2;

let cluster: ClusterLab;
let address: string;
/** The lab's inventory without group lb: a cluster from before there were load balancers. */
let without: string;

test.before('boot', async () => {
  cluster = await clusterLab('lb', {servers: 3, agents: 1, groups: {lb: 2}, aptPackages: ['haproxy', 'keepalived']});
  for (const {name, group} of cluster.lab.hosts) if (group !== 'lb') await tune(cluster, name, quick);
  address = cluster.lab.host('lb1').address.replace(/\d+$/, '200');
  without = join(cluster.lab.inventoryPath, '../without_lb.yml');
  await writeFile(without, (await readFile(cluster.lab.inventoryPath, 'utf8')).replace(/^ {4}lb:\n[\s\S]*$/m, ''));
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const inside = async (host: string, script: string): Promise<string> =>
  (await cluster.lab.host(host).exec(['sh', '-c', script], {check: false})).stdout;

/** haproxy's own statistics: each server of the pool with its state. */
async function poolOn(host: string): Promise<Record<string, string>> {
  const csv = await inside(
    host,
    "curl -s --unix-socket /run/haproxy-k3s.sock 'http://localhost/;csv' | cut -d, -f1,2,18",
  );
  const rows = csv.split('\n').map((row) => row.split(','));
  return Object.fromEntries(
    rows
      .filter(([proxy, name]) => proxy === 'k3s_servers' && name !== 'BACKEND')
      // `UP 1/2`: one of two misses that take it out.
      .map(([, name = '', status = '']) => [name, status.split(' ')[0] ?? '']),
  );
}

const holders = async (): Promise<string[]> => {
  const running = balancers.filter((name) => cluster.lab.host(name).isRunning);
  const held = await Promise.all(running.map((host) => inside(host, `ip -o addr show | grep -F ' ${address}/'`)));
  return running.filter((_, index) => held[index] !== '');
};

const whole = {server1: 'UP', server2: 'UP', server3: 'UP'};

/** After a power cut: until both balancers see all servers well again. */
async function untilWhole(): Promise<void> {
  const deadline = Date.now() + 120_000;
  const isWhole = async (host: string): Promise<boolean> =>
    JSON.stringify(await poolOn(host)) === JSON.stringify(whole);
  while (!(await isWhole('lb1')) || !(await isWhole('lb2'))) {
    if (Date.now() > deadline) throw new Error(`not whole again: ${JSON.stringify(await poolOn('lb1'))}`);
    await sleep(250);
  }
}

async function isBehindTheAddress(t: ExecutionContext): Promise<void> {
  for (const host of balancers) t.deepEqual(await poolOn(host), whole, host);
  t.is((await holders()).length, 1, 'one host holds the address');
  t.is(await inside('agent1', `curl -sk --max-time 5 https://${address}:6443/ping`), 'pong');
}

const client = async (): Promise<Client> => clientOf(await inside('server1', 'cat /etc/rancher/k3s/k3s.yaml'), address);

/** Ten requests a second while something is done; the cluster is asked under its fixed address, by its own CA. */
async function during(t: ExecutionContext, work: () => Promise<unknown>): Promise<Traffic> {
  const traffic = trafficTo(await client());
  try {
    await traffic.succeeded(20);
    await work();
    await traffic.succeeded(20);
  } finally {
    await traffic.stop();
  }
  t.log(`${traffic.sent} requests, ${traffic.failures.length} failed, largest gap ${largestGapMs(traffic)} ms`);
  for (const failure of new Set(traffic.failures)) t.log(failure);
  // What the balancers that still run saw meanwhile says why.
  const words = "journalctl -q --no-pager -o short-precise -u haproxy -n 40 | grep -E ' is (UP|DOWN)|no server'";
  if (traffic.failures.length > 0) for (const host of balancers) t.log(host, await inside(host, words).catch(String));
  return traffic;
}

const ok = (t: ExecutionContext, run: RunOutcome): RunOutcome => {
  t.is(run.code, 0, transcript(run));
  return run;
};

async function refuses(t: ExecutionContext, args: readonly string[], words: readonly string[]): Promise<void> {
  const before = await cluster.listings();
  const run = await cluster.run(args);
  t.not(run.code, 0, transcript(run));
  for (const word of words) t.true((run.stdout + run.stderr).includes(word), `${word}\n${transcript(run)}`);
  t.deepEqual(changedPaths(run.events), []);
  for (const [host, listing] of await cluster.listings())
    t.deepEqual(
      compareListings(before.get(host) ?? [], listing, {
        ignore: [/^\/var\/log\//, /^\/var\/lib\/(sudo|systemd)(\/|$)/],
      }),
      [],
      host,
    );
}

test.serial('bare: load balancers without an address, or with one that is somebody’s, are refused', async (t) => {
  await refuses(
    t,
    [],
    [
      'group lb has hosts, but nothing says which address they hold',
      'hint: set k3s_api_endpoint to a free address; or, if it is a name, k3s_vip to the address of that name',
    ],
  );
  const own = cluster.lab.host('server2').address;
  await refuses(t, ['-e', `k3s_api_endpoint=${own}`], [`the fixed address ${own} is server2's own`]);
  const gateway = cluster.lab.host('lb1').address.replace(/\d+$/, '1');
  await refuses(t, ['-e', `k3s_api_endpoint=${gateway}`], [`somebody has the fixed address ${gateway} already`]);
  const named = ['-e', `{"k3s_api_endpoint": "lb1", "k3s_vip": "${address}"}`];
  const lb1 = cluster.lab.host('lb1').address;
  await refuses(t, named, [
    `lb1 means ${lb1} on server1, which is not the fixed address; it should mean ${address}`,
    `lb1 means ${lb1} on agent1, which is not the fixed address`,
  ]);
});

test.serial('a cluster from before there were load balancers', async (t) => {
  ok(t, await cluster.run([], {inventory: without}));
});

test.serial('the address added later: certificates, pool and agents follow, as the dry run says', async (t) => {
  await cluster.setVariables({k3s_api_endpoint: address});
  const dry = ok(t, await cluster.run(['--check', '--diff']));
  const real = ok(t, await cluster.run(['--diff']));
  for (const line of changedPaths(real.events)) t.log(line);
  // By path: a file that the package brings with the right mode is told twice before (content, mode), and once after.
  t.deepEqual(new Set(changedPaths(dry.events)), new Set(changedPaths(real.events)));
  t.is(conditionalShare(dry.events), 0);
  await isBehindTheAddress(t);
  for (const {name, address: own} of cluster.lab.hosts.filter(({group}) => group === 'server')) {
    const said = await inside(
      'server1',
      `curl -s --cacert /var/lib/rancher/k3s/server/tls/server-ca.crt --connect-to ${address}:6443:${own}:6443 https://${address}:6443/ping`,
    );
    t.is(said, 'pong', `${name}'s certificate names the fixed address`);
  }
  t.regex(
    await inside('agent1', 'cat /etc/rancher/k3s/config.yaml'),
    new RegExp(`^server: https://${address}:6443$`, 'm'),
  );
  t.false((await inside('server2', 'cat /etc/rancher/k3s/config.yaml')).includes(`server: https://${address}`));
});

test.serial('a second run changes nothing, and a dry run predicts nothing', async (t) => {
  const pids = await cluster.mainPids();
  t.deepEqual(changedPaths(ok(t, await cluster.run([])).events), []);
  const dry = ok(t, await cluster.run(['--check', '--diff']));
  t.deepEqual([changedPaths(dry.events), conditionalShare(dry.events)], [[], 0]);
  t.deepEqual(changedPaths(ok(t, await cluster.run([], {playbook: 'playbooks/load_balancer.yml'})).events), []);
  t.deepEqual(await cluster.mainPids(), pids);
});

test.serial('the holder of the address loses power: no gap over 4 s', async (t) => {
  const [holder = ''] = await holders();
  const traffic = await during(t, () => cluster.lab.host(holder).kill());
  t.true(largestGapMs(traffic) <= 4000, `${largestGapMs(traffic)} ms`);
  t.deepEqual(
    await holders(),
    balancers.filter((name) => name !== holder),
  );
  await cluster.lab.host(holder).start();
  await untilWhole();
});

test.serial('a server loses power: no gap over twice the health interval', async (t) => {
  const traffic = await during(t, async () => {
    await cluster.lab.host('server2').kill();
    // Until haproxy has seen it: no request goes there any more.
    while ((await poolOn('lb1')).server2 !== 'DOWN') await sleep(100);
  });
  t.true(largestGapMs(traffic) <= 2 * checkIntervalS * 1000, `${largestGapMs(traffic)} ms`);
  await cluster.lab.host('server2').start();
  await untilWhole();
});

test.serial(
  'a rolling change whose controller is killed while a server is out of the pool, and its rerun',
  async (t) => {
    await cluster.setVariables({k3s_api_endpoint: address, k3s_node_labels: {tried: 'twice'}});
    const traffic = await during(t, async () => {
      const killed = await cluster.run([], {
        killWhen: (output) =>
          /TASK \[k3s_server : Out of the pool behind the fixed address\][^[]*\n(changed: [^\n]*\n){2}/.test(output),
      });
      t.is(killed.code, -1, transcript(killed));
      const out = Object.values(await poolOn('lb1')).filter((status) => status === 'DRAIN');
      t.is(out.length, 1, 'one server was left outside');
      const rerun = ok(t, await cluster.run([]));
      const restarted = withStatus(rerun.events, 'changed').filter(
        ({task}) => task === 'K3s server, with its settings',
      );
      // The first may have been restarted by the run that was killed.
      t.true(restarted.length >= 2);
    });
    t.true(largestGapMs(traffic) <= 2 * checkIntervalS * 1000, `${largestGapMs(traffic)} ms`);
    await isBehindTheAddress(t);
  },
);

test.serial('an address that K3s did not take up at its start is rotated in', async (t) => {
  // No name: K3s before v1.27 takes up each that a client asks under.
  const extra = '192.0.2.77';
  // On the disk, and noted as what the service was started with: so no restart is due, and yet the certificate lacks it.
  await inside(
    'server1',
    `sed -i '/^tls-san:/a\\  - ${extra}' /etc/rancher/k3s/config.yaml && sh /usr/local/lib/quorate/k3s-sums k3s >/run/quorate/k3s.sums`,
  );
  await cluster.setVariables({
    k3s_api_endpoint: address,
    k3s_node_labels: {tried: 'twice'},
    k3s_server_config: {...cluster.k3s.settings, 'tls-san': [extra]},
  });
  const run = ok(t, await cluster.run([]));
  const rotated = withStatus(run.events, 'changed').filter(({task}) =>
    task.startsWith(`Certificates that lack ${extra}`),
  );
  t.deepEqual(
    rotated.map(({host}) => host),
    ['server1'],
  );
  await isBehindTheAddress(t);
});

test.serial('a server that has to join again is not in the pool before it is a member', async (t) => {
  await inside('server3', 'systemctl stop k3s; rm -rf /var/lib/rancher/k3s');
  const seen: Promise<Record<string, string>>[] = [];
  ok(
    t,
    await cluster.run([], {
      killWhen(output) {
        if (seen.length === 0 && /PLAY \[Joining servers/.test(output)) seen.push(poolOn('lb1'), poolOn('lb2'));
        return false;
      },
    }),
  );
  t.deepEqual(await Promise.all(seen), [
    {server1: 'UP', server2: 'UP'},
    {server1: 'UP', server2: 'UP'},
  ]);
  await isBehindTheAddress(t);
  t.deepEqual(changedPaths(ok(t, await cluster.run([])).events), []);
});
