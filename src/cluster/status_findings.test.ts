/** Who is named for a quorum or an API that is lost, what is said of strangers, and which data is a cluster of its own. */
import test from 'ava';
import {
  memberFor,
  runningMember,
  sightingOf,
  sqliteServer,
  stoppedMember,
  three,
} from '../../test/support/cluster_hosts.js';
import {asWanted, member, noLeader, now, seen, status, unit} from '../../test/support/cluster_status.js';
import {knownServers} from './known.js';
import {resolveRoles} from './roles.js';
import type {EtcdSighting, Sighting} from './sighting.js';
import {clusterStatus} from './status.js';
import {findingsOf} from './status_findings.js';
import type {SeenHost, StatusInput} from './status_types.js';

test('a member whose service has failed is among those to be brought back', (t) => {
  const {findings} = status(
    [
      seen('server1', noLeader('server1'), {apiReady: false}),
      seen('server2', {...stoppedMember('server2'), server: {...unit, active: 'failed'}}),
      seen('server3', stoppedMember('server3')),
    ],
    [],
    'none answered',
  );
  t.deepEqual(findings[0], {
    level: 'broken',
    hosts: ['server2', 'server3'],
    what: 'etcd has lost quorum: 0 of 3 voters are seen to be well, and 2 are needed; the API takes no change',
    hint: 'bring server2, server3 back: site.yml starts all stopped members together',
  });
});

for (const [active, state] of [
  ['failed', 'failing'],
  ['activating', 'starting'],
] as const)
  test(`the only server is ${state}: nothing serves the API`, (t) => {
    const server = {...asWanted(sqliteServer('server1')), server: {...unit, active}, ping: false};
    const {findings} = status([seen('server1', server, {apiReady: false})], [], 'none answered');
    t.deepEqual(findings[0], {
      level: 'broken',
      hosts: ['server1'],
      what: `no server serves the API: server1 is ${state}`,
      hint: 'run site.yml, which starts what is stopped',
    });
  });

type Ports = Readonly<Record<string, 'open' | 'closed'>>;
const strangerUrls = ['https://10.0.0.8:2380', 'https://10.1.0.8:2380'];

/** Three members and a fourth, which the inventory does not name; of its two addresses each sees what is said. */
function withStranger(ports: readonly Ports[]): readonly SeenHost[] {
  const members = [...three.map((name) => memberFor(name)), {...memberFor('server8'), peerUrls: strangerUrls}];
  const open = three.flatMap((name) => memberFor(name).peerUrls.map((url) => [url, 'open'] as const));
  return three.map((name, index) => {
    const peers: EtcdSighting['peers'] = new Map([...open, ...Object.entries(ports[index] ?? {})]);
    const sighting: Sighting = {
      ...member(name),
      etcd: {clusterId: 'c1', members, isLeader: false, hasLeader: true, peers},
    };
    return seen(name, sighting);
  });
}

const [first = '', second = ''] = strangerUrls;
const lives = 'etcd member server8-0123abcd is no server of the inventory, and lives';
const dead =
  'etcd member server8-0123abcd is no server of the inventory, and nothing answers at its address: it counts as a failure';
const strangers: Record<string, readonly [readonly Ports[], string]> = {
  'none of its addresses answers, while those of others do': [[{[first]: 'closed'}, {[second]: 'closed'}], dead],
  'nobody has looked': [[], dead],
  'one member reaches it, and others do not': [[{[first]: 'closed'}, {[first]: 'open'}, {[first]: 'closed'}], lives],
  'one of its addresses answers': [[{[first]: 'closed', [second]: 'open'}], lives],
};

for (const [title, [ports, what]] of Object.entries(strangers))
  test(`a member that the inventory does not name: ${title}`, (t) => {
    const said = status(withStranger(ports)).findings.map((finding) => finding.what);
    t.deepEqual(
      said.filter((words) => words.includes('server8')),
      [what],
    );
  });

test('of the strangers of two clusters nothing is said: which of them is meant has to be decided first', (t) => {
  const {strangers: found, findings} = status([
    seen('server1', runningMember('server1', ['server1', 'server8'], 'c1')),
    seen('server2', runningMember('server2', ['server2'], 'c2')),
  ]);
  t.deepEqual(
    found.map(({name}) => name),
    ['server8-0123abcd'],
  );
  t.deepEqual(
    findings.filter(({what}) => what.includes('server8')),
    [],
  );
});

test('no cluster of their own: bare and unknown servers, and members whose authority is not known', (t) => {
  const of = (name: string, ca: string): SeenHost => {
    const stopped = stoppedMember(name);
    return seen(name, {...stopped, data: {...stopped.data, ca: ca.repeat(64)}});
  };
  const {findings} = status(
    [
      of('server1', 'a'),
      of('server2', 'b'),
      of('server3', 'b'),
      seen('server4', sightingOf('server4', {data: {serverTls: true, ca: 'c'.repeat(64)}})),
      seen('server5', undefined),
      seen('server6', stoppedMember('server6')),
    ],
    [],
    'none answered',
  );
  t.deepEqual(findings[0], {
    level: 'broken',
    hosts: ['server1', 'server2', 'server3'],
    what: 'the servers are 2 different clusters: server1 (CA aaaaaaaaaaaa); server2, server3 (CA bbbbbbbbbbbb)',
    hint: 'decide which cluster is the one to keep, and uninstall K3s on the servers of the other',
  });
});

test('what is said already is said once, though site.yml would refuse it or warn of it too', (t) => {
  const servers = [...three.slice(0, 2).map((name) => seen(name, member(name))), seen('server3', undefined)];
  const input: StatusInput = {servers, agents: [], now, random: (bytes) => Buffer.alloc(bytes)};
  const hosts = servers.map(({host}) => host);
  const said = 'server3 cannot be reached from here, but other members reach its etcd: unreachable';
  const findings = findingsOf({
    input,
    known: knownServers(hosts),
    facts: clusterStatus(input),
    plan: resolveRoles({servers: hosts, agents: [], lost: [], allowEven: true, random: input.random}),
    wouldRefuse: [said, 'another'].map((what) => ({what, hint: 'a hint'})),
    wouldWarn: [said, 'a warning'],
  });
  t.deepEqual(findings, [
    {level: 'degraded', hosts: ['server3'], what: said},
    {level: 'note', hosts: [], what: 'site.yml would refuse: another', hint: 'a hint'},
    {level: 'note', hosts: [], what: 'a warning'},
  ]);
});
