import test from 'ava';
import {listedServers, type PoolCandidate, parseStatistics, poolName, poolOf} from './pool.js';

const one = (found: PoolCandidate['found'], step: PoolCandidate['step']): PoolCandidate => ({
  name: 's1',
  address: '10.0.0.1',
  port: 6443,
  found,
  step,
});
const names = (servers: readonly {readonly name: string}[]): string[] => servers.map(({name}) => name);

for (const [found, step, now, later] of [
  ['member', 'member', true, true],
  ['member', 'start', true, true],
  ['member', 'none', true, true],
  ['sqlite', 'member', true, true],
  ['external', 'member', true, true],
  ['bare', 'init', false, true],
  ['bare', 'join', false, true],
  ['bare', 'replace', false, true],
  ['member', 'replace', false, true],
  ['bare', 'none', false, false],
  ['half-converted', 'init', false, true],
  ['unknown', 'none', false, false],
] as const) {
  test(`${found}, ${step}: ${now ? 'in the pool' : 'not in the pool'}, afterwards ${later ? 'in it' : 'not'}`, (t) => {
    const pool = poolOf([one(found, step)], []);
    t.deepEqual([names(pool.now), names(pool.later)], [now ? ['s1'] : [], later ? ['s1'] : []]);
  });
}

test('a server that cannot be read stays as haproxy has it, address and all', (t) => {
  const listed = [{name: 's1', address: '10.9.9.9', port: 6443}];
  t.deepEqual(poolOf([one('unknown', 'none')], listed), {now: listed, later: listed});
});

test('of two servers that cannot be read each stays as it is listed', (t) => {
  const listed = [
    {name: 's2', address: '10.9.9.8', port: 6443},
    {name: 's1', address: '10.9.9.9', port: 6443},
  ];
  t.deepEqual(poolOf([one('unknown', 'none')], listed).now, [{name: 's1', address: '10.9.9.9', port: 6443}]);
});

test('what the inventory does not name any more is in no pool', (t) => {
  t.deepEqual(poolOf([], [{name: 'gone', address: '10.0.0.7', port: 6443}]), {now: [], later: []});
});

test('names are such as haproxy takes', (t) => {
  t.is(poolName('server-1.example.com'), 'server-1.example.com');
  t.is(poolName('rack 3/server1'), 'rack_3_server1');
});

test('the servers of a configuration are read from it', (t) => {
  const text = `backend k3s_servers
    default-server check inter 2000ms
    server s1 10.0.0.1:6443
    server s2 [fd00::2]:6443
`;
  t.deepEqual(listedServers(text), [
    {name: 's1', address: '10.0.0.1', port: 6443},
    {name: 's2', address: 'fd00::2', port: 6443},
  ]);
  t.deepEqual(listedServers(''), []);
  t.deepEqual(
    listedServers(
      '# server s1 10.0.0.1:6443\nserver  s2\t10.0.0.2:6443 check\n\tserver s3   10.0.0.3:6443x\nserver s4 x[fd00::4]:1\nserver s5 [fd00::5]x:1\nserver s6 10.0.0.6:1\nserver s7  10.0.0.7:1',
    ),
    [
      {name: 's2', address: '10.0.0.2', port: 6443},
      {name: 's4', address: 'x[fd00::4]', port: 1},
      {name: 's5', address: '[fd00::5]x', port: 1},
      {name: 's6', address: '10.0.0.6', port: 1},
      {name: 's7', address: '10.0.0.7', port: 1},
    ],
  );
});

const statistics = (...rows: string[]): string =>
  `# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight\n${rows.join('\n')}\n`;
const row = (backend: string, server: string, sessions: number, status: string): string =>
  `${backend},${server},0,0,${sessions},0,,0,0,0,,0,,0,0,0,0,${status},1`;

for (const [status, state] of [
  ['UP', 'up'],
  ['UP 1/2', 'up'],
  ['no check', 'up'],
  ['DRAIN', 'drained'],
  ['DRAIN (agent)', 'drained'],
  ['MAINT', 'maintenance'],
  ['MAINT (via k/s)', 'maintenance'],
  ['DOWN', 'down'],
  ['DOWN 1/2', 'down'],
  ['NOLB', 'down'],
] as const) {
  test(`haproxy's '${status}' is ${state}`, (t) => {
    const csv = statistics(row('k3s_servers', 's1', 3, status));
    t.deepEqual([...parseStatistics(csv, 'k3s_servers')], [['s1', {state, sessions: 3}]]);
  });
}

test('totals and other backends are no servers of the pool', (t) => {
  const csv = statistics(
    row('k3s_api', 'FRONTEND', 1, 'OPEN'),
    row('other', 's9', 0, 'UP'),
    row('k3s_servers', 'FRONTEND', 1, 'OPEN'),
    row('k3s_servers', 's1', 0, 'UP'),
    row('k3s_servers', 'BACKEND', 0, 'UP'),
  );
  t.deepEqual([...parseStatistics(csv, 'k3s_servers').keys()], ['s1']);
});

test('columns are found by their names, and what is missing counts as nothing', (t) => {
  t.deepEqual(
    [...parseStatistics('# scur,status,svname,pxname\n7,UP,s1,b\n,DOWN,s2,b\n3,UP,,b\n\n', 'b')],
    [
      ['s1', {state: 'up', sessions: 7}],
      ['s2', {state: 'down', sessions: 0}],
    ],
  );
  t.deepEqual([...parseStatistics('pxname,svname\nb,s1\n', 'b')], [['s1', {state: 'down', sessions: 0}]]);
  t.deepEqual([...parseStatistics('pxname,status\nb,UP\n', 'b')], []);
  t.deepEqual([...parseStatistics('', 'b')], []);
});
