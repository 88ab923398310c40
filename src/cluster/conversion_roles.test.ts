import test from 'ava';
import {clusterHost, runningMember, sightingOf, sqliteServer, stoppedMember} from '../../test/support/cluster_hosts.js';
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
const withRecord = (sighting: Sighting, stage: 'backed-up' | 'compared' | 'snapshot', differs = false): Sighting => ({
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
  t.regex(plan.refusals[0]?.hint ?? '', /quorate run playbooks\/convert_to_etcd\.yml.*k3s_convert_to_etcd=true/);
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
    t.regex(planOf('none', unfinished, bare, sightingOf('server3')).refusals[0]?.what ?? '', /is not finished/);
  t.deepEqual(planOf('none', withRecord(member, 'snapshot'), bare, sightingOf('server3')).refusals, []);
});

test('a server that was stopped for its conversion is started by that play only', (t) => {
  t.regex(
    planOf('none', withRecord(sqlite, 'backed-up')).refusals[0]?.what ?? '',
    /conversion of server1 to etcd is not finished/,
  );
  t.deepEqual(planOf('only', withRecord(sqlite, 'backed-up')).refusals, []);
  t.deepEqual(planOf('back', withRecord(sqlite, 'backed-up')).refusals, []);
});

test('two servers with data are not one cluster', (t) => {
  t.regex(
    planOf('only', sqlite, sqliteServer('server2')).refusals[0]?.what ?? '',
    /only a single server can be converted/,
  );
  t.regex(planOf('only', sqlite, stoppedMember('server2')).refusals[0]?.what ?? '', /server1, server2 each hold data/);
});

test('there is no way back once another server is a member', (t) => {
  const three = ['server1', 'server2'];
  const first = withRecord(runningMember('server1', three), 'snapshot');
  t.regex(
    planOf('back', first, runningMember('server2', three)).refusals[0]?.what ?? '',
    /another server is a member by now \(server2\)/,
  );
  const alone = planOf('back', withRecord(member, 'snapshot'), bare);
  t.is(steps(alone), 'server1 back, server2 none, agent1 none');
  t.is(alone.datastore, 'sqlite');
  t.is(planOf('back', member).datastore, 'etcd');
  t.deepEqual(alone.refusals, []);
});
