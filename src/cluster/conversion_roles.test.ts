import test from 'ava';
import {clusterHost, runningMember, sightingOf, sqliteServer, stoppedMember} from '../../test/support/cluster_hosts.js';
import type {ConversionRecord} from './conversion.js';
import type {ConversionWish} from './conversion_roles.js';
import {resolveRoles} from './roles.js';
import type {Sighting} from './sighting.js';

const random = (bytes: number): Buffer => Buffer.alloc(bytes, 7);

/** The plan for servers by what was seen on each. */
const planOf = (conversion: ConversionWish, ...sightings: (Sighting | undefined)[]) =>
  resolveRoles({
    servers: sightings.map((sighting, index) => clusterHost(`server${index + 1}`, sighting)),
    agents: [clusterHost('agent1', sightingOf('agent1'))],
    lost: [],
    conversion,
    random,
  });

const steps = (plan: ReturnType<typeof planOf>): string =>
  [...plan.hosts.values()].map(({host, step}) => `${host} ${step}`).join(', ');

const sqlite = sqliteServer('server1');
const died: Sighting = {...sqlite, data: {...sqlite.data, wal: true, etcdDir: true}};
const withRecord = (sighting: Sighting, stage: ConversionRecord['stage'], differs = false): Sighting => ({
  ...sighting,
  data: {...sighting.data, conversion: {stage, at: '', differs}},
});
const member = runningMember('server1', ['server1']);
const bare = sightingOf('server2');

test('the play that only converts touches the one server', (t) => {
  const plan = planOf('only', sqlite, bare, sightingOf('server3'));
  t.is(steps(plan), 'server1 convert, server2 none, server3 none, agent1 none');
  t.deepEqual(plan.refusals, []);
  t.is(plan.datastore, 'etcd');
  t.is(plan.votersAfter, 1);
});

test('site.yml converts first, then others join through the converted server', (t) => {
  const plan = planOf('first', sqlite, bare, sightingOf('server3'));
  t.is(steps(plan), 'server1 convert, server2 join, server3 join, agent1 agent');
  t.deepEqual(plan.refusals, []);
  t.like(plan.hosts.get('server2'), {membership: {membership: 'server', url: 'https://10.0.0.1:6443'}});
  t.is(plan.votersAfter, 3);
});

test('without a word site.yml names the play that has to be run', (t) => {
  const plan = planOf('none', sqlite, bare, sightingOf('server3'));
  t.deepEqual(plan.refusals, [
    {
      hosts: ['server1'],
      what: 'server1 is a single server on SQLite, and the inventory names 3 servers',
      hint: 'SQLite serves one server only: convert it first with `quorate run playbooks/convert_to_etcd.yml` and this inventory, then run site.yml again; or let site.yml do both: -e k3s_convert_to_etcd=true',
    },
  ]);
});

test('a conversion that died is repaired, and is one voter', (t) => {
  const plan = planOf('only', died);
  t.is(steps(plan), 'server1 convert, agent1 none');
  t.deepEqual(plan.refusals, []);
  t.is(plan.votersAfter, 1);
  // Beside bare servers, which this play leaves alone, it is one voter still.
  t.is(planOf('only', died, bare, sightingOf('server3')).votersAfter, 1);
});

test('what is finished is left as it is', (t) => {
  t.is(steps(planOf('only', withRecord(member, 'snapshot'))), 'server1 none, agent1 none');
  t.is(steps(planOf('only', member)), 'server1 none, agent1 none');
  const compared = planOf('only', withRecord(member, 'compared'));
  t.is(steps(compared), 'server1 convert, agent1 none');
  t.is(compared.votersAfter, 1);
});

test('no server joins one that was not compared, or differs', (t) => {
  for (const unfinished of [withRecord(member, 'backed-up'), withRecord(member, 'compared', true)])
    t.deepEqual(planOf('none', unfinished, bare, sightingOf('server3')).refusals, [
      {
        hosts: ['server1'],
        what: 'the conversion of server1 to etcd is not finished: it was not compared with its backup, or differs from it',
        hint: 'finish it: run `quorate run playbooks/convert_to_etcd.yml` with this inventory (with -e rollback=true it goes back to SQLite)',
      },
    ]);
  t.deepEqual(planOf('none', withRecord(member, 'snapshot'), bare, sightingOf('server3')).refusals, []);
});

test('a server that was stopped for its conversion is started by that play only', (t) => {
  t.deepEqual(planOf('none', withRecord(sqlite, 'backed-up')).refusals, [
    {
      hosts: ['server1'],
      what: 'the conversion of server1 to etcd is not finished',
      hint: 'finish it: run `quorate run playbooks/convert_to_etcd.yml` with this inventory (with -e rollback=true it goes back to SQLite)',
    },
  ]);
  t.deepEqual(planOf('none', withRecord(sqlite, 'restored')).refusals, []);
  t.deepEqual(planOf('none', withRecord(member, 'backed-up')).refusals, []);
  t.deepEqual(planOf('only', withRecord(sqlite, 'backed-up')).refusals, []);
  t.deepEqual(planOf('back', withRecord(sqlite, 'backed-up')).refusals, []);
});

test('what is unfinished holds back, and what is not there is not converted', (t) => {
  t.is(planOf('none', withRecord(member, 'snapshot', true), bare, sightingOf('server3')).refusals.length, 1);
  t.is(steps(planOf('only', withRecord(member, 'snapshot', true))), 'server1 convert, agent1 none');
  t.is(steps(planOf('only', withRecord(sightingOf('server1'), 'backed-up'))), 'server1 none, agent1 none');
  t.deepEqual(planOf('only', member).refusals, []);
  const external = sightingOf('server2', {configText: 'datastore-endpoint: http://e:2379\n', data: {serverTls: true}});
  t.deepEqual(planOf('only', sqlite, external).refusals, [
    {
      hosts: ['server2'],
      what: 'server2 keeps its data in etcd at e:2379, and the inventory names no datastore: K3s would begin anew',
      hint: 'name it in k3s_datastore; K3s moves no data from an external datastore to etcd or SQLite, so for those build a new cluster and bring the workloads there',
      variable: {name: 'k3s_datastore', host: 'server2'},
    },
  ]);
  t.deepEqual(planOf('back', withRecord(member, 'snapshot'), sqliteServer('server2')).refusals, []);
});

test('two servers with data are not one cluster', (t) => {
  t.deepEqual(planOf('only', sqlite, sqliteServer('server2')).refusals, [
    {
      hosts: ['server1'],
      what: 'server1, server2 each hold data of a cluster: only a single server can be converted',
      hint: 'these are clusters of their own: give each an inventory of its own',
    },
    {
      hosts: ['server2'],
      what: 'with server1, server2 the cluster would have an even number of voters: 2 etcd members survive 0 failures, no more than 1, and 2 of them have to live',
      hint: 'give group `server` an odd number of hosts (1 or 3); to have 2 all the same: -e k3s_allow_even=true',
    },
  ]);
  t.deepEqual(planOf('only', sqlite, stoppedMember('server2')).refusals, [
    {
      hosts: ['server1'],
      what: 'server1, server2 each hold data of a cluster: only a single server can be converted',
      hint: 'these are clusters of their own: give each an inventory of its own',
    },
    {
      hosts: ['server1'],
      what: 'with server1 the cluster would have an even number of voters: 2 etcd members survive 0 failures, no more than 1, and 2 of them have to live',
      hint: 'give group `server` an odd number of hosts (1 or 3); to have 2 all the same: -e k3s_allow_even=true',
    },
  ]);
  t.deepEqual(planOf('first', died, stoppedMember('server2')).refusals, [
    {
      hosts: ['server1'],
      what: 'server1, server2 each hold data of a cluster: only a single server can be converted',
      hint: 'these are clusters of their own: give each an inventory of its own',
    },
  ]);
  t.deepEqual(planOf('only', withRecord(member, 'compared'), stoppedMember('server2')).refusals, [
    {
      hosts: ['server2'],
      what: 'server2 has the data of member server2-0123abcd, which the cluster does not list: it was removed, was put out as a learner before it had caught up, or is of another cluster',
      hint: 'if nothing on server2 is needed, stop K3s there and remove /var/lib/rancher/k3s/server/db, then run again: it joins as a new member',
    },
  ]);
  t.deepEqual(planOf('only', sqlite, undefined).refusals, []);
});

test('what a run that converts says of each host', (t) => {
  const words = (plan: ReturnType<typeof planOf>): (readonly [string, string])[] =>
    [...plan.hosts.values()].map(({step, why}) => [step, why]);
  t.deepEqual(words(planOf('only', sqlite, bare, undefined)), [
    ['convert', 'runs on SQLite, or its conversion is not finished: converted to etcd'],
    ['none', 'not touched by this playbook'],
    ['none', 'unreachable'],
    ['none', 'not touched by this playbook'],
  ]);
  t.deepEqual(words(planOf('first', sqlite, bare, undefined)), [
    ['convert', 'runs on SQLite, or its conversion is not finished: converted to etcd, before others join'],
    ['join', 'has no data; joins through server1'],
    ['none', 'unreachable'],
    ['agent', 'registers at https://10.0.0.1:6443'],
  ]);
  t.deepEqual(words(planOf('back', withRecord(member, 'snapshot'), bare, undefined)), [
    ['back', 'was converted to etcd: goes back to SQLite'],
    ['none', 'not touched by this playbook'],
    ['none', 'unreachable'],
    ['none', 'not touched by this playbook'],
  ]);
  t.deepEqual(words(planOf('back', died)), [
    ['back', 'was converted to etcd: goes back to SQLite'],
    ['none', 'not touched by this playbook'],
  ]);
  t.deepEqual(words(planOf('only', member)), [
    ['none', 'is on etcd: nothing to do'],
    ['none', 'not touched by this playbook'],
  ]);
  const outside = resolveRoles({
    servers: [clusterHost('server1', sqlite, {}, false)],
    agents: [],
    lost: [],
    conversion: 'only',
    random,
  });
  t.deepEqual(words(outside), [['none', 'not among the hosts of this run']]);
});

test('there is no way back once another server is a member', (t) => {
  const three = ['server1', 'server2'];
  const first = withRecord(runningMember('server1', three), 'snapshot');
  t.deepEqual(planOf('back', first, runningMember('server2', three)).refusals, [
    {
      hosts: ['server1'],
      what: 'another server is a member by now (server2): SQLite serves one server only',
      hint: 'there is no way back once another server has joined',
    },
  ]);
  const alone = planOf('back', withRecord(member, 'snapshot'), bare);
  t.is(steps(alone), 'server1 back, server2 none, agent1 none');
  t.is(alone.datastore, 'sqlite');
  t.is(planOf('back', member).datastore, 'etcd');
  t.deepEqual(alone.refusals, []);
});
