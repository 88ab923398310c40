/** What is read from the lines that the look prints, line by line and whole. */
import test from 'ava';
import {Secret} from '../shell/index.js';
import {parseLook, parseMemberList, type Sighting} from './sighting.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
/** As `put` prints a file: what it is called, and its bytes. */
const put = (name: string, text: string): string => `${name} ${base64(text)}\n`;

/** Secrets are equal to each other whatever they hold, so they are compared by what they hold. */
const opened = ({data, ...rest}: Sighting): object => ({
  ...rest,
  data: Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, value instanceof Secret ? `secret ${value.reveal()}` : value]),
  ),
});

const noData = {
  wal: false,
  blankWal: false,
  etcdDir: false,
  memberDir: false,
  tombstone: false,
  stateDb: false,
  migrated: false,
  serverTls: false,
  resetFlag: false,
  agent: false,
  nodePassword: false,
};
const nothing = {
  hostname: '',
  arch: '',
  nowEpochSeconds: 0,
  bootId: '',
  init: 'other',
  selinuxPolicy: false,
  kernelModules: false,
  addresses: [],
  dropIns: [],
  data: noData,
  dataDir: '/var/lib/rancher/k3s',
  dataDirReal: '/var/lib/rancher/k3s',
  otherUnits: [],
  ping: false,
  curl: true,
};

const noUnit = {load: '', active: '', sub: '', mainPid: 0, restarts: 0, enabled: ''};
const member = {id: '1', name: 's1-0', peerUrls: ['https://a:2380'], clientUrls: ['https://a:2379'], isLearner: false};
const memberList = JSON.stringify({
  header: {cluster_id: '42'},
  members: [{ID: '1', name: 's1-0', peerURLs: ['https://a:2380'], clientURLs: ['https://a:2379']}],
});
const etcd = {clusterId: '42', members: [member], isLeader: false, hasLeader: false, peers: new Map()};
const record = {stage: 'backed-up', at: '2026-01-01T00:00:00Z'};

/** Each by itself: all else is as where nothing was said. */
const cases: Record<string, readonly [output: string, seen: object]> = {
  nothing: ['', {}],
  'words that are no lines of the look': ['hostnames\n one k3s\nhostname\n', {}],
  'the host': [
    'hostname node-1\narch x86_64\nboot 11-22\nselinux Enforcing\nk3s-selinux 1\nmodules 1\nnow 1700000000\n',
    {
      hostname: 'node-1',
      arch: 'x86_64',
      bootId: '11-22',
      selinux: 'Enforcing',
      selinuxPolicy: true,
      kernelModules: true,
      nowEpochSeconds: 1_700_000_000,
    },
  ],
  'the first of two that there can be one of': ['hostname a\nhostname b\n', {hostname: 'a'}],
  systemd: ['init systemd\n', {init: 'systemd'}],
  openrc: ['init openrc\n', {init: 'openrc'}],
  'another init': ['init runit\n', {init: 'other'}],
  addresses: [
    'address eth0 10.0.0.1/24\naddress eth0 fd00::1/64\naddress wg0 10.1.0.1\n',
    {
      addresses: [
        {device: 'eth0', address: '10.0.0.1'},
        {device: 'eth0', address: 'fd00::1'},
        {device: 'wg0', address: '10.1.0.1'},
      ],
    },
  ],
  'a binary': ['binary k3s version v1.30.16+k3s12 (abc)\n', {version: 'v1.30.16+k3s12'}],
  'a binary of another major': ['binary k3s version v12.3.4+k3s1 (abc)\n', {version: 'v12.3.4+k3s1'}],
  'a binary that says nothing': ['binary \n', {}],
  'files of settings, one of them empty, one with a space in its name': [
    `${put('file.config', 'a: 1\n')}${put('file.registries', 'mirrors: {}\n')}dropin /c d/x.yaml \n\n${put('dropin /c d/y.yaml', 'b: 2\n')}`,
    {
      configText: 'a: 1\n',
      registriesText: 'mirrors: {}\n',
      dropIns: [
        {path: '/c d/x.yaml', text: ''},
        {path: '/c d/y.yaml', text: 'b: 2\n'},
      ],
    },
  ],
  'a file that is folded': [
    `file.config ${base64('a: 1\n').slice(0, 3)}\n${base64('a: 1\n').slice(3, 5)}\n${base64('a: 1\n').slice(5)}\n\nping pong\n`,
    {configText: 'a: 1\n', ping: true},
  ],
  'a folder for data': ['data-dir /srv/k3s\n', {dataDir: '/srv/k3s', dataDirReal: '/srv/k3s'}],
  'a folder for data behind a link': [
    'data-dir /srv/k3s\ndata-dir-real /mnt/k3s\n',
    {dataDir: '/srv/k3s', dataDirReal: '/mnt/k3s'},
  ],
  'the service, by systemd': [
    `unit k3s LoadState=loaded\nunit k3s ActiveState=active\nunit k3s SubState=running\nunit k3s MainPID=17\nunit k3s NRestarts=3\nunit k3s UnitFileState=enabled\nunit k3s-agent LoadState=not-found\n${put('sums k3s-agent', 'a')}${put('sums k3s', 'b')}${put('sums-now', 'c')}`,
    {
      server: {
        load: 'loaded',
        active: 'active',
        sub: 'running',
        mainPid: 17,
        restarts: 3,
        enabled: 'enabled',
        sums: 'b',
      },
      agent: {...noUnit, load: 'not-found', sums: 'a'},
      sumsNow: 'c',
    },
  ],
  'a service of which little is said': ['unit k3s-agent Id=a=b\n', {agent: noUnit}],
  'units and the files of their environment': [
    [
      put('unit-file k3s /u/k3s.service', 'server'),
      put('unit-file k3s-agent /u/k3s-agent.service', 'agent'),
      put('unit-file other /u/k3s-x.service', 'x'),
      put('unit-dropin k3s /u/k3s.service.d/a.conf', 'dropped'),
      put('env k3s /u/k3s.service.env', 'A=1'),
      put('env k3s /etc/default/k3s', 'B=2'),
      put('env k3s /etc/sysconfig/k3s', 'C=3'),
      put('env k3s /x/etc/default/k3s', 'D=4'),
      put('env k3s-agent /u/k3s-agent.service.env', 'E=5'),
      put('dropin-env k3s /x', 'F=6'),
    ].join(''),
    {
      serverUnit: {
        text: 'server',
        dropIns: [{path: '/u/k3s.service.d/a.conf', text: 'dropped'}],
        environment: 'A=1\nD=4\n',
        lastingEnvironment: 'F=6\nB=2\nC=3\n',
      },
      agentUnit: {text: 'agent', dropIns: [], environment: 'E=5\n', lastingEnvironment: ''},
      otherUnits: [{path: '/u/k3s-x.service', text: 'x'}],
    },
  ],
  'etcd that follows': [
    `${put('members', memberList)}metric etcd_server_is_leader 0\nmetric etcd_server_has_leader 1\n`,
    {etcd: {...etcd, hasLeader: true}},
  ],
  'etcd that leads': [
    `${put('members', memberList)}metric etcd_server_is_leader 1\nmetric etcd_server_has_leader 1\n`,
    {etcd: {...etcd, isLeader: true, hasLeader: true}},
  ],
  'etcd without a leader, and what it hears of its peers': [
    `${put('members', memberList)}metric etcd_server_has_leader 0\npeer https://a:2380 open\npeer https://b:2380 closed\npeer https://c:2380 silent\npeer https://d:2380 lost\n`,
    {
      etcd: {
        ...etcd,
        peers: new Map([
          ['https://a:2380', 'open'],
          ['https://b:2380', 'closed'],
          ['https://c:2380', 'silent'],
        ]),
      },
    },
  ],
  'a peer port that nobody holds': ['peer-port free\n', {peerPort: 'free'}],
  'a peer port that somebody holds': ['peer-port held\n', {peerPort: 'held'}],
  'a peer port of which nothing is known': ['peer-port lost\n', {}],
  'etcd that does not answer': ['members \n\nmetric etcd_server_has_leader 1\n', {}],
  'an API that answers': ['ping pong\n', {ping: true}],
  'an API that is not ready': ['ping Unauthorized\n', {}],
  'no curl': ['no-curl 1\n', {curl: false}],
  'secrets, names and the CA': [
    `${put('data.token', 'K10a::server:b\n')}${put('data.agent-token', 'c\n')}${put('data.token-file', 'd\n')}${put('data.etcd-name', 's1-0\n')}data.ca abc\n`,
    {
      data: {
        ...noData,
        token: 'secret K10a::server:b',
        agentToken: 'secret c',
        tokenFile: 'secret d',
        etcdName: 's1-0',
        ca: 'abc',
      },
    },
  ],
  'the record of a conversion': [
    put('data.conversion', JSON.stringify(record)),
    {data: {...noData, conversion: record}},
  ],
  'a log of etcd with nothing in it': [
    `data.wal-begins ${Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0x84, 8, 4, 0x10, 0, 0, 0, 0, 0]), Buffer.alloc(8)]).toString('base64')}\n`,
    {data: {...noData, blankWal: true}},
  ],
  'a log of etcd that is none': [`data.wal-begins ${Buffer.alloc(16).toString('base64')}\n`, {}],
  'a start that found data': ['start found-data\nstart found-data\n', {resumed: {unknownPeersMs: 0}}],
  'a start that found data, and knows nobody': [
    'start found-data\nstart unknown-peer 2026-11-29T09:47:30.380Z\nstart unknown-peer 2026-11-29T09:48:30.848Z\n',
    {resumed: {unknownPeersMs: 60_468}},
  ],
  'the first start': ['start unknown-peer 2026-11-29T09:47:30.380Z\n', {}],
  'a record that cannot be read': [put('data.conversion', '{'), {}],
};

for (const [name, [output, seen]] of Object.entries(cases))
  test(`the look's answer: ${name}`, (t) => {
    t.deepEqual(opened(parseLook(output)), {...nothing, ...seen});
  });

for (const [key, field] of Object.entries({
  'data.wal': 'wal',
  'data.etcd': 'etcdDir',
  'data.member': 'memberDir',
  'data.tombstone': 'tombstone',
  'data.state-db': 'stateDb',
  'data.migrated': 'migrated',
  'data.server-tls': 'serverTls',
  'data.reset-flag': 'resetFlag',
  'data.agent': 'agent',
  'data.password': 'nodePassword',
}))
  test(`the look's answer: ${key}`, (t) => {
    t.deepEqual(parseLook(`${key} 1\n`).data, {...noData, [field]: true});
    t.deepEqual(parseLook(`${key} 0\n`).data, noData);
  });

for (const [text, list] of [
  [memberList, {clusterId: '42', members: [member]}],
  [
    '{"header":{"cluster_id":"42"},"members":[{},{"isLearner":true}]}',
    {
      clusterId: '42',
      members: [false, true].map((isLearner) => ({id: '', name: '', peerUrls: [], clientUrls: [], isLearner})),
    },
  ],
  ['{"header":{"cluster_id":"42"}}', undefined],
  ['{"header":{},"members":[]}', undefined],
  ['{"members":[]}', undefined],
  ['{"error":"x"}', undefined],
  ['null', undefined],
  ['', undefined],
] as const)
  test(`etcd's list of members: ${text || 'no answer'}`, (t) => {
    t.deepEqual(parseMemberList(text), list);
  });
