import test from 'ava';
import {clusterHost, runningMember, sightingOf} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import type {ClusterHost} from './classify.js';
import {comparableKeys, criticalKeys, disabledIn, effectiveValue, settingOf} from './critical.js';
import type {PlanRefusal} from './plan.js';
import {preflight} from './preflight.js';

const names = ['server1', 'server2', 'server3'];

/** Bare servers, the settings of some of them given. */
const servers = (settings: Record<string, Record<string, unknown>>, variables = {}): ClusterHost[] =>
  names.map((name) =>
    clusterHost(name, sightingOf(name), {...variables, ...(settings[name] && {k3s_server_config: settings[name]})}),
  );

const check = (hosts: readonly ClusterHost[]) => preflight({servers: hosts, agents: [], binaryGiven: false});

const once = 'set it once for the group `server` (group_vars/server.yml), not for a host';
const place = (host: string, member: string) => ({host, name: 'k3s_server_config', member});

const cases: Record<string, {hosts: ClusterHost[]; refusal: PlanRefusal}> = {
  'one server of another network': {
    hosts: servers({server3: {'cluster-cidr': '10.1.0.0/16'}}),
    refusal: {
      hosts: ['server3'],
      what: "'cluster-cidr' must be the same on all servers, but differs between server1, server2 (not set, so 10.42.0.0/16) and server3 (10.1.0.0/16)",
      hint: once,
      variable: place('server3', 'cluster-cidr'),
    },
  },
  'one server where it is missing': {
    hosts: servers({server1: {'disable-kube-proxy': true}, server3: {'disable-kube-proxy': 'True'}}),
    refusal: {
      hosts: ['server2'],
      what: "'disable-kube-proxy' must be the same on all servers, but differs between server1, server3 (true) and server2 (not set, so false)",
      hint: once,
      variable: place('server1', 'disable-kube-proxy'),
    },
  },
  'a component disabled on one server': {
    hosts: servers({
      server1: {disable: ['servicelb', 'traefik']},
      server2: {disable: 'traefik'},
      server3: {disable: 'traefik'},
    }),
    refusal: {
      hosts: ['server1'],
      what: "'disable' must be the same on all servers, but servicelb would be disabled on server1, and not on server2, server3",
      hint: once,
      variable: place('server1', 'disable'),
    },
  },
  'an agent token that only one has, which is not shown': {
    hosts: servers({server2: {'agent-token': 'secret'}}),
    refusal: {
      hosts: ['server2'],
      what: "'agent-token' must be the same on all servers, but differs between server1, server3 (not set) and server2 (another)",
      hint: once,
      variable: place('server2', 'agent-token'),
    },
  },
  'a file in config.yaml.d': {
    hosts: servers({}).map((host) =>
      host.wanted.host === 'server2' && host.sighting !== undefined
        ? {
            ...host,
            sighting: {
              ...host.sighting,
              dropIns: [{path: '/etc/rancher/k3s/config.yaml.d/50-by-hand.yaml', text: 'disable+: [coredns]\n'}],
            },
          }
        : host,
    ),
    refusal: {
      hosts: ['server2'],
      what: "'disable' must be the same on all servers, but coredns would be disabled on server2, and not on server1, server3",
      hint: 'server2 has it in /etc/rancher/k3s/config.yaml.d/50-by-hand.yaml, which wins over what is written by this run: take it out there',
    },
  },
  'a server outside the run, which keeps what it has': {
    hosts: [
      clusterHost(
        'server1',
        {...runningMember('server1', ['server1']), configText: 'cluster-domain: old.example\n'},
        {k3s_server_config: {'cluster-domain': 'new.example'}},
        false,
      ),
      ...servers({server2: {'cluster-domain': 'new.example'}, server3: {'cluster-domain': 'new.example'}}).slice(1),
    ],
    refusal: {
      hosts: ['server1'],
      what: "'cluster-domain' must be the same on all servers, but differs between server2, server3 (new.example) and server1 (old.example)",
      hint: 'server1 is not in this run and would keep what is there: run without --limit, so that all servers get it',
      variable: place('server2', 'cluster-domain'),
    },
  },
  'one server of an own token for agents, by its own variable': {
    hosts: names.map((name) =>
      clusterHost(name, sightingOf(name), {k3s_agent_token: name === 'server3' ? 'second' : 'first'}),
    ),
    refusal: {
      hosts: ['server3'],
      what: "'agent-token' must be the same on all servers, but differs between server1, server2 (one value) and server3 (another)",
      hint: once,
      variable: {host: 'server3', name: 'k3s_agent_token'},
    },
  },
  'a token for agents that the last has not, by its own variable': {
    hosts: names.map((name) =>
      clusterHost(name, sightingOf(name), name === 'server3' ? {} : {k3s_agent_token: 'first'}),
    ),
    refusal: {
      hosts: ['server3'],
      what: "'agent-token' must be the same on all servers, but differs between server1, server2 (one value) and server3 (not set)",
      hint: once,
      variable: {host: 'server3', name: 'k3s_agent_token'},
    },
  },
  'a value of nothing, beside one that is written out and one that is the default': {
    hosts: servers({server1: {'cluster-domain': 'cluster.local'}, server3: {'cluster-domain': ''}}),
    refusal: {
      hosts: ['server3'],
      what: "'cluster-domain' must be the same on all servers, but differs between server1, server2 (cluster.local) and server3 ('')",
      hint: once,
      variable: place('server3', 'cluster-domain'),
    },
  },
  'servers outside the run, and nobody in it says anything': {
    hosts: names.map((name) =>
      name === 'server3'
        ? clusterHost(name, sightingOf(name))
        : clusterHost(name, {...runningMember(name, names), configText: 'cluster-domain: old.example\n'}, {}, false),
    ),
    refusal: {
      hosts: ['server3'],
      what: "'cluster-domain' must be the same on all servers, but differs between server1, server2 (old.example) and server3 (not set, so cluster.local)",
      hint: 'server1, server2 are not in this run and would keep what is there: run without --limit, so that all servers get it',
      variable: place('server3', 'cluster-domain'),
    },
  },
};

for (const [name, {hosts, refusal}] of Object.entries(cases)) {
  test(`refuses ${name}, and nothing else`, (t) => {
    t.deepEqual(check(hosts), {refusals: [refusal], warnings: []});
  });
}

test('a default that is written out is no difference, nor is another way to write it', (t) => {
  const one = {'cluster-cidr': '10.42.0.0/16', 'flannel-backend': 'vxlan', disable: ['traefik', 'servicelb']};
  const other = {'cluster-dns': '10.43.0.10', 'supervisor-metrics': 'False', disable: 'servicelb,traefik'};
  t.deepEqual(check(servers({server1: one, server2: other, server3: {disable: ['servicelb', 'traefik']}})), {
    refusals: [],
    warnings: [],
  });
});

test('the address of the DNS has a default only with the default network of services', (t) => {
  t.is(effectiveValue({}, 'cluster-dns'), '10.43.0.10');
  t.is(effectiveValue({'service-cidr': '10.9.0.0/16'}, 'cluster-dns'), '');
  t.is(effectiveValue({'agent-token': new Secret('x')}, 'agent-token'), 'x');
  t.deepEqual([...disabledIn({disable: ['a, b', 'c']})], ['a', 'b', 'c']);
});

test('other settings that differ are warned of; those of one host are not', (t) => {
  const {refusals, warnings} = check(
    servers({
      server1: {'etcd-expose-metrics': true, 'node-label': ['disk=ssd'], 'node-ip': '10.0.0.1'},
      server2: {'etcd-s3-secret-key': 'hidden'},
    }),
  );
  t.deepEqual(refusals, []);
  t.deepEqual(warnings, [
    "'etcd-expose-metrics' differs between servers: server2, server3 (not set) and server1 (true). K3s lets it be; where it is not meant, set it for the group 'server'",
    "'etcd-s3-secret-key' differs between servers: server1, server3 (not set) and server2 (another). K3s lets it be; where it is not meant, set it for the group 'server'",
  ]);
});

test('what K3s takes where a critical flag is not set', (t) => {
  t.deepEqual(Object.fromEntries(criticalKeys.map((key) => [key, effectiveValue({}, key)])), {
    'agent-token': '',
    'cluster-cidr': '10.42.0.0/16',
    'cluster-dns': '10.43.0.10',
    'cluster-domain': 'cluster.local',
    'disable-cloud-controller': 'false',
    'disable-helm-controller': 'false',
    'disable-kube-proxy': 'false',
    'disable-network-policy': 'false',
    'egress-selector-mode': 'agent',
    'embedded-registry': 'false',
    'flannel-backend': 'vxlan',
    'flannel-external-ip': 'false',
    'flannel-ipv6-masq': 'false',
    'secrets-encryption': 'false',
    'secrets-encryption-provider': 'aescbc',
    'service-cidr': '10.43.0.0/16',
    'supervisor-metrics': 'false',
  });
  t.is(effectiveValue({}, 'none-of-these'), '');
  t.is(effectiveValue({'service-cidr': '10.9.0.0/16'}, 'cluster-domain'), 'cluster.local');
});

for (const [value, read] of [
  [undefined, undefined],
  [null, undefined],
  ['', ''],
  [true, 'true'],
  [' True , a', 'true,a'],
  [['FALSE', ' b'], 'false,b'],
  ['isTRUE', 'isTRUE'],
  ['TRUEish', 'TRUEish'],
  [64, '64'],
] as const) {
  test(`a setting as K3s reads it: ${JSON.stringify(value)}`, (t) => {
    t.is(settingOf({key: value}, 'key'), read);
  });
}

test('settings that are compared: neither critical nor of one host, in order', (t) => {
  const configs = [
    {'v-x': 1, token: 'x', disable: 'a', 'etcd-arg': 'a'},
    {'cluster-cidr': 'c', 'node-ip': 'i', 'anonymous-auth': true},
  ];
  t.deepEqual(comparableKeys(configs), ['anonymous-auth', 'etcd-arg', 'v-x']);
});

test('components that differ are told one by one, in order', (t) => {
  t.deepEqual(
    check(servers({server1: {disable: ['traefik', 'coredns']}})).refusals.map(({what}) => what),
    [
      "'disable' must be the same on all servers, but coredns would be disabled on server1, and not on server2, server3",
      "'disable' must be the same on all servers, but traefik would be disabled on server1, and not on server2, server3",
    ],
  );
});
