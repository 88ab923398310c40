import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ClusterLab} from '../../e2e/support/cluster_lab.js';
import type {RowSource} from '../source.js';
import {quick, serving, tune} from './conversion.js';

const balancers = ['lb1', 'lb2'];

const addressOf = (cluster: ClusterLab): string => cluster.lab.host('lb1').address.replace(/\d+$/, '200');

const inside = async (cluster: ClusterLab, host: string, script: string): Promise<string> =>
  (await cluster.lab.host(host).exec(['sh', '-c', script], {check: false})).stdout.trim();

/** What the two packages need is there; they themselves are not: unpacking perl a few hundred times would tell nothing. */
const librariesOnly = `set -e
apt-get -qq update
DEBIAN_FRONTEND=noninteractive apt-get -qq install -y haproxy keepalived
DEBIAN_FRONTEND=noninteractive apt-get -qq purge -y haproxy keepalived`;

/** A cluster from before there were load balancers; two bare hosts; and the inventory that wants an address of them. */
async function clusterWithout(cluster: ClusterLab): Promise<void> {
  await tune(cluster, 'server1', quick);
  await Promise.all(balancers.map((host) => cluster.lab.host(host).exec(['sh', '-c', librariesOnly])));
  const {inventoryPath} = cluster.lab;
  const without = join(inventoryPath, '../without_lb.yml');
  await writeFile(without, (await readFile(inventoryPath, 'utf8')).replace(/^ {4}lb:\n[\s\S]*$/m, ''));
  const settings = {k3s_server_config: {...cluster.k3s.settings, 'cluster-init': true}};
  await cluster.setVariables(settings);
  const run = await cluster.run([], {inventory: without});
  if (run.code !== 0) throw new Error(`site.yml failed:\n${run.stdout}${run.stderr}`);
  await cluster.setVariables({...settings, k3s_api_endpoint: addressOf(cluster)});
}

const statistics =
  "curl -s --unix-socket /run/haproxy-k3s.sock 'http://localhost/;csv' | grep ^k3s_servers,server | cut -d, -f2,18";

interface Seen {
  readonly pools: readonly string[];
  readonly holders: number;
  readonly answer: string;
  readonly names: boolean;
}

async function seenOf(cluster: ClusterLab): Promise<Seen> {
  const address = addressOf(cluster);
  const pools = await Promise.all(balancers.map((host) => inside(cluster, host, statistics)));
  const held = await Promise.all(
    balancers.map((host) => inside(cluster, host, `ip -o addr show | grep -F ' ${address}/'`)),
  );
  const ca = '/var/lib/rancher/k3s/server/tls/server-ca.crt';
  const answer = await inside(cluster, 'server1', `curl -s --max-time 5 --cacert ${ca} https://${address}:6443/ping`);
  const config = await inside(cluster, 'server1', 'cat /etc/rancher/k3s/config.yaml');
  return {pools, holders: held.filter((line) => line !== '').length, answer, names: config.includes(address)};
}

const whole: Seen = {pools: ['server1,UP', 'server1,UP'], holders: 1, answer: 'pong', names: true};

/** Health checks and VRRP take a moment: the last look counts. */
async function addressIsServed(cluster: ClusterLab): Promise<string> {
  let seen = await seenOf(cluster);
  for (let looks = 0; looks < 40 && JSON.stringify(seen) !== JSON.stringify(whole); looks++) {
    await sleep(250);
    seen = await seenOf(cluster);
  }
  return JSON.stringify(seen);
}

export const loadBalancer: RowSource = {
  name: 'A fixed address for a cluster that has none',
  size: {servers: 1, agents: 0, groups: {lb: 2}, aptPackages: ['haproxy', 'keepalived']},
  playbook: 'playbooks/site.yml',
  args: [],
  prepare: clusterWithout,
  beginsWith:
    'a cluster of one server, and two hosts without haproxy and keepalived, with the libraries that these need',
  ready: serving,
  fingerprint: addressIsServed,
  fingerprintOf:
    'both pools, one holder of the address, the answer that the address gives under the cluster’s own CA, with those of a run that nobody cut short',
  equalTo: 'uninterrupted',
  unit: (host) => (balancers.includes(host) ? 'haproxy' : 'k3s'),
};
