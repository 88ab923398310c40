import test from 'ava';
import {clusterHost, runningMember, sightingOf, unitFiles} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {execArgs, startsK3s} from './args.js';
import {effectiveOf, isForeign} from './effective.js';
import {keptComment} from './environment.js';
import type {HostPlan} from './plan.js';
import {resolveRoles} from './roles.js';
import type {Sighting, UnitFiles} from './sighting.js';

/** As K3s's install script writes it: a flag and its value on a line each, in single quotes. */
const unitText = (...args: string[]): string =>
  `[Service]\nType=notify\nExecStart=/usr/local/bin/k3s \\\n    server \\\n${args.map((arg) => `\t'${arg}' \\\n`).join('')}\n`;

const secure = (user: string, password: string): string => `K10${'ab'.repeat(32)}::${user}:${password}`;

type Files = Partial<UnitFiles> & {readonly args?: readonly string[]};

const foreign = ({args = [], ...files}: Files, change: Partial<Sighting> = {}): Sighting => {
  const seen = runningMember('server1', ['server1']);
  return {
    ...seen,
    serverUnit: unitFiles({text: unitText(...args), ...files}),
    ...change,
    data: {...seen.data, token: new Secret(secure('server', 'secret-pw')), ...change.data},
  };
};

const own = (configText: string, change: Partial<Sighting> = {}): Sighting =>
  foreign({text: '# Written by quorate.\n[Service]\n'}, {configText, ...change});

const planned = (sighting: Sighting, variables: Record<string, unknown> = {}): HostPlan | undefined =>
  resolveRoles({
    servers: [clusterHost('server1', sighting, variables)],
    agents: [],
    lost: [],
    random: (bytes) => Buffer.alloc(bytes),
  }).hosts.get('server1');

test('the words of ExecStart, over continued lines', (t) => {
  t.is(execArgs(unitText('--disable', 'traefik')).replaceAll(/\s+/g, ' '), "'--disable' 'traefik'");
  t.is(execArgs('ExecStart=/usr/local/bin/k3s server --data-dir /srv/k3s\n'), '--data-dir /srv/k3s');
  t.true(startsK3s(unitText()));
  t.true(startsK3s("ExecStart=/opt/bin/k3s 'agent' --x\n"));
  t.false(startsK3s('ExecStart=/usr/local/bin/k3s-backup.sh server\n'));
});

test('flags win over config.yaml.d, that over config.yaml, and files over the environment', (t) => {
  const {config, environment} = effectiveOf(
    foreign(
      {
        args: ['--flannel-backend=host-gw', '--disable', 'traefik', '--disable', 'servicelb'],
        environment: "K3S_TOKEN='pw'\nK3S_KUBECONFIG_MODE=600\nHTTP_PROXY=http://p\n",
        lastingEnvironment: 'K3S_KUBECONFIG_MODE=640\nNO_PROXY=x\n',
      },
      {
        configText: 'flannel-backend: none\nwrite-kubeconfig-mode: "644"\ntls-san: [a]\n',
        dropIns: [{path: 'config.yaml.d/x.yaml', text: 'tls-san+: [b]\nflannel-backend: wireguard-native\n'}],
      },
    ),
    'server',
  );
  t.is(config['flannel-backend'], 'host-gw');
  t.deepEqual(config.disable, ['traefik', 'servicelb']);
  t.is(config['write-kubeconfig-mode'], '644');
  t.deepEqual(config['tls-san'], ['a', 'b']);
  t.is(String(config.token), '***');
  t.deepEqual([...environment], [['HTTP_PROXY', 'http://p']]);
});

test('a unit is another hand’s unless it says that we wrote it', (t) => {
  t.true(isForeign(foreign({}), 'server'));
  t.false(isForeign(foreign({}), 'agent'));
  t.false(isForeign(own(''), 'server'));
  t.false(isForeign(sightingOf('server1'), 'server'));
});

/** Taken over without a restart, with these settings named by the inventory. */
const same: Record<string, {readonly seen: Sighting; readonly variables?: Record<string, unknown>}> = {
  'no arguments at all': {seen: foreign({})},
  'flags that the inventory names': {
    seen: foreign({args: ['--disable', 'traefik,servicelb', '--tls-san=10.9.9.9']}),
    variables: {k3s_server_config: {disable: ['traefik', 'servicelb']}, k3s_api_endpoint: '10.9.9.9'},
  },
  'flags that it does not name': {seen: foreign({args: ['--write-kubeconfig-mode', '644', '--selinux']})},
  'a token in the environment': {
    seen: foreign({environment: 'K3S_TOKEN=secret-pw\n'}),
    variables: {k3s_token: 'secret-pw'},
  },
  'a token in a file': {
    seen: foreign(
      {args: ['--token-file', '/root/t']},
      {data: {...foreign({}).data, tokenFile: new Secret('secret-pw')}},
    ),
  },
  'the default data-dir as a flag': {seen: foreign({args: ['--data-dir', '/var/lib/rancher/k3s']})},
  'false, where no flag is the same': {
    seen: foreign({}),
    variables: {k3s_server_config: {'disable-network-policy': false}},
  },
  'an address in tls-san that the certificate has anyway': {
    seen: foreign({}),
    variables: {k3s_api_endpoint: '10.0.0.1'},
  },
  'the same registries in another layout': {
    seen: foreign({}, {registriesText: 'mirrors: {a: {endpoint: [x]}}\n'}),
    variables: {registries_config_yaml: 'mirrors:\n  a:\n    endpoint:\n      - x\n'},
  },
  'values in config.yaml.d, and what they append to': {
    seen: foreign(
      {},
      {configText: 'tls-san: [a]\n', dropIns: [{path: 'x.yaml', text: 'tls-san+: [b]\nnode-label: [c=d]\n'}]},
    ),
  },
  'K3s’s settings in /etc/default': {seen: foreign({lastingEnvironment: 'K3S_KUBECONFIG_MODE=640\n'})},
};

for (const [name, {seen, variables}] of Object.entries(same)) {
  test(`taken over as it runs: ${name}`, (t) => {
    const plan = planned(seen, variables);
    t.deepEqual(plan?.adoption?.differing, []);
    t.true(plan?.adoption?.same);
    t.true(plan?.foreign);
  });
}

/** Taken over with a restart, since these differ. */
const different: Record<string, {seen: Sighting; variables?: Record<string, unknown>; differing: readonly string[]}> = {
  'a flag that the inventory adds': {
    seen: foreign({}),
    variables: {k3s_server_config: {disable: ['traefik']}},
    differing: ['disable'],
  },
  'another version': {seen: foreign({}), variables: {k3s_version: 'v1.30.7+k3s1'}, differing: ['version']},
  'an argument with a comma, which K3s does not split': {
    seen: foreign({args: ['--kubelet-arg=a=1,b=2']}),
    variables: {k3s_server_config: {'kubelet-arg': ['a=1', 'b=2']}},
    differing: ['kubelet-arg'],
  },
  'another proxy': {
    seen: foreign({environment: 'HTTP_PROXY=http://old\n'}),
    variables: {k3s_environment: {HTTP_PROXY: 'http://new'}},
    differing: ['HTTP_PROXY'],
  },
  'other registries': {
    seen: foreign({}),
    variables: {k3s_registries: {mirrors: {a: {endpoint: ['x']}}}},
    differing: ['registries.yaml'],
  },
  'a name in the certificate': {
    seen: foreign({}),
    variables: {k3s_api_endpoint: 'k3s.example'},
    differing: ['tls-san'],
  },
};

for (const [name, {seen, variables, differing}] of Object.entries(different)) {
  test(`taken over and restarted: ${name}`, (t) => {
    const plan = planned(seen, variables);
    t.deepEqual(plan?.adoption?.differing, differing);
    t.regex(plan?.why ?? '', new RegExp(`taken over, and restarted, since ${differing.join(', ')} differs$`));
  });
}

test('what the inventory does not name is kept, and stays kept', (t) => {
  const plan = planned(
    foreign({args: ['--write-kubeconfig-mode', '644', '--node-name', 'one', '--agent-token', 'agents']}),
  );
  t.deepEqual(plan?.kept, ['agent-token', 'node-name', 'write-kubeconfig-mode']);
  t.is(plan?.config['write-kubeconfig-mode'], '644');
  t.is(plan?.nodeName, 'one');
  t.is(String(plan?.config['agent-token']), '***');
  const later = planned(
    own(`${keptComment(['write-kubeconfig-mode'])}disable: [traefik]\nwrite-kubeconfig-mode: "644"\nby-hand: 1\n`, {
      dropIns: [{path: 'x.yaml', text: 'write-kubeconfig-mode: "600"\n'}],
    }),
  );
  t.deepEqual(later?.kept, ['write-kubeconfig-mode']);
  t.deepEqual(Object.keys(later?.config ?? {}), ['write-kubeconfig-mode', 'token']);
  t.is(later?.config['write-kubeconfig-mode'], '644');
  t.is(later?.adoption, undefined);
  const named = planned(own(`${keptComment(['disable'])}disable: [traefik]\n`), {k3s_server_config: {disable: ['x']}});
  t.deepEqual(named?.kept, []);
});

test('a list that the inventory only adds to keeps what it has', (t) => {
  const seen = foreign({args: ['--tls-san', 'old.example', '--node-label', 'a=b']});
  const plan = planned(seen, {k3s_api_endpoint: 'new.example', k3s_node_labels: {a: 'b'}});
  t.deepEqual(plan?.config['tls-san'], ['old.example', 'new.example']);
  t.deepEqual(plan?.kept, ['tls-san']);
  t.deepEqual(plan?.adoption?.differing, ['tls-san']);
});

test('variables that are no settings are kept in the environment file', (t) => {
  const seen = foreign({environment: 'HTTP_PROXY=http://p\nNO_PROXY=a\nK3S_TOKEN=x\n', lastingEnvironment: 'A=b\n'});
  const {wanted} = clusterHost('server1', seen, {k3s_environment: {NO_PROXY: 'b'}});
  t.deepEqual(wanted.environment, {HTTP_PROXY: 'http://p', NO_PROXY: 'b'});
  t.deepEqual(wanted.keptEnvironment, ['HTTP_PROXY']);
  const ours = own('', {
    serverUnit: unitFiles({text: '# Written by quorate.\n', environment: `${keptComment(['A'])}A=1\nB=2\n`}),
  });
  t.deepEqual(clusterHost('server1', ours).wanted.environment, {A: '1'});
});

test('the data-dir and the port of another hand are those that are worked with', (t) => {
  const seen = foreign({args: ['--data-dir', '/srv/k3s', '--https-listen-port', '7443']});
  const {wanted} = clusterHost('server1', seen);
  t.like(wanted, {dataDir: '/srv/k3s', port: 7443, apiPort: 7443, kept: ['data-dir', 'https-listen-port']});
});

test('how a server joined moves from its unit to config.yaml', (t) => {
  const joined = planned(foreign({environment: 'K3S_URL=https://10.0.0.2:6443\n'}));
  t.deepEqual(joined?.membership, {membership: 'server', url: 'https://10.0.0.2:6443'});
  const names = ['server1', 'server2', 'server3'];
  const first = resolveRoles({
    servers: names.map((name) =>
      clusterHost(name, name === 'server1' ? foreign({args: ['--cluster-init']}) : runningMember(name, names)),
    ),
    agents: [],
    lost: [],
    random: (bytes) => Buffer.alloc(bytes),
  }).hosts.get('server1');
  t.deepEqual(first?.membership, {membership: 'server', url: 'https://10.0.0.2:6443'});
});

/** An agent as the install script makes one: K3S_URL and K3S_TOKEN in the environment. */
const agent = (environment: string, change: Partial<Sighting> = {}): Sighting =>
  sightingOf('agent1', {
    version: 'v1.30.6+k3s1',
    agent: {load: 'loaded', active: 'active', sub: 'running', mainPid: 9, restarts: 0, enabled: 'enabled'},
    agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s \\\n    agent \\\n\n', environment}),
    ...change,
  });

const agentPlanned = (
  seen: Sighting,
  server: Sighting,
  variables: Record<string, unknown> = {},
): HostPlan | undefined =>
  resolveRoles({
    servers: [clusterHost('server1', server, variables)],
    agents: [clusterHost('agent1', seen, variables)],
    lost: [],
    random: (bytes) => Buffer.alloc(bytes),
  }).hosts.get('agent1');

test('an agent goes on with its server and its token as they are', (t) => {
  const server = foreign({});
  for (const [environment, url] of [
    [`K3S_URL=https://10.0.0.1:6443\nK3S_TOKEN=${secure('server', 'secret-pw')}\n`, 'https://10.0.0.1:6443'],
    ['K3S_URL=https://server1:6443\nK3S_TOKEN=secret-pw\n', 'https://server1:6443'],
    // A name that nobody in the inventory has, as that of a load balancer.
    ['K3S_URL=https://k3s.example:6443\nK3S_TOKEN=secret-pw\n', 'https://k3s.example:6443'],
  ] as const) {
    const plan = agentPlanned(agent(environment), server);
    t.deepEqual(plan?.adoption?.differing, [], environment);
    t.is(plan?.config.server, url);
    t.deepEqual(plan?.kept, url.includes('example') ? ['server'] : []);
  }
  const moved = agentPlanned(agent('K3S_URL=https://k3s.example:6443\nK3S_TOKEN=secret-pw\n'), server, {
    k3s_api_endpoint: '10.0.0.1',
  });
  t.deepEqual(moved?.adoption?.differing, ['server']);
  t.regex(moved?.why ?? '', /registers at https:\/\/10.0.0.1:6443; installed by another hand/);
});

test('the agents’ own token is found on the servers', (t) => {
  const data = {...foreign({}).data, agentToken: new Secret(secure('node', 'agents-pw'))};
  const plan = agentPlanned(
    agent('K3S_URL=https://10.0.0.1:6443\nK3S_TOKEN=agents-pw\n'),
    foreign({args: ['--agent-token', 'agents-pw']}, {data}),
  );
  t.deepEqual(plan?.adoption?.differing, []);
  const fresh = agentPlanned(sightingOf('agent1'), foreign({args: ['--agent-token', 'agents-pw']}, {data}));
  t.is((fresh?.config.token as Secret | undefined)?.reveal(), 'agents-pw');
});
