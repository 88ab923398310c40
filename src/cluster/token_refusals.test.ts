import test from 'ava';
import {clusterHost, runningMember, sightingOf} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {chooseToken} from './choose_token.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';
import type {Sighting} from './sighting.js';

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

/** A server of a cluster of which nothing but its token was read. */
const tokenOnly = (variables: Record<string, unknown>, token: string): ClusterHost => {
  const seen = runningMember('server1', ['server1']);
  return clusterHost('server1', {...seen, data: {...seen.data, token: new Secret(token)}}, variables);
};

/** A server of a cluster whose certificates were read, and a token without a hash. */
const withCa = (variables: Record<string, unknown>): ClusterHost => {
  const host = tokenOnly(variables, 'right');
  return host.sighting === undefined
    ? host
    : {...host, sighting: {...host.sighting, data: {...host.sighting.data, ca}}};
};
const agentTokenOnly = sightingOf('server1', {data: {wal: true, agentToken: new Secret('for-agents')}});

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
  'another password, of the second server and by another tool’s variable': {
    servers: [living({}), bare({token: 'wrong'}, 'server2')],
    refusal: {
      hosts: [],
      what: 'token is not the token of the cluster that server1 belongs to',
      hint: takeIt,
      variable: place('token', 'server2'),
    },
  },
  'another password of an agent': {
    servers: [living({})],
    agents: [bare({}, 'agent1'), bare({k3s_token: 'wrong'}, 'agent2')],
    refusal: {
      hosts: [],
      what: 'k3s_token is not the token of the cluster that server1 belongs to',
      hint: takeIt,
      variable: place('k3s_token', 'agent2'),
    },
  },
  'a token tied to a CA, where nobody could look': {
    servers: [clusterHost('server1', undefined, {k3s_token: `K10${otherCa}::server:right`})],
    refusal: {
      hosts: [],
      what: 'k3s_token is tied to the CA of another cluster (K10bbbbbbbb…), and a new cluster makes a CA of its own',
      hint: 'write only what comes after the last `::server:`; or leave it out and a token is made',
      variable: place('k3s_token'),
    },
  },
  'the CA of another cluster, where only the token tells the cluster’s': {
    servers: [tokenOnly({k3s_token: `K10${otherCa}::server:right`}, `K10${ca}::server:right`)],
    refusal: {
      hosts: [],
      what: 'k3s_token names the CA of another cluster (K10bbbbbbbb…) than the one server1 belongs to (K10aaaaaaaa…)',
      hint: takeIt,
      variable: place('k3s_token'),
    },
  },
  'the CA of another cluster, where the certificates tell the cluster’s': {
    servers: [withCa({k3s_token: `K10${otherCa}::server:right`})],
    refusal: {
      hosts: [],
      what: 'k3s_token names the CA of another cluster (K10bbbbbbbb…) than the one server1 belongs to (K10aaaaaaaa…)',
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
  'an agent token on the second server, of another than the cluster’s': {
    servers: [living({}, 'for-agents'), bare({k3s_server_config: {'agent-token': 'new'}}, 'server2')],
    refusal: {
      hosts: [],
      what: 'agent-token in k3s_server_config is not the agent token of the cluster that server1 belongs to: agents that have that one would be turned away',
      hint: 'take it from /var/lib/rancher/k3s/server/agent-token on server1; or leave it out: it is kept as it is',
      variable: {...place('k3s_server_config', 'server2'), member: 'agent-token'},
    },
  },
  'an agent token of another than the cluster’s own': {
    servers: [living({}, 'for-agents')],
    agents: [bare({k3s_agent_token: 'for-agents'}, 'agent1'), bare({agent_token: 'mine'}, 'agent2')],
    refusal: {
      hosts: ['agent2'],
      what: 'agent_token of agent2 is not one that the servers accept',
      hint: 'set it for the group `k3s_cluster`, so that servers and agents have the same; or leave it out',
      variable: place('agent_token', 'agent2'),
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
  'a token of a host that has certificates, where there is no cluster yet': {
    servers: [clusterHost('server1', sightingOf('server1', {data: {ca, serverTls: true}}), {k3s_token: 'one'})],
    agents: [],
  },
  'one token of two servers, one of which names none': {
    servers: [bare({}), bare({k3s_token: 'one'}, 'server2'), bare({k3s_token: 'one'}, 'server3')],
    agents: [bare({}, 'agent1')],
  },
  'a token tied to a CA, where nothing tells the cluster’s': {
    servers: [tokenOnly({k3s_token: `K10${otherCa}::server:right`}, 'right')],
    agents: [],
  },
  'the servers’ token for agents, where the cluster has none of its own': {
    servers: [tokenOnly({}, 'right')],
    agents: [bare({k3s_agent_token: 'right'}, 'agent1')],
  },
  'an agent token of the servers’, where only an agent token was read': {
    servers: [clusterHost('server1', agentTokenOnly)],
    agents: [bare({}, 'agent1')],
  },
  'a token of a new cluster': {servers: [bare({k3s_token: 'one'})], agents: []},
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

const written = (name: string, token: string, data: Partial<Sighting['data']> = {}): ClusterHost =>
  clusterHost(name, sightingOf(name, {configText: `token: ${token}\n`, data}));
const file = (name: string, token: string): ClusterHost =>
  clusterHost(name, sightingOf(name, {data: {token: new Secret(token)}}));

for (const [name, servers, token] of [
  ['the inventory’s', [bare({}), bare({k3s_token: 'wanted'}, 'server2')], 'wanted'],
  [
    'the inventory’s, over the one written',
    [written('server1', 'begun'), bare({k3s_token: 'wanted'}, 'server2')],
    'wanted',
  ],
  ['the living one, its password alone', [living({})], 'right'],
  ['the living one, over one that was written elsewhere', [written('server2', 'begun'), living({})], 'right'],
  ['that of a server with data, over one that lies on a bare one', [file('server2', 'left'), living({})], 'right'],
  [
    'that of the second server with data, where the first has none',
    [clusterHost('server2', runningMember('server2', ['server1', 'server2'])), living({})],
    'right',
  ],
  [
    'the one written, where nobody could look at the first',
    [clusterHost('server2', undefined), written('server1', 'begun')],
    'begun',
  ],
  ['the first one written', [bare({}), written('server2', 'begun'), written('server3', 'later')], 'begun'],
  ['a new one, whatever file lies on a bare server', [file('server1', 'left')], '07'.repeat(16)],
  ['a new one', [bare({})], '07'.repeat(16)],
] as const) {
  test(`the token is ${name}`, (t) => {
    t.is(choose([...servers]).token.reveal(), token);
  });
}
