/** Where a kubeconfig is read, and where it leads. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  memberHost,
  running,
  runningMember,
  sightingOf,
  stoppedHost,
  unitFiles,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import {ClusterError} from '../errors/index.js';
import type {ClusterHost} from './classify.js';
import {kubeconfigSource} from './kubeconfig_source.js';

const ready = {certificates: [], apiReady: true, logged: []};
const seen = (host: ClusterHost, apiReady?: boolean) =>
  apiReady === undefined ? {host} : {host, more: {...ready, apiReady}};
const pair = ['server1', 'server2'];
const usual = {host: 'server1', url: 'https://10.0.0.1:6443', file: '/etc/rancher/k3s/k3s.yaml'};

for (const [name, servers, source] of [
  [
    'a server that is ready, before one that runs',
    [seen(memberHost('server2', {}, pair)), seen(memberHost('server1', {}, pair), true)],
    usual,
  ],
  [
    'the first that runs',
    [
      seen(stoppedHost('server3')),
      seen(memberHost('server1', {}, pair), false),
      seen(memberHost('server2', {}, pair), false),
    ],
    usual,
  ],
  [
    'its own file',
    [seen(memberHost('server1', {configText: 'write-kubeconfig: /root/k.yaml\n'}))],
    {...usual, file: '/root/k.yaml'},
  ],
  [
    'its own file, by its unit',
    [
      seen(
        memberHost('server1', {serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server -o /root/k.yaml\n'})}),
      ),
    ],
    {...usual, file: '/root/k.yaml'},
  ],
  ['no file named', [seen(memberHost('server1', {configText: 'write-kubeconfig: ""\n'}))], usual],
  ['a file that is none', [seen(memberHost('server1', {configText: 'write-kubeconfig: 7\n'}))], usual],
  [
    'a port of its own',
    [seen(clusterHost('server1', runningMember('server1', pair), {k3s_server_config: {'https-listen-port': 7443}}))],
    {...usual, url: 'https://10.0.0.1:7443'},
  ],
] as const) {
  test(`a kubeconfig comes from ${name}`, (t) => {
    t.deepEqual(kubeconfigSource(servers), source);
  });
}

test('no server runs: what each is, and where to look', (t) => {
  const external = clusterHost(
    'server4',
    sightingOf('server4', {server: running, configText: 'datastore-endpoint: http://e:1\n', data: {serverTls: true}}),
  );
  const hosts = [stoppedHost('server1'), unknownHost('server2'), bareHost('server3'), external];
  const error = t.throws(() => kubeconfigSource(hosts.map((host) => seen(host))), {instanceOf: ClusterError});
  t.deepEqual(
    [error?.what, error?.hint],
    [
      'no server runs: server1 is stopped, server2 cannot be reached, server3 is bare, server4 is stopped',
      '`quorate cluster status` says more',
    ],
  );
});
