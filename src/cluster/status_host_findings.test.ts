/** What is said of a host, by the state that it is in. */
import test from 'ava';
import {clusterHost, memberFor, runningMember, three} from '../../test/support/cluster_hosts.js';
import {
  asWanted,
  healthyServers,
  member,
  nodeOf,
  runningAgent,
  seen,
  status,
  unit,
  well,
} from '../../test/support/cluster_status.js';
import type {SeenHost} from './status_types.js';

const learner = 'server3 is a learner of etcd and does not vote yet';
const learners: Record<string, readonly [active: string, apiReady: boolean, words: string]> = {
  ready: ['active', true, learner],
  running: ['active', false, learner],
  starting: ['activating', false, learner],
  failing: ['failed', false, `${learner}, and it is stuck`],
  stopped: ['inactive', false, `${learner}, and it is stuck`],
};

for (const [state, [active, apiReady, words]] of Object.entries(learners))
  test(`a learner that is ${state}`, (t) => {
    const members = three.map((name) => memberFor(name, name === 'server3'));
    const listing = (name: string): SeenHost =>
      seen(name, {
        ...asWanted(runningMember(name, three)),
        etcd: {clusterId: 'c1', members, isLeader: false, hasLeader: true, peers: new Map()},
      });
    const {servers, findings} = status([
      listing('server1'),
      listing('server2'),
      seen('server3', {...member('server3'), server: {...unit, active}}, {apiReady}),
    ]);
    t.true(servers[2]?.state === state);
    t.deepEqual(
      findings.flatMap(({what}) => (what.includes('learner') ? [what] : [])),
      [words],
    );
  });

const agentWith = (active: string): SeenHost => seen('agent1', {...runningAgent('agent1'), agent: {...unit, active}});
const notReady = 'the Node agent1 of agent1 is not ready';
const agents: Record<string, readonly [agent: SeenHost, words: readonly string[]]> = {
  running: [agentWith('active'), [notReady]],
  starting: [agentWith('activating'), ['agent1 is starting', notReady]],
  stopped: [agentWith('inactive'), ['agent1 is an agent that does not run']],
  failing: [agentWith('failed'), ['agent1 does not stay up: its service has failed, and its journal names no cause']],
  unknown: [seen('agent1', undefined), ['agent1 cannot be reached: unreachable']],
};

for (const [state, [agent, words]] of Object.entries(agents))
  test(`the Node of an agent that is ${state} is not ready: said where the state does not say it already`, (t) => {
    const nodes = [...three.map((name) => nodeOf(name)), nodeOf('agent1', {ready: false})];
    const said = status(healthyServers, [agent], nodes);
    t.true(said.agents[0]?.state === state);
    t.deepEqual(
      said.findings.map(({what}) => what),
      words,
    );
  });

test('where no API told its Nodes, an agent that runs is not said to have none', (t) => {
  const {findings} = status(healthyServers, [seen('agent1', runningAgent('agent1'))], 'none answered');
  t.deepEqual(findings, []);
});

test('a database of which the quota is not known', (t) => {
  const {dbQuotaBytes: _quota, ...more} = well;
  const {findings} = status(
    three.map((name) => ({host: clusterHost(name, member(name)), more: {...more, dbSizeBytes: 10 ** 12}})),
  );
  t.deepEqual(findings, []);
});
