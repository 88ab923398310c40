import test from 'ava';
import {
  bareHost,
  clusterHost,
  memberHost,
  runningMember,
  sqliteServer,
  stoppedMember,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import {ClusterError} from '../errors/index.js';
import {Secret} from '../shell/index.js';
import {clusterToken} from './cluster_token.js';
import {kubeconfigSource} from './kubeconfig_source.js';
import type {Sighting} from './sighting.js';

const withToken = (sighting: Sighting, token: string): Sighting => ({
  ...sighting,
  data: {...sighting.data, token: new Secret(token)},
});
const secure = (password: string): string => `K10${'a'.repeat(64)}::server:${password}`;

test('the password of a running server, in whatever form it is kept', (t) => {
  const found = clusterToken([
    clusterHost('server1', undefined),
    clusterHost('server2', withToken(stoppedMember('server2'), 'pw-long')),
    clusterHost('server3', withToken(runningMember('server3', ['server3'], '9'), secure('pw-long'))),
  ]);
  t.is(found.token.reveal(), 'pw-long');
  t.is(found.host, 'server3');
  t.is(found.clusterId, '9');
});

test('of a stopped one where none runs', (t) => {
  t.is(clusterToken([clusterHost('server2', withToken(stoppedMember('server2'), 'x'))]).host, 'server2');
});

for (const [title, servers, what, hint] of [
  [
    'bare hosts',
    [bareHost('server1', {data: {token: new Secret('left')}}), bareHost('server2')],
    'no server that can be read has the token of a cluster',
    'make the cluster first: quorate run playbooks/site.yml',
  ],
  [
    'a member whose token nobody could read',
    [memberHost('server1')],
    'no server that can be read has the token of a cluster',
    'make the cluster first: quorate run playbooks/site.yml',
  ],
  [
    'unknown hosts',
    [unknownHost('server1'), bareHost('server2'), unknownHost('server3')],
    'no server that can be read has the token of a cluster',
    'server1, server3 cannot be reached',
  ],
  [
    'two clusters',
    [
      clusterHost('server1', withToken(runningMember('server1', ['server1'], '1'), 'a')),
      clusterHost('server2', withToken(runningMember('server2', ['server2'], '2'), 'b')),
    ],
    'the servers are members of 2 different clusters, each with a token of its own',
    'look at `quorate cluster status`, and name one cluster in the inventory',
  ],
  [
    'a rotation that was not finished',
    [
      clusterHost('server1', withToken(runningMember('server1', ['server1', 'server2']), 'a')),
      clusterHost('server2', withToken(runningMember('server2', ['server1', 'server2']), 'b')),
    ],
    'server1 and server2 have different tokens',
    'after `k3s token rotate` every server has to be restarted with the new one',
  ],
] as const)
  test(`refused: ${title}`, (t) => {
    const error = t.throws(() => clusterToken(servers), {instanceOf: ClusterError});
    t.deepEqual([error?.what, error?.hint], [what, hint]);
    t.false(JSON.stringify(error).includes('"a"'));
  });

test('of a server on SQLite there is no id, and what a bare one has left is not asked', (t) => {
  const sqlite = withToken(sqliteServer('server2'), 'pw');
  t.deepEqual(
    Object.keys(
      clusterToken([bareHost('server1', {data: {token: new Secret('left')}}), clusterHost('server2', sqlite)]),
    ),
    ['token', 'host'],
  );
});

const ready = {certificates: [], apiReady: true, logged: []};

test('a kubeconfig comes from a server that is ready, and leads to the fixed address or to it', (t) => {
  const members = ['server1', 'server2'];
  const hosts = (variables: Record<string, unknown>) => [
    {host: clusterHost('server1', runningMember('server1', members), variables), more: {...ready, apiReady: false}},
    {host: clusterHost('server2', runningMember('server2', members), variables), more: ready},
  ];
  t.deepEqual(kubeconfigSource(hosts({})), {
    host: 'server2',
    url: 'https://10.0.0.2:6443',
    file: '/etc/rancher/k3s/k3s.yaml',
  });
  t.is(kubeconfigSource(hosts({k3s_api_endpoint: 'k3s.example.org'})).url, 'https://k3s.example.org:6443');
  t.is(kubeconfigSource(hosts({}), 'https://other:443').url, 'https://other:443');
  t.throws(() => kubeconfigSource([{host: clusterHost('server1', stoppedMember('server1'))}]), {
    message: 'no server runs: server1 is stopped',
  });
});
