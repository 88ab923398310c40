/** Which versions hosts get, and what may join at them. */
import test from 'ava';
import {clusterHost, runningMember, sightingOf, sqliteServer} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {PlanRefusal} from './plan.js';
import {binaryIsVersion, joiningVersions, versions} from './preflight_versions.js';

const input = (hosts: readonly ClusterHost[], binaryGiven = false) => ({
  servers: hosts.filter(({wanted}) => wanted.kind === 'server'),
  agents: hosts.filter(({wanted}) => wanted.kind === 'agent'),
  binaryGiven,
});
const at = (version: string | undefined) => ({k3s_version: version});
const member = (name: string, version?: string, inPlay = true): ClusterHost =>
  clusterHost(name, runningMember(name, ['server1']), at(version), inPlay);
const bare = (name: string, version?: string, installed?: string): ClusterHost =>
  clusterHost(name, sightingOf(name, installed === undefined ? {} : {version: installed}), at(version));
const agent = (version: string, installed: string, joined = true): ClusterHost =>
  clusterHost('agent1', sightingOf('agent1', {version: installed, data: {agent: joined}}), at(version));

const none = (version: string, ...hosts: [string, ...string[]]): PlanRefusal => ({
  hosts,
  what: `k3s_version '${version}' is no K3s release`,
  hint: 'write it as on the release page: v1.33.4+k3s1',
  variable: {name: 'k3s_version', host: hosts[0]},
});
const nothing = (host: string): PlanRefusal => ({
  hosts: [host],
  what: `nothing says which K3s ${host} gets`,
  hint: 'set k3s_version (as v1.33.4+k3s1), or k3s_binary to a file on this machine',
});

const wanted: Record<string, {hosts: ClusterHost[]; refusals: PlanRefusal[]}> = {
  'none, and none there': {hosts: [bare('server1')], refusals: [nothing('server1')]},
  'none, and one is there': {hosts: [bare('server1', undefined, 'v1.30.6+k3s1')], refusals: []},
  'none, and nobody could look': {hosts: [clusterHost('server1', undefined, at(undefined))], refusals: []},
  'a release': {hosts: [bare('server1', 'v1.30.6+k3s1')], refusals: []},
  'a release of two digits': {hosts: [bare('server1', 'v1.30.6+k3s12')], refusals: []},
  'no revision of K3s': {hosts: [bare('server1', 'v1.30.6')], refusals: [none('v1.30.6', 'server1')]},
  'more after the revision': {
    hosts: [bare('server1', 'v1.30.6+k3s1-x')],
    refusals: [none('v1.30.6+k3s1-x', 'server1')],
  },
  'no version before it': {hosts: [bare('server1', 'latest+k3s1')], refusals: [none('latest+k3s1', 'server1')]},
  'an older one on a disk without data': {hosts: [bare('server1', 'v1.29.0+k3s1', 'v1.30.6+k3s1')], refusals: []},
  'an older one for an agent that never joined': {hosts: [agent('v1.29.0+k3s1', 'v1.30.6+k3s1', false)], refusals: []},
  'an older one for an agent that nobody could look at': {
    hosts: [clusterHost('agent1', undefined, at('v1.29.0+k3s1'))],
    refusals: [],
  },
  'an older one for an agent that joined': {
    hosts: [agent('v1.29.0+k3s1', 'v1.30.6+k3s1')],
    refusals: [
      {
        hosts: ['agent1'],
        what: 'k3s_version v1.29.0+k3s1 is older than v1.30.6+k3s1, which is on agent1',
        hint: 'K3s has no way back to an older version: set k3s_version to v1.30.6+k3s1 or a newer one (going back takes a snapshot from before the upgrade, and the older binary)',
        variable: {name: 'k3s_version', host: 'agent1'},
      },
    ],
  },
};

for (const [name, {hosts, refusals}] of Object.entries(wanted)) {
  test(`a version for a host: ${name}`, (t) => {
    t.deepEqual(versions(input(hosts), hosts), refusals);
  });
}

test('a binary that is given stands in for a version', (t) => {
  const hosts = [bare('server1')];
  t.deepEqual(versions(input(hosts, true), hosts), []);
});

const older = (host: string, to: string): PlanRefusal => ({
  hosts: [host],
  what: `${host} would join with ${to}, which is older than v1.30.6+k3s1 of server1`,
  hint: 'set k3s_version to v1.30.6+k3s1 for all hosts',
  variable: {name: 'k3s_version', host},
});
const behind = (host: string, to: string): PlanRefusal => ({
  hosts: [host],
  what: `${host} would get ${to}, while server1, which is not in this run, stays at v1.30.6+k3s1`,
  hint: 'servers are upgraded first, all of them: run without --limit',
  variable: {name: 'k3s_version', host},
});
const [next, before] = ['v1.31.0+k3s1', 'v1.30.1+k3s1'];

const joining: Record<string, {hosts: ClusterHost[]; refusals: PlanRefusal[]}> = {
  'the same': {hosts: [member('server1', 'v1.30.6+k3s1'), bare('server2', 'v1.30.6+k3s1')], refusals: []},
  'an older server': {hosts: [member('server1'), bare('server2', before)], refusals: [older('server2', before)]},
  'an older agent': {hosts: [member('server1'), bare('agent1', before)], refusals: [older('agent1', before)]},
  'an older one that has joined': {hosts: [member('server1'), agent(before, before)], refusals: []},
  'an older one, where the first is no member of etcd': {
    hosts: [clusterHost('server1', sqliteServer('server1'), at(undefined)), bare('agent1', before)],
    refusals: [],
  },
  'an older one that nobody could look at': {
    hosts: [member('server1'), clusterHost('server2', undefined, at(before))],
    refusals: [],
  },
  'an older one for an agent that nobody could look at': {
    hosts: [member('server1'), clusterHost('agent1', undefined, at(before))],
    refusals: [],
  },
  'an older one outside this run': {
    hosts: [member('server1'), clusterHost('server2', sightingOf('server2'), at(before), false)],
    refusals: [],
  },
  'no release': {hosts: [member('server1'), bare('server2', 'v1.30.1')], refusals: []},
  'none wanted': {hosts: [member('server1'), bare('server2')], refusals: []},
  'a newer one, beside servers that get it too': {
    hosts: [member('server1', next), bare('server2', next)],
    refusals: [],
  },
  'a newer one, beside a server outside this run': {
    hosts: [member('server1', next, false), bare('server2', next), agent(next, 'v1.30.6+k3s1')],
    refusals: [
      {
        ...behind('server2', next),
        hosts: ['server2', 'agent1'],
        what: `server2, agent1 would get ${next}, while server1, which is not in this run, stays at v1.30.6+k3s1`,
      },
    ],
  },
  'a newer one, beside a server of which no version is wanted': {
    hosts: [member('server1'), bare('server2', next)],
    refusals: [behind('server2', next)],
  },
  'a newer one for a member, beside one outside this run': {
    hosts: [member('server1', next, false), member('server2', next)],
    refusals: [],
  },
  'a newer one of the same minor': {
    hosts: [member('server1', undefined, false), bare('server2', 'v1.30.9+k3s1')],
    refusals: [],
  },
  'another major': {hosts: [member('server1', undefined, false), bare('server2', 'v2.31.0+k3s1')], refusals: []},
  'a server whose version cannot be told': {
    hosts: [
      clusterHost('server1', {...runningMember('server1', ['server1']), version: 'dev'}, at(undefined)),
      bare('server2', before),
    ],
    refusals: [],
  },
};

for (const [name, {hosts, refusals}] of Object.entries(joining)) {
  test(`a version to join with: ${name}`, (t) => {
    t.deepEqual(joiningVersions(input(hosts), hosts), refusals);
  });
}

for (const [name, wish, refusals] of [
  [
    'which could join',
    'v1.30.6+k3s1',
    [
      {
        hosts: ['server2'],
        what: 'k3s_version is v1.30.6+k3s1, and k3s_binary is v1.30.7+k3s1',
        hint: 'leave k3s_version out, or set it to v1.30.7+k3s1',
        variable: {name: 'k3s_version', host: 'server2'},
      },
    ],
  ],
  ['which could not join, as is told elsewhere', before, []],
] as const) {
  test(`a binary that is not of the version wanted, ${name}`, (t) => {
    const hosts = [member('server1'), bare('server2', wish)];
    const binaryVersions = new Map([['server2', 'v1.30.7+k3s1']]);
    t.deepEqual(binaryIsVersion({...input(hosts), binaryVersions}, hosts), refusals);
  });
}
