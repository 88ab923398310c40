/** What a host will run with. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  memberHost,
  runningMember,
  sightingOf,
  unitFiles,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import {Secret} from '../shell/index.js';
import type {ClusterHost} from './classify.js';
import {dropInWith, plannedOf, writtenFor} from './planned.js';

const shown = (config: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value instanceof Secret ? value.reveal() : value]),
  );
const variables = {k3s_server_config: {disable: ['a']}, k3s_agent_token: 'agents'};
const change = {
  configText: 'disable: [b]\ndebug: true\n',
  dropIns: [{path: '/x.yaml', text: 'disable+: [c]\nlog: l\n'}],
};
const lasting = {serverUnit: unitFiles({text: '# Written by quorate\n', lastingEnvironment: 'K3S_DEBUG=true\n'})};

test('what is written for a host', (t) => {
  t.deepEqual(shown(writtenFor(clusterHost('server1', undefined, variables))), {
    disable: ['a'],
    'agent-token': 'agents',
  });
  t.deepEqual(shown(writtenFor(unknownHost('server1'))), {});
  t.deepEqual(shown(writtenFor(clusterHost('agent1', undefined, variables))), {});
});

const member = (inPlay: boolean): ClusterHost =>
  clusterHost('server1', {...runningMember('server1', ['server1']), ...change, ...lasting}, variables, inPlay);

for (const [name, host, config] of [
  ['nobody could look', clusterHost('server1', undefined, variables), {disable: ['a'], 'agent-token': 'agents'}],
  ['a member', member(true), {debug: 'true', disable: ['a', 'c'], 'agent-token': 'agents', log: 'l'}],
  ['a member outside this run', member(false), {debug: true, disable: ['b', 'c'], log: 'l'}],
  [
    'a bare server outside this run',
    clusterHost('server1', {...sightingOf('server1'), ...change}, variables, false),
    {disable: ['a', 'c'], 'agent-token': 'agents', log: 'l'},
  ],
  [
    'an agent',
    clusterHost('agent1', {...sightingOf('agent1'), ...change}, {k3s_agent_config: {log: 'x'}}),
    {log: 'l', disable: ['c']},
  ],
] as const) {
  test(`what a host will run with: ${name}`, (t) => {
    t.deepEqual(shown(plannedOf(host)), config);
  });
}

test('the file of config.yaml.d that has the last word', (t) => {
  const host = memberHost('server1', {
    dropIns: [
      {path: '/1.yaml', text: 'disable: [a]\n'},
      {path: '/2.yaml', text: 'log: x\ndisable+: [b]\n'},
      {path: '/3.yaml', text: 'log: y\ndis+able: z\n'},
    ],
  });
  t.deepEqual(
    ['disable', 'log', 'debug'].map((key) => dropInWith(host, key)),
    ['/2.yaml', '/3.yaml', undefined],
  );
  t.is(dropInWith(bareHost('server1'), 'log'), undefined);
  t.is(dropInWith(unknownHost('server1'), 'log'), undefined);
});
