import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {type ClusterLab, clusterLab} from '../support/cluster_lab.js';
import {changedPaths, transcript} from '../support/outcomes.js';

/** An inventory written for k3s-io/k3s-ansible, with other addresses and another key; nothing else is changed in it. */

let cluster: ClusterLab;
let folder: string;

test.before('boot', async () => {
  cluster = await clusterLab('k3sansible', {servers: 3, agents: 1});
  folder = await mkdtemp(join(tmpdir(), 'quorate-k3s-ansible-'));
});

test.after.always('take down', async () => {
  await cluster?.down();
  if (folder) await rm(folder, {recursive: true, force: true});
});

const addressOf = (name: string): string => cluster.lab.host(name).address;

/** Hosts by their addresses, as that collection's sample has them. */
const inventoryText = (access: Readonly<Record<string, string>>): string => `k3s_cluster:
  children:
    server:
      hosts:
        ${addressOf('server1')}:
        ${addressOf('server2')}:
        ${addressOf('server3')}:
    agent:
      hosts:
        ${addressOf('agent1')}:
  vars:
    ansible_port: 22
    ansible_user: admin
${Object.entries(access)
  .filter(([name]) => name !== 'ansible_user')
  .map(([name, value]) => `    ${name}: ${value}\n`)
  .join('')}    k3s_binary: ${cluster.k3s.binary}
    k3s_version: ${cluster.k3s.version}
    token: "changeme! it's 'quoted'"
    api_endpoint: "{{ hostvars[groups['server'][0]]['ansible_host'] | default(groups['server'][0]) }}"
    api_port: 6443
    extra_server_args: "${flags().join(' ')} --node-label from=args --write-kubeconfig-mode=0600"
    extra_agent_args: "${cluster.k3s.real ? '--snapshotter native ' : ''}--node-label from=agent-args"
    extra_install_envs: { 'INSTALL_K3S_SKIP_SELINUX_RPM': 'true', 'K3S_KUBECONFIG_GROUP': 'root' }
    extra_service_envs: [ 'NO_PROXY=10.0.0.0/8,.local', 'OTHER=two words' ]
    k3s_server_location: /srv/k3s
    systemd_dir: /etc/systemd/system
    cluster_context: mine
    user_kubectl: true
    manage_firewall: false
    use_external_database: false
    extra_manifests: [ 'manifest.yaml' ]
    server_config_yaml: |
      write-kubeconfig-mode: "0640"
      etcd-snapshot-retention: 3
    registries_config_yaml: |
      mirrors:
        registry.example:
          endpoint: [ "https://registry.example" ]
`;

const flags = (): string[] =>
  Object.entries(cluster.k3s.settings).flatMap(([key, value]) => [value].flat().map((item) => `--${key}=${item}`));

test.serial(
  'the cluster is built, every variable is honoured or named, and a second run changes nothing',
  async (t) => {
    const inventory = join(folder, 'inventory.yml');
    await mkdir(folder, {recursive: true});
    await writeFile(inventory, inventoryText(await cluster.access()));
    await writeFile(join(folder, 'manifest.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: brought}\n');
    const run = await cluster.run([], {inventory});
    t.is(run.code, 0, transcript(run));
    const said = run.stdout + run.stderr;
    for (const variable of ['INSTALL_K3S_SKIP_SELINUX_RPM in extra_install_envs', 'cluster_context', 'user_kubectl'])
      t.is(said.split(`${variable} is not used: `).length - 1, 1, `${variable}\n${transcript(run)}`);
    for (const variable of ['manage_firewall', 'kubeconfig', 'use_external_database', 'api_port', 'systemd_dir'])
      t.false(said.includes(`${variable} is not used`), variable);
    t.false(said.includes('changeme!'));
    const again = await cluster.run([], {inventory});
    t.is(again.code, 0, transcript(again));
    t.deepEqual(changedPaths(again.events), [], transcript(again));
    const inside = async (name: string, script: string): Promise<string> =>
      (await cluster.lab.host(name).exec(['sh', '-c', script])).stdout;
    const nodes = await inside('server1', 'k3s kubectl get nodes --show-labels');
    for (const {name, group} of cluster.lab.hosts)
      t.regex(nodes, new RegExp(`^${name} +Ready .*from=${group === 'server' ? 'args' : 'agent-args'}`, 'm'));
    const config = await inside('server2', 'cat /etc/rancher/k3s/config.yaml');
    t.regex(config, new RegExp(`^tls-san:\\n +- ${addressOf('server1')}$`, 'm'));
    // The command line wins over the file, as with K3s itself.
    t.regex(config, /^write-kubeconfig-mode: '0600'$/m);
    t.regex(config, /^write-kubeconfig-group: root$/m);
    t.regex(config, /^etcd-snapshot-retention: 3$/m);
    t.is(await inside('server2', 'readlink /var/lib/rancher/k3s'), '/srv/k3s\n');
    t.is(
      await inside('agent1', 'cat /etc/systemd/system/k3s-agent.service.env'),
      'NO_PROXY=10.0.0.0/8,.local\nOTHER="two words"\n',
    );
    t.is(await inside('agent1', 'stat -c %a /etc/rancher/k3s/registries.yaml'), '600\n');
    t.is(await inside('server3', 'stat -c %a /srv/k3s/server/manifests/manifest.yaml'), '600\n');
  },
);
