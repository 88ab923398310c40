import test from 'ava';
import {settingsFromArgs} from './args.js';
import {wantedOf} from './wanted.js';

const wanted = (kind: 'server' | 'agent', variables: Record<string, unknown>) =>
  wantedOf('h', kind, {variable: (name) => variables[name]});

test('quorate’s own variables', (t) => {
  const host = wanted('server', {
    k3s_version: 'v1.30.6+k3s1',
    k3s_token: 'tok',
    k3s_api_endpoint: ['k3s.example', '10.0.0.9'],
    k3s_server_config: {disable: ['traefik'], 'tls-san': ['own']},
    k3s_node_labels: {disk: 'ssd'},
    k3s_node_taints: ['a=b:NoSchedule'],
    k3s_node_ip: '10.0.0.1',
  });
  t.deepEqual(host.config, {
    disable: ['traefik'],
    'tls-san': ['own', 'k3s.example', '10.0.0.9'],
    'node-label': ['disk=ssd'],
    'node-taint': ['a=b:NoSchedule'],
    'node-ip': '10.0.0.1',
  });
  t.is(host.token?.reveal(), 'tok');
  t.deepEqual(host.endpoints, ['k3s.example', '10.0.0.9']);
});

test('an inventory written for k3s-io/k3s-ansible', (t) => {
  const host = wanted('server', {
    k3s_version: 'v1.30.6+k3s1',
    token: 'changeme!',
    api_endpoint: '10.0.0.1',
    server_config_yaml: 'disable:\n  - servicelb\nwrite-kubeconfig-mode: "0644"\n',
    extra_server_args: '--disable traefik --node-label=a=b --cluster-init',
    extra_service_envs: ['HTTP_PROXY=http://proxy:3128'],
  });
  t.deepEqual(host.config, {
    disable: 'traefik',
    'write-kubeconfig-mode': '0644',
    'node-label': 'a=b',
    'tls-san': ['10.0.0.1'],
  });
  t.is(host.token?.reveal(), 'changeme!');
  t.deepEqual(host.environment, {HTTP_PROXY: 'http://proxy:3128'});
});

test('agents take the agents’ settings', (t) => {
  const host = wanted('agent', {
    k3s_agent_config: {'node-label': ['x=y']},
    k3s_server_config: {disable: ['traefik']},
    k3s_api_endpoint: 'e',
  });
  t.deepEqual(host.config, {'node-label': ['x=y']});
});

test('who starts and who joins is not taken from settings; a reset at every start is refused', (t) => {
  t.deepEqual(wanted('server', {k3s_server_config: {'cluster-init': true, server: 'https://x:6443'}}).config, {});
  t.is(wanted('server', {k3s_server_config: {'cluster-reset': true}}).faults.length, 1);
  t.is(wanted('server', {k3s_server_config: ['disable']}).faults[0]?.variable, 'k3s_server_config');
});

test('what is null or empty is not given, and a mapping of comments alone is empty', (t) => {
  for (const nothing of [null, '', undefined])
    t.is(wanted('server', {k3s_token: nothing, token: 'tok'}).token?.reveal(), 'tok');
  for (const text of ['# nothing yet\n', 'null', '---\n']) {
    const {config, faults} = wanted('server', {server_config_yaml: text});
    t.deepEqual([config, faults], [{}, []], text);
  }
});

test('a command line is read as settings', (t) => {
  t.deepEqual(
    settingsFromArgs(
      `--disable traefik --disable servicelb --flannel-backend=host-gw --docker --kubelet-arg "max-pods=50"`,
    ),
    {
      disable: ['traefik', 'servicelb'],
      'flannel-backend': 'host-gw',
      docker: true,
      'kubelet-arg': 'max-pods=50',
    },
  );
});
