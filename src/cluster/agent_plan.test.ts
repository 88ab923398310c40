/** An agent's part of the plan, whole. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  memberHost,
  planFor,
  running,
  sightingOf,
  sqliteServer,
  stoppedHost,
  unitFiles,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import {keptComment} from './environment.js';
import type {Sighting} from './sighting.js';

type Part = Readonly<Record<string, unknown>>;

/** Without the token. */
const partOf = (servers: readonly ClusterHost[], agent: ClusterHost): Part => {
  const own = planFor(servers, {agents: [agent]}).hosts.get('agent1');
  if (own === undefined) return {};
  const {config, ...rest} = own;
  const {token: _token, ...settings} = config;
  return {...rest, config: settings};
};

const agent = (change: Partial<Sighting> = {}, variables: Record<string, unknown> = {}, inPlay = true): ClusterHost =>
  clusterHost('agent1', {...sightingOf('agent1'), ...change}, variables, inPlay);
const written = (url: string): Partial<Sighting> => ({configText: `server: ${url}\n`});
const foreign = (url: string, configText = ''): Partial<Sighting> => ({
  configText,
  agent: running,
  version: 'v1.30.6+k3s1',
  agentUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s agent\n', environment: `K3S_URL=${url}\nK3S_TOKEN=x\n`}),
});
const member = memberHost('server1', {}, ['server1']);
const two = memberHost('server1', {
  addresses: [
    {device: 'eth0', address: '10.0.0.1'},
    {device: 'eth1', address: '192.168.7.1'},
  ],
});
/** A unit of a server on a host of the group of agents. */
const serverUnit = {serverUnit: unitFiles({text: 'ExecStart=/usr/local/bin/k3s server\n'})};

/** An agent that registers at `url`, and what else is there of it. */
const at = (url: string, change: Part = {}): Part => ({
  host: 'agent1',
  kind: 'agent',
  step: 'agent',
  why: `registers at ${url}`,
  nodeName: 'agent1',
  address: '10.0.1.1',
  membership: {membership: 'keep'},
  kept: [],
  foreign: false,
  config: {server: url},
  ...change,
});

const cases: Record<string, {servers: readonly ClusterHost[]; agent: ClusterHost; part: Part}> = {
  'nothing on it': {
    servers: [member],
    agent: agent(),
    part: at('https://10.0.0.1:6443'),
  },
  'nobody could look': {
    servers: [member],
    agent: unknownHost('agent1'),
    part: at('https://10.0.0.1:6443', {step: 'none', why: 'unreachable'}),
  },
  'nobody could look, for a reason of its own': {
    servers: [member],
    agent: {...unknownHost('agent1'), why: 'its probe failed'},
    part: at('https://10.0.0.1:6443', {step: 'none', why: 'its probe failed'}),
  },
  'nobody could look, and nothing says why': {
    servers: [member],
    agent: {wanted: unknownHost('agent1').wanted, inPlay: true},
    part: at('https://10.0.0.1:6443', {step: 'none', why: 'unreachable'}),
  },
  'outside this run': {
    servers: [member],
    agent: agent({}, {}, false),
    part: at('https://10.0.0.1:6443', {step: 'none', why: 'not among the hosts of this run'}),
  },
  'a fixed address, on a port of its own': {
    servers: [member],
    agent: agent(written('https://10.0.0.1:6443'), {k3s_api_endpoint: 'k3s.example', api_port: 443}),
    part: at('https://k3s.example:443'),
  },
  'the address of a server, with another port': {
    servers: [memberHost('server2', {}, ['server2']), member],
    agent: agent(written('https://10.0.0.1:7443')),
    part: at('https://10.0.0.1:7443'),
  },
  'another address of a server': {
    servers: [two],
    agent: agent(written('https://192.168.7.1:6443')),
    part: at('https://192.168.7.1:6443'),
  },
  'the name of a server': {
    servers: [member],
    agent: agent(written('https://server1:6443')),
    part: at('https://server1:6443'),
  },
  'the Node’s name of a server': {
    servers: [clusterHost('server1', {...sqliteServer('server1'), hostname: 'Alpha'})],
    agent: agent(written('https://alpha:6443')),
    part: at('https://alpha:6443'),
  },
  'ansible_host of a server': {
    servers: [clusterHost('server1', sqliteServer('server1'), {ansible_host: 'gate.example'})],
    agent: agent(written('https://gate.example:6443')),
    part: at('https://gate.example:6443'),
  },
  'the address of an unknown server': {
    servers: [unknownHost('server2'), member],
    agent: agent(written('https://10.0.0.2:6443')),
    part: at('https://10.0.0.1:6443'),
  },
  'the address of none, written by this tool': {
    servers: [member],
    agent: agent(written('https://k3s.example:6443')),
    part: at('https://10.0.0.1:6443'),
  },
  'the address of none, kept': {
    servers: [member],
    agent: agent({configText: `${keptComment(['server'])}server: https://k3s.example:6443\n`}),
    part: at('https://k3s.example:6443', {kept: ['server']}),
  },
  'the address of none, while another setting is kept': {
    servers: [member],
    agent: agent({configText: `${keptComment(['node-name'])}server: https://k3s.example:6443\nnode-name: one\n`}),
    part: at('https://10.0.0.1:6443', {
      nodeName: 'one',
      kept: ['node-name'],
      config: {'node-name': 'one', server: 'https://10.0.0.1:6443'},
    }),
  },
  'the address of none, of another hand': {
    servers: [member],
    agent: agent(foreign('https://k3s.example:6443')),
    part: at('https://k3s.example:6443', {
      why: 'registers at https://k3s.example:6443; installed by another hand: taken over, and restarted, since token differs',
      kept: ['server'],
      foreign: true,
      adoption: {
        same: false,
        differing: ['token'],
        words: 'installed by another hand: taken over, and restarted, since token differs',
      },
    }),
  },
  'the address of an unknown server, of another hand': {
    servers: [unknownHost('server2'), member],
    agent: agent(foreign('https://10.0.0.2:6443')),
    part: at('https://10.0.0.1:6443', {
      why: 'registers at https://10.0.0.1:6443; installed by another hand: taken over, and restarted, since server, token differ',
      foreign: true,
      adoption: {
        same: false,
        differing: ['server', 'token'],
        words: 'installed by another hand: taken over, and restarted, since server, token differ',
      },
    }),
  },
  'no address, of another hand': {
    servers: [member],
    agent: agent(foreign('')),
    part: at('https://10.0.0.1:6443', {
      why: 'registers at https://10.0.0.1:6443; installed by another hand: taken over, and restarted, since server, token differ',
      foreign: true,
      adoption: {
        same: false,
        differing: ['server', 'token'],
        words: 'installed by another hand: taken over, and restarted, since server, token differ',
      },
    }),
  },
  'an empty address, of another hand': {
    servers: [member],
    agent: agent(foreign('', 'server: ""\n')),
    part: at('https://10.0.0.1:6443', {
      why: 'registers at https://10.0.0.1:6443; installed by another hand: taken over, and restarted, since server, token differ',
      foreign: true,
      adoption: {
        same: false,
        differing: ['server', 'token'],
        words: 'installed by another hand: taken over, and restarted, since server, token differ',
      },
    }),
  },
  'a server’s unit of another hand': {
    servers: [member],
    agent: agent(serverUnit),
    part: at('https://10.0.0.1:6443'),
  },
  'no member, one bare server outside this run': {
    servers: [bareHost('server1', {}, false)],
    agent: agent(),
    part: at('https://10.0.0.1:6443'),
  },
  'no server that can be read': {
    servers: [unknownHost('server1')],
    agent: agent(),
    part: at(''),
  },
  'no member that can be joined, the second server known': {
    servers: [
      unknownHost('server1'),
      clusterHost('server2', {
        ...sightingOf('server2'),
        data: {...sightingOf('server2').data, wal: true, tombstone: true},
      }),
    ],
    agent: agent(),
    part: at('https://10.0.0.2:6443'),
  },
  'a stopped server': {
    servers: [stoppedHost('server1')],
    agent: agent(),
    part: at('https://10.0.0.1:6443'),
  },
};

for (const [name, {servers, agent: host, part}] of Object.entries(cases)) {
  test(`an agent: ${name}`, (t) => {
    t.deepEqual(partOf(servers, host), part);
  });
}
