import type {ClusterLab} from '../../e2e/support/cluster_lab.js';
import {databasePackages, databasePassword, startDatabases, testCa} from '../../e2e/support/databases.js';
import type {RowSource} from '../source.js';
import {quick, tune} from './conversion.js';

const servers = ['server1', 'server2'];

const inside = async (cluster: ClusterLab, host: string, script: string): Promise<string> =>
  (await cluster.lab.host(host).exec(['sh', '-c', script])).stdout.trim();

/** An empty database, as somebody makes one for K3s. Connections of hosts that lost their power would lock the old one. */
async function emptyDatabase(cluster: ClusterLab): Promise<void> {
  const script = `mariadb -N -e "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist WHERE user = 'k3s'" | mariadb -f
mariadb -e 'DROP DATABASE IF EXISTS k3s; CREATE DATABASE k3s'`;
  await inside(cluster, 'db1', script);
}

async function bareServers(cluster: ClusterLab): Promise<void> {
  const ca = await testCa();
  try {
    await startDatabases(cluster.lab.host('db1'), ca);
  } finally {
    await ca.remove();
  }
  for (const name of servers) await tune(cluster, name, quick);
  await cluster.setVariables({
    k3s_token: 'one-token-for-all-servers',
    k3s_datastore: `mysql://k3s:${databasePassword}@tcp(db1:3306)/k3s`,
  });
}

/** Nodes and whether they are ready, whether all have one CA, the settings of each, who may read them. */
async function clusterOf(cluster: ClusterLab): Promise<string> {
  const nodes = await inside(
    cluster,
    'server1',
    "k3s kubectl get nodes --no-headers | awk '{print $1, $2, $3}' | sort",
  );
  const each = await Promise.all(
    servers.map((name) =>
      inside(
        cluster,
        name,
        "cd /etc/rancher/k3s; stat -c '%a %n' config.yaml; sed 's/10[.]213[.][0-9]*[.]/lab./' config.yaml | sha256sum; cat /var/lib/rancher/k3s/server/token | sed 's/.*:://'",
      ),
    ),
  );
  const cas = await Promise.all(
    servers.map((name) => inside(cluster, name, 'sha256sum </var/lib/rancher/k3s/server/tls/server-ca.crt')),
  );
  return JSON.stringify({nodes: nodes.split('\n'), each, cas: new Set(cas).size});
}

export const external: RowSource = {
  name: 'Two servers on an external database',
  size: {servers: 2, agents: 0, groups: {db: 1}, aptPackages: databasePackages},
  playbook: 'playbooks/site.yml',
  args: [],
  prepare: bareServers,
  beginsWith: 'two bare hosts and an empty MariaDB database',
  bystanders: ['db1'],
  ready: emptyDatabase,
  fingerprint: clusterOf,
  fingerprintOf:
    'nodes that are ready, one CA, settings and token of each server, with those of a run that nobody cut short',
  equalTo: 'uninterrupted',
  unit: () => 'k3s',
};
