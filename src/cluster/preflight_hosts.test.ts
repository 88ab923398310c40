/** Clocks, the systems of hosts, and servers that change under a run. */
import test from 'ava';
import {
  bareHost,
  clusterHost,
  memberHost,
  runningMember,
  sightingOf,
  sqliteServer,
  three,
  unitFiles,
  unknownHost,
} from '../../test/support/cluster_hosts.js';
import {type ClusterHost, kindOf} from './classify.js';
import {preflight} from './preflight.js';
import {changedSince, clocks, missingCurl} from './preflight_hosts.js';

const hint =
  'certificates and etcd need clocks that agree: set up time synchronisation on all hosts (`timedatectl set-ntp true`, or chrony), then run again';

/** Hosts whose clocks are this many seconds before the controller's. */
const at = (...seconds: number[]): ClusterHost[] =>
  seconds.map((ahead, index) => ({
    ...bareHost(`server${index + 1}`, {nowEpochSeconds: 1_700_000_000 + ahead}),
    sightedAtMs: 1_700_000_000_000,
  }));

const off = (host: string, words: string) => ({
  hosts: [host],
  what: `the clock of ${host} is ${words} most hosts'`,
  hint,
});
const apart = (behind: string, ahead: string, seconds: number) => ({
  hosts: [behind, ahead],
  what: `the clocks of ${behind} and ${ahead} are ${seconds} s apart (${behind} is behind)`,
  hint,
});

for (const [name, hosts, refusals] of [
  ['no host at all', [], []],
  ['hosts that nobody could look at', [unknownHost('server1'), unknownHost('server2')], []],
  ['one', at(500), []],
  ['two that are 30 s apart', at(0, 30), []],
  ['two that are 31 s apart', at(0, 31), [apart('server1', 'server2', 31)]],
  ['two that are 31 s apart, the first ahead', at(31, 0), [apart('server2', 'server1', 31)]],
  ['one of three behind', at(0, 1, -60), [off('server3', '60 s behind')]],
  ['one of three ahead', at(100, 0, 1), [off('server1', '99 s ahead of')]],
  ['two of five', at(100, 0, 0, -100, 0), [off('server4', '100 s behind'), off('server1', '100 s ahead of')]],
  ['each another', at(0, 100, 200), [apart('server1', 'server3', 200)]],
  ['a chain, none far from the middle', at(20, 0, -20), [apart('server3', 'server1', 40)]],
  ['one of four, another at the limit', at(-30, 0, 0, 31), [off('server4', '31 s ahead of')]],
  ['two of four', at(0, 0, 100, 100), [apart('server1', 'server4', 100)]],
  ['three, one of them unknown', [...at(0, 100), unknownHost('server3')], [apart('server1', 'server2', 100)]],
] as const) {
  test(`clocks of ${name}`, (t) => {
    t.deepEqual(clocks({servers: [], agents: [], binaryGiven: false}, hosts), refusals);
  });
}

const external = clusterHost(
  'server1',
  sightingOf('server1', {configText: 'datastore-endpoint: http://e:2379\n', data: {serverTls: true}}),
);
for (const [then, host, words] of [
  [undefined, memberHost('server1'), undefined],
  ['unknown', memberHost('server1'), undefined],
  ['member', unknownHost('server1'), undefined],
  ['member', memberHost('server1'), undefined],
  ['member', bareHost('server1'), ['a member', 'without data']],
  ['bare', memberHost('server1'), ['without data', 'a member']],
  ['sqlite', bareHost('server1', {data: {wal: true, stateDb: true}}), ['on SQLite', 'half converted']],
  ['half-converted', clusterHost('server1', sqliteServer('server1')), ['half converted', 'on SQLite']],
  ['external', bareHost('server1'), ['on an external datastore', 'without data']],
  ['bare', external, ['without data', 'on an external datastore']],
  ['of a kind of tomorrow', bareHost('server1'), ['of a kind of tomorrow', 'without data']],
] as const) {
  test(`a server that was ${then ?? 'not there'} ${words === undefined ? 'may be' : 'may not be'} this now: ${words?.[1] ?? host.sighting?.hostname ?? 'unknown'}`, (t) => {
    const decided = new Map(then === undefined ? [] : [['server1', {kind: then, onItsWay: false}]]);
    t.deepEqual(
      changedSince({servers: [host], agents: [], binaryGiven: false, decided}, [host]),
      words === undefined
        ? []
        : [
            {
              hosts: ['server1'],
              what: `server1 was ${words[0]} when the roles were decided, and is ${words[1]} now: something else is changing it`,
              hint: 'wait until that has ended, then run again',
            },
          ],
    );
  });
}

const joined = (name: string, ca: string | undefined, clusterId = 'c1'): ClusterHost => {
  const {etcd, data} = runningMember(name, three, clusterId);
  return memberHost(name, {...(etcd === undefined ? {} : {etcd}), data: {...data, ...(ca === undefined ? {} : {ca})}});
};
/** Has data, and its etcd does not answer yet. */
const silent = (name: string, ca: string | undefined): ClusterHost =>
  bareHost(name, {data: {wal: true, ...(ca === undefined ? {} : {ca})}});

for (const [name, host, others, allowed] of [
  ['a member of the cluster', joined('server3', 'ca1'), [joined('server1', 'ca1')], true],
  ['one with data, whose etcd does not answer yet', silent('server3', 'ca1'), [joined('server1', 'ca1')], true],
  ['the first member', silent('server3', 'ca1'), [bareHost('server1')], true],
  [
    'a member of the cluster, others unseen',
    joined('server3', 'ca1'),
    [joined('server1', 'ca1'), unknownHost('server2')],
    true,
  ],
  ['a member of another cluster', joined('server3', 'ca1', 'c2'), [joined('server1', 'ca1')], false],
  ['one with certificates of another cluster', silent('server3', 'ca2'), [joined('server1', 'ca1')], false],
  ['one with certificates that cannot be read', silent('server3', undefined), [joined('server1', 'ca1')], false],
  ['the first member, its certificates unreadable', silent('server3', undefined), [bareHost('server1')], false],
  ['on SQLite', bareHost('server3', {data: {stateDb: true, ca: 'ca1'}}), [joined('server1', 'ca1')], false],
] as const) {
  test(`a server that was on its way ${allowed ? 'may be' : 'may not be'} this now: ${name}`, (t) => {
    const refusals = (onItsWay: boolean) =>
      changedSince(
        {
          servers: [...others, host],
          agents: [],
          binaryGiven: false,
          decided: new Map([['server3', {kind: 'bare', onItsWay}]]),
        },
        [],
      ).map(({hosts}) => hosts);
    t.deepEqual(refusals(true), allowed ? [] : [['server3']]);
    t.deepEqual(refusals(false), [['server3']]);
  });
}

const sqlite = clusterHost('server1', sqliteServer('server1'));
const halfConverted = bareHost('server1', {data: {wal: true, stateDb: true}});
for (const [was, now, allowed] of [
  ['sqlite', halfConverted, true],
  ['sqlite', memberHost('server1'), true],
  ['half-converted', memberHost('server1'), true],
  ['half-converted', sqlite, true],
  ['member', sqlite, true],
  ['sqlite', bareHost('server1'), false],
  ['half-converted', external, false],
] as const) {
  test(`a server in the middle of its conversion, then ${was}, ${allowed ? 'may be' : 'may not be'} this now: ${kindOf(now)}`, (t) => {
    const refused = (onItsWay: boolean) =>
      changedSince(
        {servers: [now], agents: [], binaryGiven: false, decided: new Map([['server1', {kind: was, onItsWay}]])},
        [],
      ).length > 0;
    t.is(refused(true), !allowed);
    t.true(refused(false));
  });
}

test('servers without curl are named together', (t) => {
  const servers = [
    bareHost('server1', {curl: false}),
    bareHost('server2'),
    unknownHost('server3'),
    bareHost('server4', {curl: false}),
  ];
  t.deepEqual(missingCurl({servers, agents: [], binaryGiven: false}), [
    "server1, server4: no curl, so etcd's members cannot be read there; install curl",
  ]);
});

test('datastores that K3s ignores, named by the inventory or by the host', (t) => {
  const named = {k3s_server_config: {'datastore-endpoint': 'http://e:2379'}};
  const {sighting} = memberHost('server1');
  const servers = [
    clusterHost('server1', sighting, named),
    memberHost('server2', {configText: 'datastore-endpoint: http://e:2379\n'}),
    memberHost('server3', {
      serverUnit: unitFiles({
        text: '# Written by quorate\nExecStart=/usr/local/bin/k3s server --datastore-endpoint=http://e:2379\n',
      }),
    }),
    memberHost('server5'),
    unknownHost('server4'),
  ];
  t.deepEqual(
    preflight({servers, agents: [], binaryGiven: false}).warnings.filter((words) => words.includes('ignored')),
    [
      'server1, server2, server3: datastore-endpoint is ignored, since etcd is on the disk there; take it out of k3s_server_config',
    ],
  );
});
