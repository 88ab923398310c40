/** The tokens in config.yaml: in the form they have there, where it is the same token. */
import test from 'ava';
import {clusterHost, sightingOf, unitFiles} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import {type ClusterTokens, hostConfig} from './host_config.js';
import type {Sighting} from './sighting.js';

const secure = (password: string): string => `K10${'a'.repeat(64)}::server:${password}`;
const tokens: ClusterTokens = {token: new Secret('pw')};
const both: ClusterTokens = {token: new Secret('pw'), agentToken: new Secret('agents')};

const revealed = (name: string, given: ClusterTokens, change: Partial<Sighting>, variables: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(hostConfig(clusterHost(name, {...sightingOf(name), ...change}, variables), given)).map(
      ([key, value]) => [key, value instanceof Secret ? value.reveal() : value],
    ),
  );
const text = (configText: string): Partial<Sighting> => ({configText});
const unit = (args: string): Partial<Sighting> => ({
  serverUnit: unitFiles({text: `ExecStart=/usr/local/bin/k3s server ${args}\n`}),
});
const tokenFile = (token: string): Partial<Sighting> => ({
  data: {...sightingOf('x').data, tokenFile: new Secret(token)},
});

for (const [title, name, given, change, variables, config] of [
  ['nothing there', 'server1', tokens, {}, {k3s_server_config: {debug: true}}, {debug: true, token: 'pw'}],
  ['the same in another form', 'server1', tokens, text(`token: ${secure('pw')}\n`), {}, {token: secure('pw')}],
  ['another', 'server1', tokens, text('token: old\n'), {}, {token: 'pw'}],
  [
    'the same in a unit',
    'server1',
    tokens,
    unit(`--token ${secure('pw')} --debug`),
    {},
    {debug: true, token: secure('pw')},
  ],
  [
    'the same in the file that a setting names',
    'server1',
    tokens,
    {...text('token: old\n'), ...tokenFile(secure('pw'))},
    {},
    {token: secure('pw')},
  ],
  [
    'config.yaml over a unit',
    'server1',
    tokens,
    {...unit('--token pw'), ...text(`token: ${secure('pw')}\n`)},
    {},
    {token: secure('pw')},
  ],
  [
    'agents’ token in another form',
    'server1',
    tokens,
    text(`agent-token: ${secure('agents')}\n`),
    {k3s_agent_token: 'agents'},
    {token: 'pw', 'agent-token': secure('agents')},
  ],
  [
    'another agents’ token',
    'server1',
    both,
    text('agent-token: old\n'),
    {k3s_agent_token: 'agents'},
    {token: 'pw', 'agent-token': 'agents'},
  ],
  ['an agents’ token that the inventory does not name', 'server1', both, {}, {}, {token: 'pw'}],
  [
    'an agents’ token that is there, and that the inventory does not name',
    'server1',
    both,
    text('agent-token: old\n'),
    {},
    {token: 'pw'},
  ],
  ['an agent’s, of its own', 'agent1', both, {}, {k3s_agent_token: 'mine'}, {token: 'mine'}],
  [
    'an agent’s, of its own in another form',
    'agent1',
    both,
    text(`token: ${secure('mine')}\n`),
    {k3s_agent_token: 'mine'},
    {token: secure('mine')},
  ],
  [
    'an agent’s, where it has the servers’ beside its own',
    'agent1',
    both,
    text('token: pw\n'),
    {k3s_agent_token: 'mine'},
    {token: 'mine'},
  ],
  ['an agent’s, by the servers’', 'agent1', tokens, {}, {}, {token: 'pw'}],
  ['an agent’s, where agents have one', 'agent1', both, {}, {}, {token: 'agents'}],
  [
    'an agent’s, which joined by the servers’',
    'agent1',
    both,
    text(`token: ${secure('pw')}\n`),
    {},
    {token: secure('pw')},
  ],
  ['an agent’s, of neither', 'agent1', both, text('token: old\n'), {}, {token: 'agents'}],
] as const) {
  test(`the token written: ${title}`, (t) => {
    t.deepEqual(revealed(name, given, change, variables), config as Record<string, unknown>);
  });
}

test('a host that nobody could look at', (t) => {
  t.deepEqual(Object.keys(hostConfig(clusterHost('server1', undefined), tokens)), ['token']);
});
