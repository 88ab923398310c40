import test from 'ava';
import fc from 'fast-check';
import {
  addressFor,
  blankHost,
  clusterHost,
  memberFor,
  runningMember,
  sightingOf,
  stoppedMember,
} from '../../test/support/cluster_hosts.js';
import type {ClusterHost} from './classify.js';
import type {ClusterPlan} from './plan.js';
import {hasQuorum, mayStopOne} from './quorum.js';
import {resolveRoles} from './roles.js';
import type {EtcdMember} from './sighting.js';

/**
 * What a server of the inventory is. `starting` votes, and its K3s does not serve yet; `wiped` was a member and has an empty disk, `gone` is a member nobody can read, `learner`
 * was killed with etcd's data before its promotion, `blank` before anything had come into it, `evicted` so and put out since, `added`
 * before its etcd started, `out` has data of a member that is not listed.
 */
type State =
  | 'running'
  | 'starting'
  | 'stopped'
  | 'wiped'
  | 'gone'
  | 'bare'
  | 'begun'
  | 'learner'
  | 'blank'
  | 'evicted'
  | 'added'
  | 'out';

interface Server {
  readonly name: string;
  readonly state: State;
  readonly inPlay: boolean;
}

interface World {
  readonly servers: readonly Server[];
  /** Members that have lost their leader do not answer at all, as after a restart. */
  readonly mute: boolean;
}

const isUp = (state: State): boolean => state === 'running' || state === 'starting';
const votes = (state: State): boolean => isUp(state) || ['stopped', 'wiped', 'gone'].includes(state);
const hasData = (state: State): boolean =>
  isUp(state) || ['stopped', 'gone', 'learner', 'blank', 'evicted', 'out'].includes(state);
const namesIn = ({servers}: World, is: (state: State) => boolean): string[] =>
  servers.filter(({state}) => is(state)).map(({name}) => name);

const isLearner = (state: State): boolean => ['learner', 'blank', 'added'].includes(state);

/** etcd takes one learner at a time. */
const oneLearner = (servers: readonly Server[]): readonly Server[] => {
  const first = servers.find(({state}) => isLearner(state));
  return servers.map((server) => (server !== first && isLearner(server.state) ? {...server, state: 'bare'} : server));
};

const anyWorld: fc.Arbitrary<World> = fc.record({
  mute: fc.boolean(),
  servers: fc
    .array(
      fc.record({
        state: fc.constantFrom<State>(
          'running',
          'running',
          'running',
          'starting',
          'stopped',
          'wiped',
          'gone',
          'bare',
          'begun',
          'learner',
          'blank',
          'evicted',
          'added',
          'out',
        ),
        inPlay: fc.oneof({weight: 4, arbitrary: fc.constant(true)}, {weight: 1, arbitrary: fc.constant(false)}),
      }),
      {minLength: 1, maxLength: 7},
    )
    .map((servers) => oneLearner(servers.map((server, index) => ({...server, name: `server${index + 1}`})))),
});

const listOf = ({servers}: World): EtcdMember[] =>
  servers.flatMap(({name, state}) => {
    if (state === 'learner' || state === 'blank') return [memberFor(name, true)];
    if (state === 'added') return [{...memberFor(name, true), name: '', clientUrls: []}];
    return votes(state) ? [memberFor(name)] : [];
  });

function hostOf(world: World, {name, state, inPlay}: Server): ClusterHost {
  if (state === 'gone') return clusterHost(name, undefined, {}, inPlay);
  if (['stopped', 'learner', 'out'].includes(state)) return clusterHost(name, stoppedMember(name), {}, inPlay);
  if (state === 'blank') return clusterHost(name, blankHost(name).sighting, {}, inPlay);
  if (state === 'evicted') return clusterHost(name, blankHost(name, {unknownPeersMs: 0}).sighting, {}, inPlay);
  if (state === 'begun') return clusterHost(name, sightingOf(name, {configText: 'cluster-init: true\n'}), {}, inPlay);
  if (state === 'added') {
    const configText = `server: https://${addressFor('server1')}:6443\n`;
    return clusterHost(name, sightingOf(name, {configText, data: {etcdName: memberFor(name).name}}), {}, inPlay);
  }
  if (!isUp(state)) return clusterHost(name, sightingOf(name), {}, inPlay);
  const members = listOf(world);
  const running = namesIn(world, isUp);
  const hasLeader = hasQuorum(namesIn(world, votes).length, running.length);
  const {etcd, ...seen} = runningMember(name, []);
  const silent =
    state === 'starting' && seen.server !== undefined
      ? {...seen, ping: false, server: {...seen.server, active: 'activating'}}
      : seen;
  const peers = new Map(
    namesIn(world, votes).map((other) => [
      memberFor(other).peerUrls[0] ?? '',
      running.includes(other) ? ('open' as const) : ('closed' as const),
    ]),
  );
  const heard = hasLeader || !world.mute;
  return clusterHost(
    name,
    heard && etcd !== undefined
      ? {...silent, data: {...silent.data, ca: 'ca1'}, etcd: {...etcd, members, hasLeader, peers}}
      : silent,
    {},
    inPlay,
  );
}

const planOf = (world: World): ClusterPlan =>
  resolveRoles({
    servers: world.servers.map((server) => hostOf(world, server)),
    agents: [],
    lost: [],
    allowEven: true,
    random: (bytes) => Buffer.alloc(bytes),
  });

const stepIn = (plan: ClusterPlan, name: string): string => plan.hosts.get(name)?.step ?? 'none';

/** Once the stopped members of the run have been started: those that the cluster knows run, if a majority does. */
function started(world: World, plan: ClusterPlan): World {
  const servers = world.servers.map(
    (server): Server =>
      stepIn(plan, server.name) === 'start' && !['out', 'blank', 'evicted'].includes(server.state)
        ? {...server, state: 'running'}
        : server,
  );
  return {...world, servers};
}

interface Etcd {
  readonly voters: ReadonlySet<string>;
  readonly healthy: ReadonlySet<string>;
  readonly doing: string;
  readonly down: number;
}

/** What a run of site.yml does to etcd once the stopped members run, play by play: every state it passes through. */
function* passes(world: World, plan: ClusterPlan): Generator<Etcd> {
  const voters = new Set(namesIn(world, votes));
  const healthy = new Set(namesIn(world, isUp));
  const now = (doing: string, down = 0): Etcd => ({voters: new Set(voters), healthy: new Set(healthy), doing, down});
  yield now('start the stopped');
  for (const {name} of world.servers) {
    if (stepIn(plan, name) !== 'member' || voters.size === 1 || !mayStopOne(voters.size, healthy.size)) continue;
    healthy.delete(name);
    yield now(`restart ${name}`, 1);
    healthy.add(name);
  }
  for (const {name} of world.servers) {
    if (stepIn(plan, name) !== 'replace') continue;
    voters.delete(name);
    yield now(`remove ${name}`);
  }
  for (const {name} of world.servers) {
    if (stepIn(plan, name) !== 'replace' && stepIn(plan, name) !== 'join') continue;
    voters.add(name);
    yield now(`join ${name}`);
    healthy.add(name);
  }
}

test('no run drops below quorum: not while a server is down for its restart, nor removed, nor joining', (t) => {
  let [reached, twice] = [0, 0];
  fc.assert(
    fc.property(anyWorld, (world) => {
      const first = planOf(world);
      if (first.refusals.length > 0) return;
      const then = started(world, first);
      // As site.yml does: roles are decided again where stopped members were started.
      const again = world.servers.some(({name}) => stepIn(first, name) === 'start');
      const plan = again ? planOf(then) : first;
      const before = namesIn(then, votes).length;
      if (plan.refusals.length > 0 || !hasQuorum(before, namesIn(then, isUp).length)) return;
      reached += 1;
      if (again) twice += 1;
      for (const state of passes(then, plan)) {
        // One voter alone cannot be joined by a second without being one of two for a moment.
        if (state.voters.size === 2 && before === 1) continue;
        t.true(
          hasQuorum(state.voters.size, state.healthy.size),
          `${state.doing}: ${state.healthy.size} of ${state.voters.size}`,
        );
        t.true(state.down <= 1);
      }
    }),
    {numRuns: 2000},
  );
  t.true(reached > 100 && twice > 20, `${reached} runs were followed, ${twice} of them with a second look`);
});

test('a run that can bring a majority back is not refused for lack of one', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const plan = planOf(world);
      const will = world.servers.filter(({state, inPlay}) => isUp(state) || (state === 'stopped' && inPlay)).length;
      if (!hasQuorum(namesIn(world, votes).length, will)) return;
      t.deepEqual(
        plan.refusals.filter(({what}) => /lost its quorum|have to agree/.test(what)),
        [],
      );
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
      if (starts.length === 1) t.deepEqual(namesIn(world, hasData), []);
    }),
    {numRuns: 1000},
  );
});

test('only servers with an empty disk, or one that never had anything, are replaced, and each through a living member that is not itself', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      for (const own of planOf(world).hosts.values()) {
        if (own.step !== 'replace') continue;
        const stateOf = (name: string | undefined): State | undefined =>
          world.servers.find((server) => server.name === name)?.state;
        const state = stateOf(own.host) ?? 'gone';
        t.true(['wiped', 'blank', 'evicted'].includes(state), state);
        t.is(own.aside !== undefined, state !== 'wiped');
        t.is(own.dead?.isLearner, {wiped: false, blank: true}[state as string]);
        if (own.dead === undefined) continue;
        t.true(isUp(stateOf(own.dead.through) ?? 'gone'));
        t.not(own.dead.through, own.host);
      }
    }),
    {numRuns: 1000},
  );
});

test('data of a member that the cluster does not list is never started beside it', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      const running = namesIn(world, isUp).length;
      if (!hasQuorum(namesIn(world, votes).length, running)) return;
      const plan = planOf(world);
      if (plan.refusals.length > 0) return;
      t.deepEqual(
        world.servers.filter(({state, inPlay}) => state === 'out' && inPlay),
        [],
      );
    }),
    {numRuns: 1000},
  );
});

test('who votes is never started together with others, since that may be a restart: it waits for its turn', (t) => {
  fc.assert(
    fc.property(anyWorld, (world) => {
      if (!hasQuorum(namesIn(world, votes).length, namesIn(world, isUp).length)) return;
      const plan = planOf(world);
      for (const {name, state, inPlay} of world.servers)
        if (isUp(state) && inPlay) t.is(stepIn(plan, name), 'member', `${name} ${state}`);
    }),
    {numRuns: 1000},
  );
});
