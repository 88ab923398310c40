import test from 'ava';
import {
  clusterHost,
  runningMember,
  sightingOf,
  sqliteServer,
  stoppedMember,
  unitFiles,
} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {addressOf, hostOf, isRunning, kindOf, liveConfig, liveToken, nodeNameOf, urlOf} from './classify.js';
import type {Sighting} from './sighting.js';

const endpoint = {configText: 'datastore-endpoint: mysql://u:p@tcp(db1:3306)/k3s\n'};
const running = runningMember('server1', ['server1']);

for (const [name, sighting, kind] of [
  ['nobody could look', undefined, 'unknown'],
  ['etcd on its disk', runningMember('server1', ['server1']), 'member'],
  [
    'etcd on its disk, and a migrated SQLite',
    sightingOf('server1', {data: {wal: true, stateDb: true, migrated: true}}),
    'member',
  ],
  [
    'etcd and SQLite that was not migrated',
    sightingOf('server1', {data: {wal: true, stateDb: true}}),
    'half-converted',
  ],
  ['SQLite', sqliteServer('server1'), 'sqlite'],
  ['SQLite and an endpoint', sightingOf('server1', {...endpoint, data: {stateDb: true, serverTls: true}}), 'sqlite'],
  ['certificates and an endpoint', sightingOf('server1', {...endpoint, data: {serverTls: true}}), 'external'],
  [
    'certificates and an endpoint in the unit of a server',
    sightingOf('server1', {
      serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server --datastore-endpoint=http://e:2379\n'}),
      data: {serverTls: true},
    }),
    'external',
  ],
  ['an endpoint, and never started', sightingOf('server1', endpoint), 'bare'],
  ['certificates alone', sightingOf('server1', {data: {serverTls: true}}), 'bare'],
  ['nothing', sightingOf('server1'), 'bare'],
] as const satisfies readonly (readonly [string, Sighting | undefined, string])[]) {
  test(`a server with this on it is ${kind}: ${name}`, (t) => {
    t.is(kindOf(clusterHost('server1', sighting)), kind);
  });
}

for (const [name, sighting, runs] of [
  ['nobody could look', undefined, false],
  ['no unit', sightingOf('server1', {ping: true}), false],
  ['systemd says so, and its port answers', running, true],
  ['its port does not answer', {...running, ping: false}, false],
  ['something else answers at its port', {...stoppedMember('server1'), ping: true}, false],
] as const) {
  test(`runs: ${runs}, where ${name}`, (t) => {
    t.is(isRunning(clusterHost('server1', sighting)), runs);
  });
}

test('a config.yaml that cannot be read is named with its host', (t) => {
  t.deepEqual(liveConfig(sightingOf('server1')), {});
  t.deepEqual(liveConfig(sightingOf('server1', {configText: 'disable: [traefik]\n'})), {disable: ['traefik']});
  t.throws(() => liveConfig(sightingOf('server1', {configText: ': ['})), {message: /config\.yaml on server1/});
});

test('the name of the Node: its setting, else the hostname, else the inventory’s, in lower case', (t) => {
  const named = {k3s_server_config: {'node-name': 'First'}};
  t.is(nodeNameOf(clusterHost('server1', sightingOf('server1', {hostname: 'Host'}), named)), 'first');
  t.is(nodeNameOf(clusterHost('server1', sightingOf('server1', {hostname: 'Host'}))), 'host');
  t.is(nodeNameOf(clusterHost('Server1', undefined)), 'server1');
});

const own = (...entries: (readonly [string, string])[]) => ({
  addresses: entries.map(([device, address]) => ({device, address})),
});

for (const [name, sighting, variables, address] of [
  ['ansible_host, where nobody could look', undefined, {}, '10.0.0.1'],
  ['ansible_host, where no address was seen', sightingOf('server1', {addresses: []}), {}, '10.0.0.1'],
  [
    'ansible_host, where it is one of its own',
    sightingOf('server1', own(['eth0', '192.168.7.1'], ['eth1', '10.0.0.1'])),
    {},
    '10.0.0.1',
  ],
  [
    'its first own one, where ansible_host is none of them',
    sightingOf(
      'server1',
      own(
        ['lo', '127.0.0.1'],
        ['docker0', '172.17.0.1'],
        ['flannel.1', '10.42.0.0'],
        ['eth0', 'fd00::7'],
        ['vlan5', '192.168.7.1'],
        ['eth1', '192.168.8.1'],
      ),
    ),
    {},
    '192.168.7.1',
  ],
  ['ansible_host, where its own are IPv6', sightingOf('server1', own(['eth0', 'fd00::7'])), {}, '10.0.0.1'],
  ['ansible_host, where its own are virtual', sightingOf('server1', own(['cni0', '10.42.0.1'])), {}, '10.0.0.1'],
  ['node-ip', sightingOf('server1'), {k3s_node_ip: '10.7.0.1'}, '10.7.0.1'],
  ['the first of node-ip', sightingOf('server1'), {k3s_node_ip: '10.7.0.1,fd00::1'}, '10.7.0.1'],
  ['the first of a list', sightingOf('server1'), {k3s_server_config: {'node-ip': ['10.7.0.2', 'fd00::1']}}, '10.7.0.2'],
  // A device of a name that only has one of the virtual ones in it.
  ['a device like another', sightingOf('server1', own(['enlo0', '192.168.7.1'])), {}, '192.168.7.1'],
] as const) {
  test(`where other hosts reach it: ${name}`, (t) => {
    t.is(addressOf(clusterHost('server1', sighting, variables)), address);
  });
}

test('an address in a URL: IPv6 in brackets, once', (t) => {
  t.is(urlOf('10.0.0.1', 6443), 'https://10.0.0.1:6443');
  t.is(urlOf('k3s.example', 7443), 'https://k3s.example:7443');
  t.is(urlOf('fd00::1', 6443), 'https://[fd00::1]:6443');
  t.is(urlOf('[fd00::1]', 6443), 'https://[fd00::1]:6443');
});

test('the token a host lives by: its own file, else its config.yaml', (t) => {
  const configText = 'token: written\n';
  const token = new Secret('own');
  t.is(liveToken(sightingOf('server1', {configText, data: {token}}))?.reveal(), 'own');
  t.is(liveToken(sightingOf('server1', {configText}))?.reveal(), 'written');
  t.is(liveToken(sightingOf('server1')), undefined);
});

for (const [url, host] of [
  ['https://10.0.0.1:6443', '10.0.0.1'],
  ['http://10.0.0.1:6443/', '10.0.0.1'],
  ['https://Server1', 'Server1'],
  ['https://[fd00::1]:6443', 'fd00::1'],
  ['https://[fd00::1]', 'fd00::1'],
  ['https://k3s.example:6443/path', 'https://k3s.example:6443/path'],
  ['see https://10.0.0.1:6443', 'see https://10.0.0.1:6443'],
  ['10.0.0.1', '10.0.0.1'],
] as const) {
  test(`the host of ${url}`, (t) => {
    t.is(hostOf(url), host);
  });
}
