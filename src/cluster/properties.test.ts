import test from 'ava';
import fc from 'fast-check';
import {clusterHost, memberFor, runningMember, sightingOf, stoppedMember} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {ClusterPlan} from './plan.js';
import {hasQuorum, mayStopOne} from './quorum.js';
import {resolveRoles} from './roles.js';

/** What a server of the inventory is; `wiped` was a member and has an empty disk, `gone` is a member nobody can read. */
type State = 'running' | 'stopped' | 'wiped' | 'gone' | 'bare' | 'begun';

interface World {
  readonly servers: readonly {readonly name: string; readonly state: State; readonly inPlay: boolean}[];
}

const wasMember = (state: State): boolean => ['running', 'stopped', 'wiped', 'gone'].includes(state);

const anyWorld: fc.Arbitrary<World> = fc
  .array(
    fc.record({
      state: fc.constantFrom<State>('running', 'running', 'stopped', 'wiped', 'gone', 'bare', 'begun'),
      inPlay: fc.oneof({weight: 4, arbitrary: fc.constant(true)}, {weight: 1, arbitrary: fc.constant(false)}),
    }),
    {minLength: 1, maxLength: 7},
  )
  .map((servers) => ({servers: servers.map((server, index) => ({...server, name: `server${index + 1}`}))}));

function planOf({servers}: World): ClusterPlan {
  const members = servers.filter(({state}) => wasMember(state)).map(({name}) => name);
  const running = servers.filter(({state}) => state === 'running').map(({name}) => name);
  const leads = hasQuorum(members.length, running.length);
  const hosts = servers.map(({name, state, inPlay}): ClusterHost => {
    if (state === 'gone') return clusterHost(name, undefined, {}, inPlay);
    if (state === 'stopped') return clusterHost(name, stoppedMember(name), {}, inPlay);
    if (state === 'begun') return clusterHost(name, sightingOf(name, {configText: 'cluster-init: true\n'}), {}, inPlay);
    if (state !== 'running') return clusterHost(name, sightingOf(name), {}, inPlay);
    const seen = runningMember(name, members);
    const peers = new Map(
      members.map(
        (other) => [memberFor(other).peerUrls[0] ?? '', running.includes(other) ? 'open' : 'closed'] as const,
      ),
    );
    // Without a majority etcd answers no member list, and there is no leader.
    const {etcd, ...silent} = seen;
    return clusterHost(name, leads && etcd !== undefined ? {...seen, etcd: {...etcd, peers}} : silent, {}, inPlay);
  });
  return resolveRoles({servers: hosts, agents: [], lost: [], allowEven: true, random: (bytes) => Buffer.alloc(bytes)});
}

interface Etcd {
  readonly voters: ReadonlySet<string>;
  readonly healthy: ReadonlySet<string>;
}

const healthOf = ({voters, healthy}: Etcd): boolean => hasQuorum(voters.size, healthy.size);

/** What a run of site.yml does to etcd, play by play: every state it passes through. */
function* passes(
  {servers}: World,
  plan: ClusterPlan,
): Generator<Etcd & {readonly doing: string; readonly down: number}> {
  const step = (name: string): string => plan.hosts.get(name)?.step ?? 'none';
  const voters = new Set(servers.filter(({state}) => wasMember(state)).map(({name}) => name));
  const healthy = new Set(servers.filter(({state}) => state === 'running').map(({name}) => name));
  for (const {name} of servers) if (step(name) === 'start') healthy.add(name);
  yield {voters: new Set(voters), healthy: new Set(healthy), doing: 'start the stopped', down: 0};
  for (const {name} of servers) {
    if (step(name) !== 'member' || voters.size === 1 || !mayStopOne(voters.size, healthy.size)) continue;
    healthy.delete(name);
    yield {voters: new Set(voters), healthy: new Set(healthy), doing: `restart ${name}`, down: 1};
    healthy.add(name);
  }
  for (const {name} of servers) {
    if (step(name) !== 'replace') continue;
    voters.delete(name);
    yield {voters: new Set(voters), healthy: new Set(healthy), doing: `remove ${name}`, down: 0};
  }
  for (const {name} of servers) {
    if (step(name) !== 'replace' && step(name) !== 'join') continue;
    voters.add(name);
    yield {voters: new Set(voters), healthy: new Set(healthy), doing: `join ${name}`, down: 0};
    healthy.add(name);
  }
}

test('no plan drops below quorum: not while a server is down for its restart, nor removed, nor joining', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const plan = planOf(world);
      if (plan.refusals.length > 0) return;
      const members = world.servers.filter(({state}) => wasMember(state)).length;
      const running = world.servers.filter(({state}) => state === 'running').length;
      if (!hasQuorum(members, running)) return;
      for (const state of passes(world, plan)) {
        // One voter alone cannot be joined by a second without being one of two for a moment.
        if (state.voters.size === 2 && members === 1) continue;
        t.true(healthOf(state), `${state.doing}: ${state.healthy.size} of ${state.voters.size}`);
        t.true(state.down <= 1);
      }
    }),
    {numRuns: 1000},
  );
});

test('no plan makes a second cluster: who starts one is alone, and knows every server to have no data', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const plan = planOf(world);
      if (plan.refusals.length > 0) return;
      const starts = [...plan.hosts.values()].filter(({membership}) => membership.membership === 'cluster-init');
      t.true(starts.length <= 1);
      if (starts.length === 1)
        t.false(world.servers.some(({state}) => state === 'running' || state === 'stopped' || state === 'gone'));
    }),
    {numRuns: 1000},
  );
});

test('only servers with an empty disk are replaced, and each through a living member that is not itself', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      for (const own of planOf(world).hosts.values()) {
        if (own.step !== 'replace') continue;
        const stateOf = (name: string | undefined): State | undefined =>
          world.servers.find((server) => server.name === name)?.state;
        t.is(stateOf(own.host), 'wiped');
        t.is(stateOf(own.dead?.through), 'running');
        t.not(own.dead?.through, own.host);
      }
    }),
    {numRuns: 1000},
  );
});
