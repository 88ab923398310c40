/** All that is read from the variables of one host. */
import test from 'ava';
import {Secret} from '../shell/index.js';
import {wantedOf} from './wanted.js';

/** Secrets are told apart from texts by their dress. */
const undressed = (value: unknown): unknown => {
  if (value instanceof Secret) return `secret ${value.reveal()}`;
  if (Array.isArray(value)) return value.map(undressed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, undressed(member)]));
};

/** What is wanted where nothing is said. */
const ofNothing = {
  host: 'h',
  kind: 'server',
  address: 'h',
  config: {},
  sources: {token: 'k3s_token', 'agent-token': 'k3s_agent_token'},
  extended: [],
  kept: [],
  endpoints: [],
  clusterInit: false,
  dataDir: '/var/lib/rancher/k3s',
  port: 6443,
  apiPort: 6443,
  environment: {},
  keptEnvironment: [],
  faults: [],
  notices: [],
};

const cases: Record<string, {kind?: 'agent'; variables: Record<string, unknown>; wanted: unknown}> = {
  nothing: {
    variables: {},
    wanted: ofNothing,
  },
  'nothing for an agent': {
    kind: 'agent',
    variables: {},
    wanted: {
      ...ofNothing,
      kind: 'agent',
    },
  },
  'values that say nothing': {
    variables: {
      k3s_version: '',
      k3s_token: null,
      k3s_server_config: '',
      k3s_api_endpoint: [],
      k3s_node_labels: {},
      k3s_registries: '',
      k3s_server_location: '/var/lib/rancher/k3s',
      k3s_data_dir: '/var/lib/rancher/k3s',
      k3s_config: 'null',
    },
    wanted: ofNothing,
  },
  'all of this tool’s own': {
    variables: {
      ansible_host: '10.0.0.1',
      k3s_version: 'v1.30.6+k3s1',
      k3s_token: 'tok',
      k3s_agent_token: 'agents',
      k3s_api_endpoint: ['k3s.example', '10.0.0.9'],
      k3s_config: {debug: true, 'node-name': 'one'},
      k3s_server_config: {debug: false, disable: ['traefik'], 'https-listen-port': 7443, 'etcd-s3-secret-key': 'key'},
      k3s_node_labels: {disk: 'ssd'},
      k3s_node_taints: ['a=b:NoSchedule'],
      k3s_dedicated_control_plane: true,
      k3s_node_ip: '10.0.0.1',
      k3s_data_dir: '/srv/k3s',
      k3s_server_location: '/data/k3s',
      k3s_cluster_init: true,
      k3s_registries: {mirrors: {a: {endpoint: ['b']}}},
      k3s_environment: {
        HTTP_PROXY: 'http://p',
        K3S_DEBUG: 'x',
        K3S_URL: 'https://u',
        K3S_CLUSTER_INIT: 'true',
        K3S_CONFIG_FILE: '/c',
        K3S_SELINUX: 'true',
      },
      k3s_datastore: {endpoint: 'mysql://k3s:pa@tcp(db)/k3s', ca_file: 'ca.pem'},
    },
    wanted: {
      ...ofNothing,
      address: '10.0.0.1',
      config: {
        debug: true,
        selinux: 'true',
        disable: ['traefik'],
        'https-listen-port': 7443,
        'etcd-s3-secret-key': 'secret key',
        'node-name': 'one',
        'node-label': ['disk=ssd'],
        'node-taint': ['a=b:NoSchedule', 'CriticalAddonsOnly=true:NoExecute'],
        'tls-san': ['k3s.example', '10.0.0.9'],
        'node-ip': '10.0.0.1',
        'datastore-endpoint': 'secret mysql://k3s:pa@tcp(db)/k3s',
        'datastore-cafile': '/etc/rancher/k3s/datastore/ca.crt',
        'data-dir': '/srv/k3s',
      },
      sources: {
        debug: 'k3s_config',
        disable: 'k3s_server_config',
        'https-listen-port': 'k3s_server_config',
        'etcd-s3-secret-key': 'k3s_server_config',
        'node-name': 'k3s_config',
        'node-ip': 'k3s_node_ip',
        'datastore-endpoint': 'k3s_datastore',
        'datastore-cafile': 'k3s_datastore',
        token: 'k3s_token',
        'agent-token': 'k3s_agent_token',
      },
      extended: ['node-label', 'node-taint', 'tls-san'],
      version: 'v1.30.6+k3s1',
      token: 'secret tok',
      agentToken: 'secret agents',
      endpoints: ['k3s.example', '10.0.0.9'],
      clusterInit: true,
      dataDir: '/srv/k3s',
      dataLink: '/data/k3s',
      port: 7443,
      apiPort: 7443,
      environment: {HTTP_PROXY: 'http://p'},
      registries: {mirrors: {a: {endpoint: ['b']}}},
      datastore: {
        variable: 'k3s_datastore',
        endpoint: {
          kind: 'mysql',
          address: {host: 'db', port: 3306},
          user: 'k3s',
          password: 'secret pa',
          database: 'k3s',
        },
        files: {ca: 'ca.pem'},
        trial: true,
      },
    },
  },
  'all of this tool’s own, for an agent': {
    kind: 'agent',
    variables: {
      k3s_token: 'tok',
      k3s_agent_token: 'agents',
      k3s_api_endpoint: 'k3s.example',
      k3s_agent_config: 'node-label: [x=y]\nselinux: true\n',
      k3s_server_config: {disable: ['traefik']},
      k3s_node_labels: {disk: 'ssd'},
      k3s_dedicated_control_plane: true,
      k3s_datastore: 'mysql://k3s:pa@tcp(db)/k3s',
      use_external_database: true,
      api_port: 443,
    },
    wanted: {
      ...ofNothing,
      kind: 'agent',
      config: {'node-label': ['x=y', 'disk=ssd'], selinux: true},
      sources: {
        'node-label': 'k3s_agent_config',
        selinux: 'k3s_agent_config',
        token: 'k3s_token',
        'agent-token': 'k3s_agent_token',
      },
      token: 'secret tok',
      agentToken: 'secret agents',
      endpoints: ['k3s.example'],
      apiPort: 443,
    },
  },
  'an inventory of k3s-ansible': {
    variables: {
      token: 'changeme!',
      agent_token: 'agents',
      api_endpoint: '10.0.0.1',
      api_port: '6444',
      server_config_yaml: 'disable:\n  - servicelb\nwrite-kubeconfig-mode: "0644"\ntoken: other\n',
      opt_tls_san: '--tls-san=a.example',
      extra_server_args: '--disable traefik --node-label=a=b --cluster-init --server https://x:6443 -d /srv/k3s',
      extra_service_envs: ['NO_PROXY=x'],
      extra_install_envs: {K3S_KUBECONFIG_MODE: '640', INSTALL_K3S_EXEC: 'x'},
      registries_config_yaml: 'mirrors: {a: {endpoint: [b]}}\n',
      airgap_dir: './images',
      k3s_version: 'v1.30.6+k3s1',
      use_external_database: true,
    },
    wanted: {
      ...ofNothing,
      config: {
        'write-kubeconfig-mode': '0644',
        disable: 'traefik',
        'tls-san': ['a.example', '10.0.0.1'],
        'node-label': 'a=b',
        'data-dir': '/srv/k3s',
      },
      sources: {
        disable: 'extra_server_args',
        'write-kubeconfig-mode': 'server_config_yaml',
        token: 'server_config_yaml',
        'tls-san': 'opt_tls_san',
        'node-label': 'extra_server_args',
        'cluster-init': 'extra_server_args',
        server: 'extra_server_args',
        'data-dir': 'extra_server_args',
        'agent-token': 'agent_token',
      },
      token: 'secret other',
      agentToken: 'secret agents',
      endpoints: ['10.0.0.1'],
      dataDir: '/srv/k3s',
      apiPort: 6444,
      environment: {NO_PROXY: 'x'},
      registries: {mirrors: {a: {endpoint: ['b']}}},
      faults: [
        {
          variable: 'use_external_database',
          what: 'use_external_database is true, and no datastore-endpoint is given',
          hint: "put it into k3s_server_config (or extra_server_args): 'datastore-endpoint: postgres://...'",
        },
      ],
      notices: [
        {variable: 'INSTALL_K3S_EXEC in extra_install_envs', instead: 'set k3s_server_config or k3s_agent_config'},
      ],
    },
  },
  'an external datastore in K3s’s own words': {
    variables: {use_external_database: 'yes', k3s_server_config: {'datastore-endpoint': 'http://e:2379'}},
    wanted: {
      ...ofNothing,
      config: {'datastore-endpoint': 'secret http://e:2379'},
      sources: {'datastore-endpoint': 'k3s_server_config', token: 'k3s_token', 'agent-token': 'k3s_agent_token'},
      datastore: {
        variable: 'k3s_server_config',
        endpoint: {kind: 'etcd', addresses: [{host: 'e', port: 2379}], tls: false},
        files: {},
        trial: true,
      },
    },
  },
  'what cannot be understood': {
    variables: {
      k3s_server_config: 'a: [',
      k3s_config: [1],
      server_config_yaml: 'text',
      extra_server_args: '--cluster-reset ---server x',
      k3s_datastore: 'odd://x',
      registries_config_yaml: 'a: [',
    },
    wanted: {
      ...ofNothing,
      config: {'datastore-endpoint': 'secret odd://x'},
      sources: {
        'cluster-reset': 'extra_server_args',
        '-server': 'extra_server_args',
        'datastore-endpoint': 'k3s_datastore',
        token: 'k3s_token',
        'agent-token': 'k3s_agent_token',
      },
      registries: undefined,
      faults: [
        {
          variable: 'server_config_yaml',
          what: 'server_config_yaml is no mapping of K3s settings',
          hint: 'write it as `name: value` lines, as in config.yaml',
        },
        {
          variable: 'k3s_server_config',
          what: 'k3s_server_config is no mapping of K3s settings',
          hint: 'write it as `name: value` lines, as in config.yaml',
        },
        {
          variable: 'k3s_config',
          what: 'k3s_config is no mapping of K3s settings',
          hint: 'write it as `name: value` lines, as in config.yaml',
        },
        {
          variable: 'extra_server_args',
          what: "'cluster-reset' may not stand in a server's settings",
          hint: 'it would reset the cluster at every start; take it out',
        },
        {
          variable: 'k3s_datastore',
          what: "the datastore's endpoint is wrong in its scheme: K3s knows no datastore 'odd'",
          hint: 'K3s takes mysql://user:password@tcp(host:3306)/database, postgres://user:password@host:5432/database, https://host1:2379,https://host2:2379',
        },
      ],
    },
  },
  'a reset, with dashes in front': {
    variables: {k3s_server_config: {'--cluster-reset': true, '-server': 'x', '--cluster-init': true}},
    wanted: {
      ...ofNothing,
      sources: {
        '--cluster-reset': 'k3s_server_config',
        '-server': 'k3s_server_config',
        '--cluster-init': 'k3s_server_config',
        token: 'k3s_token',
        'agent-token': 'k3s_agent_token',
      },
    },
  },
  'a server’s own port as a text, and a token of its own': {
    variables: {
      k3s_server_config: {'https-listen-port': '7443', token: 'own', 'agent-token': 'own-agents'},
      k3s_token: 'tok',
    },
    wanted: {
      ...ofNothing,
      config: {'https-listen-port': '7443'},
      sources: {
        'https-listen-port': 'k3s_server_config',
        token: 'k3s_server_config',
        'agent-token': 'k3s_server_config',
      },
      token: 'secret own',
      agentToken: 'secret own-agents',
      port: 7443,
      apiPort: 7443,
    },
  },
  'lists that are there already': {
    variables: {
      k3s_server_config: {'node-label': 'a=b', 'tls-san': 'x', 'node-taint': ['t=u:NoSchedule']},
      k3s_node_labels: ['a=b', 'c=d'],
      k3s_api_endpoint: 'y',
      k3s_dedicated_control_plane: 'yes',
    },
    wanted: {
      ...ofNothing,
      config: {
        'node-label': ['a=b', 'c=d'],
        'tls-san': ['x', 'y'],
        'node-taint': ['t=u:NoSchedule', 'CriticalAddonsOnly=true:NoExecute'],
      },
      sources: {
        'node-label': 'k3s_server_config',
        'tls-san': 'k3s_server_config',
        'node-taint': 'k3s_server_config',
        token: 'k3s_token',
        'agent-token': 'k3s_agent_token',
      },
      endpoints: ['y'],
    },
  },
};

for (const [name, {kind = 'server', variables, wanted}] of Object.entries(cases)) {
  test(`what is wanted of a host: ${name}`, (t) => {
    t.deepEqual(undressed(wantedOf('h', kind, {variable: (variable) => variables[variable]})), wanted);
  });
}
