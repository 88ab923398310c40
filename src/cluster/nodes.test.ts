/** Nodes as the API lists them. */
import test from 'ava';
import {parseNodeList} from './nodes.js';

const role = (name: string) => `node-role.kubernetes.io/${name}`;
const conditions = (...entries: [string, string][]) => entries.map(([type, status]) => ({type, status}));

for (const [title, node, row] of [
  [
    'a server',
    {
      metadata: {
        name: 'server1',
        labels: {[role('etcd')]: 'true', [role('control-plane')]: 'true', 'x/y': 'z', [`x-${role('odd')}`]: ''},
        annotations: {a: 'b'},
      },
      spec: {},
      status: {
        conditions: conditions(['MemoryPressure', 'True'], ['Ready', 'True']),
        nodeInfo: {kubeletVersion: 'v1.30.6+k3s1'},
        addresses: [
          {type: 'Hostname', address: 'server1'},
          {type: 'InternalIP', address: '10.0.0.1'},
          {type: 'InternalIP', address: 'fd00::1'},
        ],
      },
    },
    {
      name: 'server1',
      ready: true,
      cordoned: false,
      restarting: false,
      roles: 'control-plane,etcd',
      version: 'v1.30.6+k3s1',
      address: '10.0.0.1',
    },
  ],
  [
    'an agent that is cordoned for its restart, and not ready',
    {
      metadata: {name: 'agent1', annotations: {'quorate/cordoned': '1'}},
      spec: {unschedulable: true},
      status: {
        conditions: conditions(['Ready', 'Unknown'], ['DiskPressure', 'True']),
        addresses: [{type: 'ExternalIP', address: '1.2.3.4'}],
      },
    },
    {name: 'agent1', ready: false, cordoned: true, restarting: true, roles: 'agent', version: '', address: ''},
  ],
  [
    'one of which nothing is said',
    {},
    {name: '', ready: false, cordoned: false, restarting: false, roles: 'agent', version: '', address: ''},
  ],
  [
    'one of which nothing is said but that it is there',
    {status: {}},
    {name: '', ready: false, cordoned: false, restarting: false, roles: 'agent', version: '', address: ''},
  ],
  [
    'one of which next to nothing is said',
    {metadata: {}, spec: {unschedulable: false}, status: {nodeInfo: {}, addresses: [{type: 'InternalIP'}]}},
    {name: '', ready: false, cordoned: false, restarting: false, roles: 'agent', version: '', address: ''},
  ],
] as const) {
  test(`a Node: ${title}`, (t) => {
    t.deepEqual(parseNodeList(JSON.stringify({items: [node]}))?.[0], row);
  });
}

test('Nodes come by name; a list of none is empty, and what is no list is nothing', (t) => {
  const items = ['b', 'c', 'a'].map((name) => ({metadata: {name}}));
  t.deepEqual(
    parseNodeList(JSON.stringify({items}))?.map(({name}) => name),
    ['a', 'b', 'c'],
  );
  t.deepEqual(parseNodeList('{}'), []);
  t.deepEqual(parseNodeList('{"items":null}'), []);
  for (const text of [
    'Unauthorized',
    '',
    'null',
    '5',
    '"Unauthorized"',
    '{"items":{}}',
    '{"items":5}',
    '{"items":[null]}',
    '{"items":[{},5]}',
  ])
    t.is(parseNodeList(text), undefined, text);
});
