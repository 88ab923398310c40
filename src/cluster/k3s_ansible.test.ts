import test from 'ava';
import {clusterHost, sightingOf} from '../../test/support/cluster_hosts.js';
import {noticeLines} from './k3s_ansible.js';
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
  t.deepEqual(
    notices.map(({variable}) => variable),
    [
      'user_kubectl',
      'manage_firewall',
      'cluster_context',
      'INSTALL_K3S_SKIP_SELINUX_RPM in extra_install_envs',
      'INSTALL_K3S_BIN_DIR in extra_install_envs',
    ],
  );
  t.true(noticeLines([{notices}]).includes('INSTALL_K3S_BIN_DIR in extra_install_envs is not used: set k3s_bin_dir'));
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
