import test from 'ava';
import {clusterHost, runningMember, sightingOf} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {chooseToken} from './choose_token.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';

const ca = 'a'.repeat(64);
const otherCa = 'b'.repeat(64);

/** A server of a cluster whose token is `right` and whose agents' token is this. */
const living = (variables: Record<string, unknown>, agentToken = 'right'): ClusterHost => {
  const seen = runningMember('server1', ['server1']);
  const data = {
    ...seen.data,
    ca,
    token: new Secret(`K10${ca}::server:right`),
    agentToken: new Secret(`K10${ca}::node:${agentToken}`),
  };
  return clusterHost('server1', {...seen, data}, variables);
};
const bare = (variables: Record<string, unknown>, name = 'server1'): ClusterHost =>
  clusterHost(name, sightingOf(name), variables);

const choose = (servers: ClusterHost[], agents: ClusterHost[] = []) =>
  chooseToken({servers, agents}, (bytes) => Buffer.alloc(bytes, 7));

const place = (name: string, host = 'server1') => ({name, host});
const takeIt = 'take it from /var/lib/rancher/k3s/server/token on server1; or leave it out: it is read from there';

const cases: Record<string, {servers: ClusterHost[]; agents?: ClusterHost[]; refusal: PlanRefusal}> = {
  'two tokens': {
    servers: [bare({k3s_token: 'one'}), bare({token: 'two'}, 'server2')],
    refusal: {
      hosts: ['server2'],
      what: 'token differs between server1 and server2',
      hint: 'a cluster has one token: set it once, for the group `k3s_cluster`',
      variable: place('token', 'server2'),
    },
  },
  'an agent that names another token': {
    servers: [bare({k3s_token: 'one'})],
    agents: [bare({k3s_token: 'two'}, 'agent1')],
    refusal: {
      hosts: ['agent1'],
      what: 'k3s_token differs between server1 and agent1',
      hint: 'a cluster has one token: set it once, for the group `k3s_cluster`',
      variable: place('k3s_token', 'agent1'),
    },
  },
  'a bootstrap token for servers': {
    servers: [bare({k3s_token: 'abcdef.0123456789abcdef'})],
    refusal: {
      hosts: [],
      what: 'k3s_token is a bootstrap token (as `k3s token create` makes them), which expires and serves agents only',
      hint: 'give the servers a token of their own (any long random text), or leave it out and one is made',
      variable: place('k3s_token'),
    },
  },
  'a token tied to a CA, where there is no cluster yet': {
    servers: [bare({k3s_token: `K10${otherCa}::server:right`})],
    refusal: {
      hosts: [],
      what: 'k3s_token is tied to the CA of another cluster (K10bbbbbbbb…), and a new cluster makes a CA of its own',
      hint: 'write only what comes after the last `::server:`; or leave it out and a token is made',
      variable: place('k3s_token'),
    },
  },
  'the CA of another cluster': {
    servers: [living({k3s_server_config: {token: `K10${otherCa}::server:right`}})],
    refusal: {
      hosts: [],
      what: 'token in k3s_server_config names the CA of another cluster (K10bbbbbbbb…) than the one server1 belongs to (K10aaaaaaaa…)',
      hint: takeIt,
      variable: {...place('k3s_server_config'), member: 'token'},
    },
  },
  'another password': {
    servers: [living({k3s_token: 'wrong'})],
    refusal: {
      hosts: [],
      what: 'k3s_token is not the token of the cluster that server1 belongs to',
      hint: takeIt,
      variable: place('k3s_token'),
    },
  },
  'the agents’ token for servers': {
    servers: [living({k3s_token: 'for-agents'}, 'for-agents')],
    refusal: {
      hosts: [],
      what: "k3s_token is the agents' token of the cluster that server1 belongs to: servers cannot join with it",
      hint: takeIt,
      variable: place('k3s_token'),
    },
  },
  'another agent token': {
    servers: [living({k3s_agent_token: 'new'}, 'for-agents')],
    refusal: {
      hosts: [],
      what: 'k3s_agent_token is not the agent token of the cluster that server1 belongs to: agents that have that one would be turned away',
      hint: 'take it from /var/lib/rancher/k3s/server/agent-token on server1; or leave it out: it is kept as it is',
      variable: place('k3s_agent_token'),
    },
  },
  'a bootstrap token as the servers’ agent token': {
    servers: [bare({agent_token: 'abcdef.0123456789abcdef'})],
    refusal: {
      hosts: [],
      what: 'agent_token is a bootstrap token, which expires: servers need an agent token that lasts',
      hint: 'any long random text will do; or leave it out, and agents join with the token of the servers',
      variable: place('agent_token'),
    },
  },
  'an agent token that the servers do not know': {
    servers: [living({})],
    agents: [bare({k3s_agent_token: 'mine'}, 'agent1')],
    refusal: {
      hosts: ['agent1'],
      what: 'k3s_agent_token of agent1 is not one that the servers accept',
      hint: 'set it for the group `k3s_cluster`, so that servers and agents have the same; or leave it out',
      variable: place('k3s_agent_token', 'agent1'),
    },
  },
};

for (const [name, {servers, agents, refusal}] of Object.entries(cases)) {
  test(`refuses ${name}, and nothing else`, (t) => {
    t.deepEqual(choose(servers, agents).refusals, [refusal]);
  });
}

for (const [name, {servers, agents}] of Object.entries({
  'the cluster’s token, short or secure': {
    servers: [living({k3s_token: `K10${ca}::server:right`})],
    agents: [bare({k3s_token: 'right'}, 'agent1')],
  },
  'the cluster’s agent token': {
    servers: [living({k3s_agent_token: 'for-agents'}, 'for-agents')],
    agents: [bare({k3s_agent_token: 'for-agents'}, 'agent1')],
  },
  'an agent token where the cluster had none of its own': {
    servers: [living({k3s_agent_token: 'first'})],
    agents: [bare({k3s_agent_token: 'first'}, 'agent1')],
  },
  'a bootstrap token for an agent, and the servers’ token': {
    servers: [living({})],
    agents: [bare({k3s_agent_token: 'abcdef.0123456789abcdef'}, 'agent1'), bare({k3s_agent_token: 'right'}, 'agent2')],
  },
  'a token tied to a CA that is staged on the host': {
    servers: [
      clusterHost('server1', sightingOf('server1', {data: {ca, serverTls: true}}), {
        k3s_token: `K10${ca}::server:right`,
      }),
    ],
    agents: [],
  },
})) {
  test(`lets be ${name}`, (t) => {
    t.deepEqual(choose(servers, agents).refusals, []);
  });
}

test('without one in the inventory it is the living one, then the one written, then a new one', (t) => {
  t.is(choose([living({})]).token?.reveal(), 'right');
  t.is(
    choose([clusterHost('server1', sightingOf('server1', {configText: 'token: begun\n'}))]).token?.reveal(),
    'begun',
  );
  t.is(choose([bare({})]).token?.reveal(), '07'.repeat(16));
});
