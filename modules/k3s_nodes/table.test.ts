import test from 'ava';
import {marker, nodesTable, nodesVerdict, parseNodes} from './table.js';

const node = (name: string, ready: string, roles: string[] = []) => ({
  metadata: {name, labels: Object.fromEntries(roles.map((role) => [`node-role.kubernetes.io/${role}`, 'true']))},
  status: {
    conditions: [{type: 'Ready', status: ready}],
    nodeInfo: {kubeletVersion: 'v1.30.6+k3s1'},
    addresses: [{type: 'InternalIP', address: '10.0.0.1'}],
  },
});

const output = (...items: unknown[]) => ({
  rc: 0,
  stdout: `${JSON.stringify({items})}\n${marker}\n${JSON.stringify({header: {cluster_id: '1'}, members: [{ID: '7', name: 's1-00000000', peerURLs: ['https://10.0.0.1:2380']}]})}`,
  stderr: '',
});

test('waits for nodes that are missing or not ready, by name', (t) => {
  t.deepEqual(nodesVerdict(output(node('s1', 'True'), node('a1', 'False')), ['s1', 'a1', 'a2']), {
    wait: 'more',
    progress: 'not registered: a2; not ready: a1',
  });
  t.is(nodesVerdict(output(node('s1', 'True')), ['s1']).wait, 'done');
  t.is(nodesVerdict({rc: 1, stdout: '', stderr: ''}, ['s1']).wait, 'more');
});

test('the table is aligned, with members below', (t) => {
  const seen = parseNodes(output(node('s1', 'True', ['control-plane', 'etcd'])));
  t.deepEqual(seen && nodesTable(seen), [
    'NODE  READY  ROLES               VERSION       ADDRESS',
    's1    yes    control-plane,etcd  v1.30.6+k3s1  10.0.0.1',
    '',
    'ETCD MEMBER  ID  VOTER  PEER',
    's1-00000000  7   yes    https://10.0.0.1:2380',
  ]);
});
