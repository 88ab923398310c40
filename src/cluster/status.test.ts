/** Health and quorum: what is said of the members of one cluster. */
import test from 'ava';
import {memberFor, running, runningMember, stoppedMember, three} from '../../test/support/cluster_hosts.js';
import {
  asWanted,
  healthyServers,
  isReachedByOthers,
  isStopped,
  isUnreachable,
  member,
  noLeader,
  runningAgent,
  seen,
  status,
  statusTests,
} from '../../test/support/cluster_status.js';
import type {EtcdSighting} from './sighting.js';
import type {SeenHost} from './status_types.js';

const tests = statusTests({
  'three members and an agent, all well': {
    status: () => status(healthyServers, [seen('agent1', runningAgent('agent1'))]),
    health: 'healthy',
    findings: [],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  'one member stopped': {
    status: () => status([...healthyServers.slice(0, 2), seen('server3', stoppedMember('server3'), {apiReady: false})]),
    health: 'degraded',
    findings: [isStopped('server3')],
    quorum: {voters: 3, healthy: 2, unknown: 0, needed: 2, mayFail: 0, held: true},
  },
  'one member cannot be reached: unknown, and never bare': {
    status: () => status([...healthyServers.slice(0, 2), seen('server3', undefined)]),
    health: 'degraded',
    findings: [isReachedByOthers('server3')],
    quorum: {voters: 3, healthy: 2, unknown: 1, needed: 2, mayFail: 0, held: true},
  },
  'only one of three can be reached, and it sees a leader: quorum is held': {
    status: () => status([seen('server1', member('server1')), seen('server2', undefined), seen('server3', undefined)]),
    health: 'degraded',
    findings: [isReachedByOthers('server2'), isReachedByOthers('server3')],
    quorum: {voters: 3, healthy: 1, unknown: 2, needed: 2, mayFail: 0, held: true},
  },
  'two of three stopped: quorum is lost': {
    status: () =>
      status(
        [
          seen('server1', noLeader('server1'), {apiReady: false}),
          seen('server2', stoppedMember('server2')),
          seen('server3', stoppedMember('server3')),
        ],
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server2', 'server3'],
        what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server2, server3 back: site.yml starts all stopped members together',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
      isStopped('server2'),
      isStopped('server3'),
    ],
    quorum: {voters: 3, healthy: 0, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'two of three have just stopped: the third still takes itself for led': {
    status: () =>
      status([
        seen('server1', member('server1')),
        seen('server2', stoppedMember('server2')),
        seen('server3', stoppedMember('server3')),
      ]),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server2', 'server3'],
        what: 'etcd has lost quorum: 1 of 3 voters is seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server2, server3 back: site.yml starts all stopped members together',
      },
      isStopped('server2'),
      isStopped('server3'),
    ],
    quorum: {voters: 3, healthy: 1, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'all members stopped, as after a power cut': {
    status: () =>
      status(
        three.map((name) => seen(name, stoppedMember(name), {apiReady: false})),
        [],
        'none answered',
      ),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: ['server1', 'server2', 'server3'],
        what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring server1, server2, server3 back: site.yml starts all stopped members together',
      },
      isStopped('server1'),
      isStopped('server2'),
      isStopped('server3'),
    ],
    quorum: {voters: 3, healthy: 0, unknown: 0, needed: 2, mayFail: 0, held: false},
  },
  'one member stopped and two that cannot be reached: nobody can tell': {
    status: () =>
      status(
        [seen('server1', stoppedMember('server1')), seen('server2', undefined), seen('server3', undefined)],
        [],
        'none answered',
      ),
    health: 'unknown',
    findings: [
      {
        level: 'unknown',
        hosts: ['server2', 'server3'],
        what: 'nobody can tell whether etcd has quorum: 0 of 3 voters are seen to be well, 2 are needed, and 2 cannot be asked',
        hint: 'look at the servers that cannot be reached first',
      },
      isStopped('server1'),
      isUnreachable('server2'),
      isUnreachable('server3'),
    ],
    quorum: {voters: 3, healthy: 0, unknown: 2, needed: 2, mayFail: 0, held: 'unknown'},
  },
  'four members, two of which cannot be reached, the others without a leader': {
    status: () => {
      const four = [...three, 'server4'];
      const mute = (name: string): SeenHost =>
        seen(
          name,
          {
            ...asWanted(runningMember(name, four)),
            etcd: {
              clusterId: 'c1',
              members: four.map((one) => memberFor(one)),
              isLeader: false,
              hasLeader: false,
              peers: new Map(),
            },
          },
          {apiReady: false},
        );
      return status(
        [mute('server1'), mute('server2'), seen('server3', undefined), seen('server4', undefined)],
        [],
        'none answered',
      );
    },
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: [],
        what: 'etcd has lost quorum: 0 of 4 voters are seen to be well, and 3 are needed; the API takes no change',
        hint: 'bring servers that cannot be reached back; if a majority is lost for good, make a living one the only member (`k3s server --cluster-reset` there)',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
      {level: 'degraded', hosts: ['server2'], what: 'server2 runs, and its API is not ready'},
      isUnreachable('server3'),
      isUnreachable('server4'),
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: etcd has lost its quorum, and this run cannot bring it back: 2 of 4 voters are up or can be started, and 3 are needed (not to be had: server3, server4)',
        hint: 'bring other members back first, and run without --limit; if they are lost for good, make server1 the only member (there: `systemctl stop k3s && k3s server --cluster-reset`, then start it), which keeps its data, and run again',
      },
      {
        level: 'note',
        hosts: [],
        what: '4 etcd members survive 1 failure, no more than 3: an odd number of servers is better',
      },
    ],
    quorum: {voters: 4, healthy: 0, unknown: 2, needed: 3, mayFail: 0, held: false},
  },
  'members that lost their leader, the others not in the inventory': {
    status: () => status([seen('server1', noLeader('server1'), {apiReady: false})], [], 'none answered'),
    health: 'broken',
    findings: [
      {
        level: 'broken',
        hosts: [],
        what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
        hint: 'bring servers that cannot be reached back; if a majority is lost for good, make a living one the only member (`k3s server --cluster-reset` there)',
      },
      {level: 'degraded', hosts: ['server1'], what: 'server1 runs, and its API is not ready'},
      {
        level: 'note',
        hosts: [],
        what: 'etcd member server2-0123abcd is no server of the inventory, and lives',
        hint: 'add its host to group `server`',
      },
      {
        level: 'note',
        hosts: [],
        what: 'etcd member server3-0123abcd is no server of the inventory, and lives',
        hint: 'add its host to group `server`',
      },
      {
        level: 'note',
        hosts: [],
        what: 'site.yml would refuse: etcd has lost its quorum, and this run cannot bring it back: 1 of 3 voters is up or can be started, and 2 are needed',
        hint: 'bring other members back first, and run without --limit; if they are lost for good, make server1 the only member (there: `systemctl stop k3s && k3s server --cluster-reset`, then start it), which keeps its data, and run again',
      },
    ],
    quorum: {voters: 3, healthy: 0, unknown: 2, needed: 2, mayFail: 0, held: false},
  },
});
for (const {title, body} of tests) test(title, body);

test('a leader is believed where a member that runs or starts says nothing of its etcd', (t) => {
  const withUnit = (active: string) => seen('server2', {...stoppedMember('server2'), server: {...running, active}});
  const held = (active: string): unknown =>
    status([seen('server1', member('server1')), withUnit(active), seen('server3', stoppedMember('server3'))]).quorum
      ?.held;
  t.deepEqual(
    ['active', 'activating', 'deactivating', 'failed', 'inactive'].map((active) => [active, held(active)]),
    [
      ['active', true],
      ['activating', true],
      ['deactivating', false],
      ['failed', false],
      ['inactive', false],
    ],
  );
});

test('a learner that says nothing makes no majority: it does not vote', (t) => {
  const members = [memberFor('server1'), memberFor('server2'), memberFor('server3', true)];
  const led: EtcdSighting = {clusterId: 'c1', members, isLeader: true, hasLeader: true, peers: new Map()};
  const mute = (name: string, active: string): SeenHost =>
    seen(name, {...stoppedMember(name), server: {...running, active}});
  const {quorum} = status([
    seen('server1', member('server1', {etcd: led})),
    mute('server2', 'inactive'),
    mute('server3', 'active'),
  ]);
  t.deepEqual(quorum, {voters: 2, healthy: 1, unknown: 0, needed: 2, mayFail: 0, held: false});
});
