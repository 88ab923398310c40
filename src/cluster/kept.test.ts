/** What a host has and the inventory does not name: which of it stays. */
import test from 'ava';
import {clusterHost, sightingOf, unitFiles} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {keptComment} from './environment.js';
import type {Sighting, UnitFiles} from './sighting.js';

const keptOf = (change: Partial<Sighting>, variables: Record<string, unknown> = {}) => {
  const {wanted} = clusterHost('server1', {...sightingOf('server1'), ...change}, variables);
  const {config, kept, dataDir, port, apiPort, environment, keptEnvironment} = wanted;
  const shown = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value instanceof Secret ? value.reveal() : value]),
  );
  return {config: shown, kept, dataDir, port, apiPort, environment, keptEnvironment};
};
const foreign = (args: string, files: Partial<UnitFiles> = {}): Partial<Sighting> => ({
  serverUnit: unitFiles({text: `ExecStart=/usr/local/bin/k3s server ${args}\n`, ...files}),
});
const own = (configText: string, files: Partial<UnitFiles> = {}): Partial<Sighting> => ({
  configText,
  serverUnit: unitFiles({text: '# Written by quorate\n', ...files}),
});

const cases: Record<
  string,
  {change: Partial<Sighting>; variables?: Record<string, unknown>; found: ReturnType<typeof keptOf>}
> = {
  nothing: {
    change: {},
    found: {
      config: {},
      kept: [],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'settings that only the tool writes': {
    change: foreign(
      '--server https://x --cluster-init --cluster-reset --cluster-reset-restore-path /p --token t --token-file /t --config /c --debug --log l',
    ),
    found: {
      config: {debug: true, log: 'l'},
      kept: ['debug', 'log'],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'the default data-dir': {
    change: foreign('--data-dir /var/lib/rancher/k3s'),
    found: {
      config: {},
      kept: [],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'another data-dir, and a port': {
    change: foreign('--data-dir /srv --https-listen-port 7443'),
    found: {
      config: {'data-dir': '/srv', 'https-listen-port': '7443'},
      kept: ['data-dir', 'https-listen-port'],
      dataDir: '/srv',
      port: 7443,
      apiPort: 7443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'a port, where the API has another': {
    change: foreign('--https-listen-port 7443'),
    variables: {api_port: 443},
    found: {
      config: {'https-listen-port': '7443'},
      kept: ['https-listen-port'],
      dataDir: '/var/lib/rancher/k3s',
      port: 7443,
      apiPort: 443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'the default data-dir as another setting': {
    change: foreign('--node-name /var/lib/rancher/k3s'),
    found: {
      config: {'node-name': '/var/lib/rancher/k3s'},
      kept: ['node-name'],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'settings of ours that nobody names': {
    change: own('debug: true\nlog: x\n'),
    found: {
      config: {},
      kept: [],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'settings of ours that are named in the head': {
    change: own(`${keptComment(['debug', 'token'])}debug: true\nlog: x\ntoken: t\n`),
    found: {
      config: {debug: true},
      kept: ['debug'],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'no config.yaml of ours': {
    change: {serverUnit: unitFiles({text: '# Written by quorate\n'})},
    found: {
      config: {},
      kept: [],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'agents’ tokens, where the inventory names none': {
    change: foreign('--agent-token a --agent-token-file /a'),
    found: {
      config: {'agent-token': 'a', 'agent-token-file': '/a'},
      kept: ['agent-token', 'agent-token-file'],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'agents’ tokens, where the inventory names one': {
    change: foreign('--agent-token a --agent-token-file /a --debug'),
    variables: {k3s_agent_token: 'b'},
    found: {
      config: {debug: true},
      kept: ['debug'],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  'lists that the inventory adds to': {
    change: foreign('--tls-san a --tls-san b --node-label c=d'),
    variables: {k3s_api_endpoint: 'b', k3s_node_labels: ['c=d']},
    found: {
      config: {'node-label': ['c=d'], 'tls-san': ['a', 'b']},
      kept: ['tls-san'],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {},
      keptEnvironment: [],
    },
  },
  variables: {
    change: foreign('', {environment: 'B=1\nA=2\nC=3\nK3S_TOKEN=x\n', lastingEnvironment: 'L=1\n'}),
    variables: {k3s_environment: {C: '4'}},
    found: {
      config: {},
      kept: [],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {B: '1', A: '2', C: '4'},
      keptEnvironment: ['A', 'B'],
    },
  },
  'variables of ours': {
    change: own('', {environment: `${keptComment(['B', 'A', 'X'])}B=1\nA=2\nC=3\n`}),
    found: {
      config: {},
      kept: [],
      dataDir: '/var/lib/rancher/k3s',
      port: 6443,
      apiPort: 6443,
      environment: {B: '1', A: '2'},
      keptEnvironment: ['A', 'B'],
    },
  },
};

for (const [name, {change, variables, found}] of Object.entries(cases)) {
  test(`what is kept: ${name}`, (t) => {
    t.deepEqual(keptOf(change, variables), found);
  });
}
