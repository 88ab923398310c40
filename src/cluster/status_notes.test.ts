/** Which of several versions an agent is compared with. */
import test from 'ava';
import {clusterHost} from '../../test/support/cluster_hosts.js';
import {member, nodeOf, runningAgent, seen, status} from '../../test/support/cluster_status.js';

interface Row {
  /** What the Nodes of the servers run, in the inventory's order. */
  readonly servers: readonly string[];
  readonly agent: string;
  readonly wrong: readonly string[];
}

const rows: Record<string, Row> = {
  'newer than the oldest server, which comes last': {
    servers: ['v1.31.0+k3s1', 'v1.30.6+k3s1', 'v1.30.6+k3s1'],
    agent: 'v1.31.0+k3s1',
    wrong: ['agent1 runs v1.31.0+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last'],
  },
  'newer than two versions of servers: the oldest is named': {
    servers: ['v1.31.0+k3s1', 'v1.30.6+k3s1'],
    agent: 'v1.32.0+k3s1',
    wrong: ['agent1 runs v1.32.0+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last'],
  },
  'too old for the newest of three servers': {
    servers: ['v1.30.6+k3s1', 'v1.31.0+k3s1', 'v1.30.6+k3s1'],
    agent: 'v1.27.9+k3s1',
    wrong: ['agent1 runs v1.27.9+k3s1, more than 3 minors older than v1.31.0+k3s1 of a server'],
  },
  'too old for two versions of servers: the newest is named': {
    servers: ['v1.31.0+k3s1', 'v1.30.6+k3s1'],
    agent: 'v1.26.9+k3s1',
    wrong: ['agent1 runs v1.26.9+k3s1, more than 3 minors older than v1.31.0+k3s1 of a server'],
  },
  'of the minor of all servers': {
    servers: ['v1.30.6+k3s1', 'v1.30.5+k3s1'],
    agent: 'v1.30.7+k3s1',
    wrong: [],
  },
  'a version that nobody can read': {servers: ['v1.30.6+k3s1'], agent: 'odd', wrong: []},
  'a server whose version nobody can read': {
    servers: ['odd', 'v1.30.6+k3s1'],
    agent: 'v1.31.0+k3s1',
    wrong: ['agent1 runs v1.31.0+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last'],
  },
  'a version that nobody can read, between two that are known': {
    servers: ['v1.31.0+k3s1', 'odd', 'v1.30.6+k3s1'],
    agent: 'v1.32.0+k3s1',
    wrong: ['agent1 runs v1.32.0+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last'],
  },
  'no server tells its version': {servers: ['odd', 'odder'], agent: 'v1.31.0+k3s1', wrong: []},
};

for (const [title, {servers, agent, wrong}] of Object.entries(rows))
  test(`an agent: ${title}`, (t) => {
    const names = servers.map((_version, index) => `server${index + 1}`);
    const {findings} = status(
      names.map((name) => seen(name, member(name))),
      [seen('agent1', runningAgent('agent1'))],
      [...names, 'agent1'].map((name, index) => nodeOf(name, {version: [...servers, agent][index] ?? ''})),
    );
    t.deepEqual(
      findings.flatMap(({hosts, what}) => (hosts.includes('agent1') ? [what] : [])),
      wrong,
    );
  });

test('hosts without a Node and without a binary are passed over', (t) => {
  const {version: _version, ...without} = member('server1');
  const {versions, findings} = status(
    [seen('server1', without), seen('server2', member('server2')), seen('server3', member('server3'))],
    [{host: clusterHost('agent1', undefined)}, seen('agent2', {...runningAgent('agent2'), version: 'v1.31.0+k3s1'})],
    'none answered',
  );
  t.deepEqual(
    [...versions],
    [
      ['v1.30.6+k3s1', ['server2', 'server3']],
      ['v1.31.0+k3s1', ['agent2']],
    ],
  );
  t.deepEqual(
    findings.flatMap(({hosts, what}) => (hosts.some((host) => host.startsWith('agent')) ? [what] : [])),
    [
      'agent1 cannot be reached: unreachable',
      'agent2 runs v1.31.0+k3s1, newer than v1.30.6+k3s1 of a server: agents are upgraded last',
    ],
  );
});
