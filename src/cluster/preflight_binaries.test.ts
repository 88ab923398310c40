/** What a binary of the controller's says of itself is held to the rules that `k3s_version` is held to. */
import test from 'ava';
import {clusterHost, runningMember, sightingOf} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';
import {preflight} from './preflight.js';

const running = 'v1.30.6+k3s1';

const bare = (name: string, version?: string): ClusterHost =>
  clusterHost(name, sightingOf(name), {k3s_version: version});
const member = (name: string, version?: string, inPlay = true): ClusterHost =>
  clusterHost(name, runningMember(name, ['server1', 'server2', 'server3']), {k3s_version: version}, inPlay);
const agent = (name: string): ClusterHost =>
  clusterHost(name, sightingOf(name, {version: running, data: {agent: true}}), {k3s_version: undefined});

const refusals = (binary: string, ...hosts: ClusterHost[]): readonly PlanRefusal[] =>
  preflight({
    servers: hosts.filter(({wanted}) => wanted.kind === 'server'),
    agents: hosts.filter(({wanted}) => wanted.kind === 'agent'),
    binaryGiven: true,
    binaryVersions: new Map(hosts.map(({wanted}) => [wanted.host, binary])),
  }).refusals;

test('a binary of the version that is there, of the next minor, or named by k3s_version too, is taken', (t) => {
  for (const binary of [running, 'v1.30.7+k3s1', 'v1.31.0+k3s1'])
    t.deepEqual(refusals(binary, member('server1'), member('server2'), agent('agent1')), [], binary);
  t.deepEqual(refusals('v1.22.5+k3s1', bare('server1'), bare('server2'), bare('server3')), []);
  t.deepEqual(refusals(running, member('server1', running)), []);
});

test('an older one is refused', (t) => {
  t.deepEqual(refusals('v1.29.9+k3s1', member('server1'), member('server2')), [
    {
      hosts: ['server1', 'server2'],
      what: 'k3s_binary is v1.29.9+k3s1, which is older than v1.30.6+k3s1, which is on server1, server2',
      hint: 'K3s has no way back to an older version: take a binary of v1.30.6+k3s1 or a newer one (going back takes a snapshot from before the upgrade, and the older binary)',
      variable: {name: 'k3s_binary', host: 'server1'},
    },
  ]);
});

test('one that skips a minor is refused', (t) => {
  t.deepEqual(refusals('v1.32.1+k3s1', member('server1'), agent('agent1')), [
    {
      hosts: ['server1', 'agent1'],
      what: 'from v1.30.6+k3s1 to v1.32.1+k3s1 would skip a minor version on server1, agent1',
      hint: 'take one minor version after the other: take a binary of a v1.31 release first',
      variable: {name: 'k3s_binary', host: 'server1'},
    },
  ]);
});

test('one that is not what k3s_version says is refused', (t) => {
  t.deepEqual(refusals('v1.30.7+k3s1', bare('server1', running), bare('server2', running)), [
    {
      hosts: ['server1', 'server2'],
      what: 'k3s_version is v1.30.6+k3s1, and k3s_binary is v1.30.7+k3s1',
      hint: 'leave k3s_version out, or set it to v1.30.7+k3s1',
      variable: {name: 'k3s_version', host: 'server1'},
    },
  ]);
  const [only, ...more] = refusals('v1.30.7+k3s1', member('server1', 'v1.32.1+k3s1'));
  t.regex(only?.what ?? '', /would skip a minor/, 'what is worse is told alone');
  t.deepEqual(more, []);
});

test('a server does not join with an older one, nor an agent with one that is newer than servers outside the run', (t) => {
  t.deepEqual(refusals('v1.30.4+k3s1', member('server1', undefined, false), bare('server2')).slice(-1), [
    {
      hosts: ['server2'],
      what: 'server2 would join with v1.30.4+k3s1, which is older than v1.30.6+k3s1 of server1',
      hint: 'take a binary of v1.30.6+k3s1 for all hosts',
      variable: {name: 'k3s_binary', host: 'server2'},
    },
  ]);
  t.deepEqual(refusals('v1.31.1+k3s1', member('server1', undefined, false), agent('agent1')), [
    {
      hosts: ['agent1'],
      what: 'agent1 would get v1.31.1+k3s1, while server1, which is not in this run, stays at v1.30.6+k3s1',
      hint: 'servers are upgraded first, all of them: run without --limit',
      variable: {name: 'k3s_binary', host: 'agent1'},
    },
  ]);
  // Servers of the run get it as well, so that nobody stays behind.
  t.deepEqual(refusals('v1.31.1+k3s1', member('server1'), agent('agent1')), []);
});
