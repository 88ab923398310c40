import test from 'ava';
import {clusterHost, sightingOf} from '../../test/support/cluster_hosts.js';
import {installEnvironment, noticeLines} from './k3s_ansible.js';
import {preflight} from './preflight.js';
import {wantedOf} from './wanted.js';

const wanted = (variables: Record<string, unknown>, kind: 'server' | 'agent' = 'server') =>
  wantedOf('h', kind, {variable: (name) => variables[name]});

test('variables with no use here are named, with what to use in their place', (t) => {
  const {notices} = wanted({
    user_kubectl: true,
    cluster_context: 'mine',
    manage_firewall: 'true',
    extra_install_envs: {INSTALL_K3S_SKIP_SELINUX_RPM: 'true', INSTALL_K3S_BIN_DIR: '/opt/bin', HTTP_PROXY: 'http://p'},
  });
  t.deepEqual(notices, [
    {
      variable: 'user_kubectl',
      instead: 'on a server, `sudo kubectl` works; nobody else is given the keys of the cluster',
    },
    {
      variable: 'manage_firewall',
      instead:
        'open the ports yourself: 6443/tcp to servers, 2379-2380/tcp between servers, 8472/udp and 10250/tcp between all',
    },
    {
      variable: 'cluster_context',
      instead: 'no kubeconfig is written here until k3s_kubeconfig says where, as ~/.kube/config (it is merged into)',
    },
    {
      variable: 'INSTALL_K3S_SKIP_SELINUX_RPM in extra_install_envs',
      instead: "K3s's install script is not run, and nothing here corresponds to it",
    },
    {variable: 'INSTALL_K3S_BIN_DIR in extra_install_envs', instead: 'set k3s_bin_dir'},
  ]);
  t.true(noticeLines([{notices}]).includes('INSTALL_K3S_BIN_DIR in extra_install_envs is not used: set k3s_bin_dir'));
});

test('what the install script’s variables are here, and which of them reach the service', (t) => {
  const names = [
    'INSTALL_K3S_SYSTEMD_DIR',
    'INSTALL_K3S_VERSION',
    'INSTALL_K3S_EXEC',
    'INSTALL_K3S_ARTIFACT_URL',
    'MY_K3S_X',
    'XHTTP_PROXY',
    'HTTP_PROXY_X',
  ];
  const variables = Object.fromEntries(
    [...names, 'containerd_x', 'KINE_X', 'https_proxy', 'no_proxy'].map((name) => [name, 'x']),
  );
  t.deepEqual(noticeLines([wanted({extra_install_envs: variables})]), [
    'INSTALL_K3S_SYSTEMD_DIR in extra_install_envs is not used: set k3s_systemd_dir',
    'INSTALL_K3S_VERSION in extra_install_envs is not used: set k3s_version',
    'INSTALL_K3S_EXEC in extra_install_envs is not used: set k3s_server_config or k3s_agent_config',
    'INSTALL_K3S_ARTIFACT_URL in extra_install_envs is not used: set k3s_download_url',
    "MY_K3S_X in extra_install_envs is not used: K3s's install script is not run, and nothing here corresponds to it",
    "XHTTP_PROXY in extra_install_envs is not used: K3s's install script is not run, and nothing here corresponds to it",
    "HTTP_PROXY_X in extra_install_envs is not used: K3s's install script is not run, and nothing here corresponds to it",
  ]);
  t.deepEqual(installEnvironment(variables), {containerd_x: 'x', KINE_X: 'x', https_proxy: 'x', no_proxy: 'x'});
});

test('a context is of use once a kubeconfig is written', (t) => {
  t.deepEqual(wanted({cluster_context: 'x', k3s_kubeconfig: 'y'}).notices, []);
  t.is(wanted({cluster_context: 'x', kubeconfig: ''}).notices.length, 1);
});

test('values that ask for what is done anyway are no notice', (t) => {
  t.deepEqual(
    wanted({user_kubectl: false, manage_firewall: false, cluster_context: 'x', kubeconfig: 'y', extra_install_envs: {}})
      .notices,
    [],
  );
});

test('a notice is told once, whatever number of hosts', (t) => {
  const hosts = ['server1', 'server2'].map((name) => clusterHost(name, sightingOf(name), {user_kubectl: true}));
  const {warnings} = preflight({servers: hosts, agents: [], binaryGiven: true});
  t.is(warnings.filter((line) => line.startsWith('user_kubectl is not used: ')).length, 1);
});

test('what the install script keeps for the service reaches it', (t) => {
  const host = wanted({
    extra_install_envs: {K3S_KUBECONFIG_MODE: '640', NO_PROXY: '10.0.0.0/8'},
    extra_service_envs: ['CONTAINERD_X=a=b', 'K3S_TOKEN=from-env', 'K3S_URL=https://x'],
  });
  t.deepEqual(host.config, {'write-kubeconfig-mode': '640'});
  t.is(host.token?.reveal(), 'from-env');
  t.deepEqual(host.environment, {NO_PROXY: '10.0.0.0/8', CONTAINERD_X: 'a=b'});
});

test('what is given for the install script on every host, and is a setting of servers, does not reach agents', (t) => {
  const variables = {
    extra_install_envs: {
      K3S_KUBECONFIG_GROUP: 'root',
      K3S_NODE_NAME: 'x',
      K3S_DATASTORE_ENDPOINT: '',
      NO_PROXY: '.local',
    },
    extra_service_envs: ['K3S_KUBECONFIG_MODE=640'],
  };
  t.like(wanted(variables), {
    config: {'write-kubeconfig-group': 'root', 'write-kubeconfig-mode': '640', 'node-name': 'x'},
    environment: {NO_PROXY: '.local'},
  });
  const agent = wanted(variables, 'agent');
  t.deepEqual(agent.config, {'node-name': 'x'});
  t.deepEqual(agent.environment, {NO_PROXY: '.local'});
});

test('the port of the API is that of its address, not of the servers', (t) => {
  t.like(wanted({api_port: 443, api_endpoint: 'lb'}), {port: 6443, apiPort: 443});
  t.like(wanted({extra_server_args: '--https-listen-port=7443'}), {port: 7443, apiPort: 7443});
});

test('a folder of artifacts holds the version it holds', (t) => {
  t.is(wanted({k3s_version: 'v1.30.6+k3s1', airgap_dir: './images'}).version, undefined);
});

test('tls-san of 1.1 and the folder of the data', (t) => {
  t.like(wanted({opt_tls_san: '--tls-san=a.example', k3s_server_location: '/srv/k3s'}), {
    config: {'tls-san': 'a.example'},
    dataLink: '/srv/k3s',
    dataDir: '/var/lib/rancher/k3s',
  });
  t.deepEqual(wanted({opt_tls_san: '--tls-san=a.example'}, 'agent').config, {});
});
