import test from 'ava';
import {
  clusterHost,
  memberFor,
  runningMember,
  sightingOf,
  sqliteServer,
  stoppedMember,
} from '../../test/support/cluster_hosts.js';
import type {NodeRow} from './nodes.js';
import type {Sighting, UnitState} from './sighting.js';
import {clusterStatus} from './status.js';
import type {StatusSighting} from './status_look.js';
import type {ClusterStatus, SeenHost} from './status_types.js';

const now = new Date('2026-06-01T12:00:00Z');
const three = ['server1', 'server2', 'server3'];
const daysFromNow = (days: number): Date => new Date(now.getTime() + days * 24 * 3600 * 1000);

const well: StatusSighting = {
  certificates: [
    {file: 'server/tls/client-ca.crt', notAfter: daysFromNow(3650), authority: true},
    {file: 'server/tls/serving-kube-apiserver.crt', notAfter: daysFromNow(365), authority: false},
    {file: 'server/tls/client-admin.crt', notAfter: daysFromNow(364), authority: false},
  ],
  snapshot: {name: 'etcd-snapshot-server1-1', savedEpochSeconds: now.getTime() / 1000 - 3600, sizeBytes: 4096},
  apiReady: true,
  dbSizeBytes: 1024,
  dbQuotaBytes: 1_000_000,
  logged: [],
};

const nodeOf = (name: string, change: Partial<NodeRow> = {}): NodeRow => ({
  name,
  ready: true,
  cordoned: false,
  restarting: false,
  roles: 'control-plane,etcd',
  version: 'v1.30.6+k3s1',
  address: '10.0.0.1',
  ...change,
});

const unit: UnitState = {load: 'loaded', active: 'active', sub: 'running', mainPid: 9, restarts: 0, enabled: 'enabled'};

/** As site.yml leaves it: config.yaml and the inventory agree. */
const asWanted = (sighting: Sighting): Sighting => ({...sighting, configText: 'token: pw\n'});

const seen = (
  name: string,
  sighting: Sighting | undefined,
  more: Partial<StatusSighting> = {},
  variables: Record<string, unknown> = {},
): SeenHost => ({
  host: clusterHost(name, sighting, variables),
  ...(sighting === undefined ? {} : {more: {...well, ...more}}),
});

const member = (name: string, change: Partial<Sighting> = {}): Sighting => ({
  ...asWanted(runningMember(name, three)),
  ...change,
});

const runningAgent = (name: string): Sighting =>
  sightingOf(name, {version: 'v1.30.6+k3s1', agent: unit, data: {agent: true}});

const status = (
  servers: readonly SeenHost[],
  agents: readonly SeenHost[] = [],
  nodes: readonly NodeRow[] | undefined = [...servers, ...agents].map(({host}) => nodeOf(host.wanted.host)),
): ClusterStatus =>
  clusterStatus({
    servers,
    agents,
    ...(nodes === undefined ? {} : {nodes}),
    now,
    random: (bytes) => Buffer.alloc(bytes),
  });

const healthyServers = three.map((name) => seen(name, member(name)));
const noLeader = (name: string): Sighting => {
  const {etcd, ...rest} = member(name);
  return {...rest, ...(etcd === undefined ? {} : {etcd: {...etcd, hasLeader: false}})};
};

interface Row {
  readonly title: string;
  readonly status: () => ClusterStatus;
  readonly health: ClusterStatus['health'];
  /** Words of findings, the worst first. */
  readonly says?: readonly RegExp[];
  readonly quorum?: Partial<NonNullable<ClusterStatus['quorum']>>;
}

const rows: readonly Row[] = [
  {
    title: 'three members and an agent, all well',
    status: () => status(healthyServers, [seen('agent1', runningAgent('agent1'))]),
    health: 'healthy',
    says: [],
    quorum: {voters: 3, healthy: 3, unknown: 0, needed: 2, mayFail: 1, held: true},
  },
  {
    title: 'one member stopped',
    status: () => status([...healthyServers.slice(0, 2), seen('server3', stoppedMember('server3'), {apiReady: false})]),
    health: 'degraded',
    says: [/^server3 is a member that does not run$/],
    quorum: {healthy: 2, mayFail: 0, held: true},
  },
  {
    title: 'one member cannot be reached: unknown, and never bare',
    status: () => status([...healthyServers.slice(0, 2), seen('server3', undefined)]),
    health: 'degraded',
    says: [/^server3 cannot be reached from here, but other members reach its etcd: unreachable$/],
    quorum: {voters: 3, healthy: 2, unknown: 1, mayFail: 0, held: true},
  },
  {
    title: 'only one of three can be reached, and it sees a leader: quorum is held',
    status: () => status([seen('server1', member('server1')), seen('server2', undefined), seen('server3', undefined)]),
    health: 'degraded',
    quorum: {healthy: 1, unknown: 2, mayFail: 0, held: true},
  },
  {
    title: 'two of three stopped: quorum is lost',
    status: () =>
      status(
        [
          seen('server1', noLeader('server1'), {apiReady: false}),
          seen('server2', stoppedMember('server2')),
          seen('server3', stoppedMember('server3')),
        ],
        [],
        undefined,
      ),
    health: 'broken',
    says: [
      /^etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change$/,
      /^server1 runs, and its API is not ready$/,
      /^server2 is a member that does not run$/,
      /^server3 is a member that does not run$/,
    ],
    quorum: {voters: 3, healthy: 0, held: false},
  },
  {
    title: 'all members stopped, as after a power cut',
    status: () =>
      status(
        three.map((name) => seen(name, stoppedMember(name), {apiReady: false})),
        [],
        undefined,
      ),
    health: 'broken',
    quorum: {voters: 3, healthy: 0, unknown: 0, held: false},
  },
  {
    title: 'one member stopped and two that cannot be reached: nobody can tell',
    status: () =>
      status(
        [seen('server1', stoppedMember('server1')), seen('server2', undefined), seen('server3', undefined)],
        [],
        undefined,
      ),
    health: 'unknown',
    says: [
      /^nobody can tell whether etcd has quorum: 0 of 3 voters are seen to be well, 2 are needed, and 2 cannot be asked$/,
      /^server1 is a member that does not run$/,
      /^server2 cannot be reached: unreachable$/,
      /^server3 cannot be reached: unreachable$/,
    ],
    quorum: {held: 'unknown'},
  },
  {
    title: 'no server can be reached',
    status: () =>
      status(
        three.map((name) => seen(name, undefined)),
        [],
        undefined,
      ),
    health: 'unknown',
    says: [
      /^no server of those that can be reached serves the API, and server1, server2, server3 cannot be reached$/,
      ...three.map((name) => new RegExp(`^${name} cannot be reached: unreachable$`)),
    ],
  },
  {
    title: 'bare hosts',
    status: () =>
      status(
        three.map((name) => seen(name, sightingOf(name), {certificates: []})),
        [],
        undefined,
      ),
    health: 'bare',
  },
  {
    title: 'bare hosts, one of them unknown',
    status: () => status([seen('server1', sightingOf('server1')), seen('server2', undefined)], [], undefined),
    health: 'unknown',
  },
  {
    title: 'two clusters',
    status: () =>
      status([
        seen('server1', runningMember('server1', ['server1'], 'c1')),
        seen('server2', runningMember('server2', ['server2'], 'c2')),
      ]),
    health: 'broken',
    says: [/^the servers are members of 2 different clusters: server1 of c1; server2 of c2$/],
  },
  {
    title: 'SQLite on one server and etcd on another are two clusters, too',
    status: () =>
      status([
        seen('server1', asWanted(sqliteServer('server1'))),
        seen('server2', {
          ...asWanted(runningMember('server2', ['server2'])),
          data: {...runningMember('server2', ['server2']).data, ca: 'b'.repeat(64)},
        }),
      ]),
    health: 'broken',
    says: [
      /^the servers are 2 different clusters: server1 \(SQLite\); server2 \(CA bbbbbbbbbbbb\)$/,
      /^site.yml would refuse: /,
    ],
  },
  {
    title: 'stopped members of two clusters are told apart by their authorities',
    status: () =>
      status(
        ['a', 'b'].map((digit, index) => {
          const stopped = stoppedMember(`server${index + 1}`);
          return seen(`server${index + 1}`, {...stopped, data: {...stopped.data, ca: digit.repeat(64)}});
        }),
        [],
        undefined,
      ),
    health: 'broken',
  },
  {
    title: 'a conversion that died midway',
    status: () =>
      status([
        seen('server1', {
          ...runningMember('server1', ['server1']),
          data: {...runningMember('server1', ['server1']).data, stateDb: true},
        }),
      ]),
    health: 'broken',
    says: [/^server1 holds a conversion from SQLite to etcd that died midway/],
  },
  {
    title: 'a learner whose server runs',
    status: () => {
      const members = [memberFor('server1'), memberFor('server2'), memberFor('server3', true)];
      const withLearner = (name: string): Sighting => {
        const {etcd, ...rest} = member(name);
        return {
          ...rest,
          data: {...rest.data, etcdName: `${name}-0123abcd`},
          ...(etcd === undefined ? {} : {etcd: {...etcd, members}}),
        };
      };
      return status(three.map((name) => seen(name, withLearner(name))));
    },
    health: 'degraded',
    says: [/^server3 is a learner of etcd and does not vote yet$/],
    quorum: {voters: 2, healthy: 2},
  },
  {
    title: 'a server in a restart loop, with its cause',
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen(
          'server3',
          {...stoppedMember('server3'), server: {...unit, active: 'activating', restarts: 7}},
          {
            logged: [
              'time=x level=fatal msg="starting kubernetes: preparing server: bootstrap data already found and encrypted with different token"',
            ],
          },
        ),
      ]),
    health: 'degraded',
    says: [
      /^server3 does not stay up: its service was restarted 7 times: the token is not the one the cluster's datastore was made with$/,
    ],
  },
  {
    title: 'a server that starts for the first time is not in a loop',
    status: () =>
      status([
        ...healthyServers.slice(0, 2),
        seen('server3', {...stoppedMember('server3'), server: {...unit, active: 'activating'}}),
      ]),
    health: 'degraded',
    says: [/^server3 is starting$/],
  },
  {
    title: 'SQLite, one server, well',
    status: () => status([seen('server1', asWanted(sqliteServer('server1')))]),
    health: 'healthy',
    says: [],
  },
  {
    title: 'SQLite, its server stopped',
    status: () =>
      status(
        [seen('server1', {...asWanted(sqliteServer('server1')), server: {...unit, active: 'inactive'}, ping: false})],
        [],
        undefined,
      ),
    health: 'broken',
    says: [/^no server serves the API: server1 is stopped$/, /^server1 has data and does not run$/],
  },
  {
    title: 'an external datastore, one of two servers stopped',
    status: () => {
      const external = (name: string, change: Partial<Sighting> = {}): SeenHost =>
        seen(
          name,
          {
            ...sightingOf(name, {
              version: 'v1.30.6+k3s1',
              server: unit,
              ping: true,
              configText: 'datastore-endpoint: mysql://u:p@tcp(h)/d\n',
              data: {serverTls: true},
            }),
            ...change,
          },
          {},
          {k3s_server_config: {'datastore-endpoint': 'mysql://u:p@tcp(h)/d'}},
        );
      return status([external('server1'), external('server2', {server: {...unit, active: 'inactive'}, ping: false})]);
    },
    health: 'degraded',
    says: [/^server2 has data and does not run$/],
  },
  {
    title: 'a wiped server is still a member on the list',
    status: () => status([...healthyServers.slice(0, 2), seen('server3', sightingOf('server3'))]),
    health: 'degraded',
    says: [
      /^server3 has no data, and the cluster still lists it as member server3-0123abcd: it counts as a failure$/,
      /^site.yml would refuse: server3 has no etcd data and the cluster still lists server3/,
    ],
  },
  {
    title: 'a member that the inventory does not name',
    status: () => status(healthyServers.slice(0, 2)),
    health: 'healthy',
    says: [/^etcd member server3-0123abcd is no server of the inventory, and lives$/],
  },
  {
    title: 'an agent that is not ready, and one that cannot be reached',
    status: () =>
      status(
        healthyServers,
        [seen('agent1', runningAgent('agent1')), seen('agent2', undefined)],
        [...three.map((name) => nodeOf(name)), nodeOf('agent1', {ready: false})],
      ),
    health: 'degraded',
    says: [/^the Node agent1 of agent1 is not ready$/, /^agent2 cannot be reached: unreachable$/],
  },
  {
    title: 'a cordoned Node is a note',
    status: () =>
      status(healthyServers, [], [nodeOf('server1', {cordoned: true}), nodeOf('server2'), nodeOf('server3')]),
    health: 'healthy',
    says: [/^the Node server1 is cordoned: it takes no new pods$/],
  },
  {
    title: 'certificates that end soon, and one that has ended',
    status: () =>
      status(
        [60, 20, -3].map((days, index) =>
          seen(`server${index + 1}`, member(`server${index + 1}`), {
            certificates: [{file: 'server/tls/client-admin.crt', notAfter: daysFromNow(days), authority: false}],
          }),
        ),
      ),
    health: 'degraded',
    says: [
      /^server\/tls\/client-admin.crt on server2 ends in 20 days$/,
      /^server\/tls\/client-admin.crt on server3 ended 3 days ago$/,
      /^server\/tls\/client-admin.crt on server1 ends in 60 days$/,
    ],
  },
  {
    title: 'an agent newer than the servers',
    status: () =>
      status(
        healthyServers,
        [seen('agent1', runningAgent('agent1'))],
        [...three.map((name) => nodeOf(name)), nodeOf('agent1', {version: 'v1.31.2+k3s1'})],
      ),
    health: 'degraded',
    says: [
      /^agent1 runs v1.31.2\+k3s1, newer than v1.30.6\+k3s1 of a server: agents are upgraded last$/,
      /^2 versions run: v1.30.6\+k3s1 on server1, server2, server3; v1.31.2\+k3s1 on agent1$/,
    ],
  },
  {
    title: 'a database near its quota, and no snapshot',
    status: () =>
      status(
        three.map((name) => {
          const {snapshot: _none, ...rest} = well;
          return {
            host: clusterHost(name, member(name)),
            more: {...rest, dbSizeBytes: name === 'server2' ? 900_000 : 1},
          };
        }),
      ),
    health: 'degraded',
    says: [/^etcd's database on server2 has reached 90 % of its quota/, /^there is no etcd snapshot on any server/],
  },
];

for (const {title, status: look, health, says, quorum} of rows) {
  test(title, (t) => {
    const found = look();
    t.is(found.health, health, JSON.stringify(found.findings, null, 1));
    if (quorum !== undefined) t.like(found.quorum, quorum);
    if (says === undefined) return;
    const whats = found.findings.map(({what}) => what);
    t.is(whats.length, says.length, JSON.stringify(whats, null, 1));
    for (const [index, words] of says.entries()) t.regex(whats[index] ?? '', words);
  });
}

test('differences are what site.yml would act on', (t) => {
  const differing = status([
    seen('server1', member('server1', {configText: 'token: pw\ndisable: [traefik]\n'})),
    seen('server2', member('server2', {version: 'v1.30.5+k3s1'})),
    seen('server3', sightingOf('server3')),
    seen('server4', undefined),
  ]);
  const words = differing.servers.map(({host, differences}) => [host, differences.map(({what}) => what)]);
  t.deepEqual(words, [
    ['server1', ['config.yaml would change in disable']],
    ['server2', ['v1.30.5+k3s1 is installed, and the inventory wants v1.30.6+k3s1']],
    ['server3', ['was wiped: its dead member server3-0123abcd (server3-id) is removed; joins through server1']],
    ['server4', []],
  ]);
});

test('a member that does not run: its settings are compared all the same', (t) => {
  const {servers} = status([
    seen('server1', member('server1')),
    seen('server2', {...stoppedMember('server2'), configText: 'token: other\n'}),
  ]);
  t.deepEqual(
    servers[1]?.differences.map(({what}) => what),
    ['is a member that does not run', 'config.yaml would change in token'],
  );
});

test('with no server to ask, nobody can tell what an agent should have', (t) => {
  const {agents} = status([seen('server1', undefined)], [seen('agent1', runningAgent('agent1'))], undefined);
  t.deepEqual(agents[0]?.differences, []);
});

test('what runs is another file than what lies there', (t) => {
  const sum = (digit: string): string => `${digit.repeat(64)}  /etc/rancher/k3s/config.yaml\n`;
  const {servers, agents} = status(
    [seen('server1', member('server1', {server: {...unit, sums: sum('a')}, sumsNow: sum('b')}))],
    [seen('agent1', {...runningAgent('agent1'), agent: {...unit, sums: sum('a')}}, {agentSumsNow: sum('c')})],
  );
  t.deepEqual(
    servers[0]?.differences.map(({what, restart}) => [what, restart]),
    [['config.yaml changed since its start', true]],
  );
  t.true(agents[0]?.differences.some(({what}) => what === 'config.yaml changed since its start'));
});
