import {createHash} from 'node:crypto';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ClusterLab} from '../../e2e/support/cluster_lab.js';
import type {RowSource} from '../source.js';

const server = 'server1';
const space = 'kill-matrix';

/** A ConfigMap of its own for each number: its value tells it from every other. */
const configMap = (number: number): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {name: `object-${String(number).padStart(6, '0')}`, namespace: space},
  data: {value: createHash('sha256').update(String(number)).digest('hex')},
});

const tls = '/var/lib/rancher/k3s/server/tls';

/** Many at once by curl: real kubectl makes five a second. */
async function post(cluster: ClusterLab, items: readonly object[]): Promise<void> {
  const requests = items.map((item) =>
    [
      `url = "https://127.0.0.1:6443/api/v1/namespaces/${space}/configmaps"`,
      `cacert = ${tls}/server-ca.crt`,
      `cert = ${tls}/client-admin.crt`,
      `key = ${tls}/client-admin.key`,
      'header = "Content-Type: application/json"',
      `data = ${JSON.stringify(JSON.stringify(item))}`,
      'output = /dev/null',
      'fail',
      'silent',
      'show-error',
    ].join('\n'),
  );
  await cluster.lab
    .host(server)
    .exec(['curl', '--parallel', '--parallel-max', '10', '--config', '-'], {input: requests.join('\nnext\n')});
}

/** Makes so many objects on the one server, through its API. */
export async function makeObjects(cluster: ClusterLab, count: number): Promise<void> {
  const host = cluster.lab.host(server);
  const documents = [{apiVersion: 'v1', kind: 'Namespace', metadata: {name: space}}];
  await host.exec(['k3s', 'kubectl', 'create', '-f', '-'], {input: JSON.stringify(documents[0])});
  const items = Array.from({length: count}, (_, number) => configMap(number));
  if (cluster.k3s.real) return post(cluster, items);
  await host.exec(['k3s', 'kubectl', 'create', '-f', '-'], {
    input: JSON.stringify({apiVersion: 'v1', kind: 'List', items}),
  });
}

/** What the API answers an administrator, by curl: kubectl takes longer to start than the answer does. */
async function askApi(cluster: ClusterLab, path: string): Promise<string> {
  const as = [
    '--cacert',
    `${tls}/server-ca.crt`,
    '--cert',
    `${tls}/client-admin.crt`,
    '--key',
    `${tls}/client-admin.key`,
  ];
  const {stdout} = await cluster.lab
    .host(server)
    .exec(['curl', '-s', '--max-time', '60', ...as, `https://127.0.0.1:6443${path}`], {check: false});
  return stdout;
}

interface Item {
  readonly metadata: {readonly name: string; readonly uid: string; readonly creationTimestamp: string};
  readonly data: unknown;
}

/** How many of them the API serves, and a hash of all they are but their resourceVersion, which begins anew in etcd. */
export async function objectsOf(cluster: ClusterLab): Promise<string> {
  // K3s that was killed after the last thing that waits for it is on its way up again.
  await serving(cluster);
  const {items} = JSON.parse(await askApi(cluster, `/api/v1/namespaces/${space}/configmaps`)) as {
    items: readonly Item[];
  };
  // Real K3s lists SQLite's in the order they were made, etcd's in that of their names.
  const own = items
    .filter(({metadata}) => metadata.name.startsWith('object-'))
    .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
  const sum = createHash('sha256');
  for (const {metadata, data} of own)
    sum.update(JSON.stringify([metadata.name, metadata.uid, metadata.creationTimestamp, data]));
  return `${own.length} objects, ${sum.digest('hex').slice(0, 16)}`;
}

/** Waits until the server's API is ready. */
export async function serving(cluster: ClusterLab): Promise<void> {
  for (let tries = 0; tries < 240; tries++) {
    if ((await askApi(cluster, '/readyz')) === 'ok') return;
    await sleep(250);
  }
  throw new Error(`${server} is not ready after a minute`);
}

/** The stand-in waits as long as K3s does before it is ready; what is tried here comes after. */
export const quick = 'readyz-delay-ms: 200\nnode-ready-ms: 200\nlearner-ms: 500\n';

/** Settings that only the stand-in has; real K3s does not read them. */
export const tune = (cluster: ClusterLab, host: string, settings: string): Promise<unknown> =>
  cluster.lab
    .host(host)
    .exec(['sh', '-c', 'mkdir -p /etc/rancher/k3s && cat >/etc/rancher/k3s/standin.yaml'], {input: settings});

/** What the stand-in shall get wrong at its next conversion. */
export const spoil = (cluster: ClusterLab, settings: string): Promise<unknown> =>
  tune(cluster, server, quick + settings);

const objects = 10_000;

async function sqliteServer(cluster: ClusterLab): Promise<void> {
  await spoil(cluster, '');
  const run = await cluster.run([]);
  if (run.code !== 0) throw new Error(`site.yml failed:\n${run.stdout}${run.stderr}`);
  await makeObjects(cluster, objects);
}

const common = {
  size: {servers: 1, agents: 0},
  playbook: 'playbooks/convert_to_etcd.yml',
  ready: serving,
  fingerprint: objectsOf,
  fingerprintOf: `${objects} ConfigMaps with their UIDs, as the API serves them`,
  equalTo: 'before',
  unit: () => 'k3s',
} as const;

export const conversion: RowSource = {
  ...common,
  name: 'SQLite to etcd',
  args: [],
  prepare: sqliteServer,
  beginsWith: `a server on SQLite with ${objects} ConfigMaps`,
};

export const rollback: RowSource = {
  ...common,
  name: 'Back from etcd to SQLite',
  args: ['-e', 'rollback=true'],
  beginsWith: `that server after its conversion to etcd`,
  prepare: async (cluster) => {
    await sqliteServer(cluster);
    const run = await cluster.run([], {playbook: common.playbook});
    if (run.code !== 0) throw new Error(`the conversion failed:\n${run.stdout}${run.stderr}`);
  },
};
