import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import {emptyVerdict, healthyVerdict} from './haproxy.js';
import module from './module.js';

const csv = (status: string): string =>
  `# pxname,svname,scur,status\nk3s_servers,server1,2,${status}\nk3s_servers,server2,0,UP\n`;
const plan = (params: Record<string, unknown>, stdout: string) =>
  planModule(module, {params: {server: 'server1', ...params}, stdout});

test('as wanted already', (t) => {
  t.is(plan({}, csv('UP'))?.plan, 'same');
  t.is(plan({state: 'drained'}, csv('DRAIN'))?.plan, 'same');
});

for (const [state, status, before, after] of [
  ['drained', 'UP', 'up', 'drained'],
  ['ready', 'DRAIN', 'drained', 'up'],
  ['ready', 'MAINT', 'maintenance', 'up'],
  // Drained and down looks like down.
  ['ready', 'DOWN', 'down', 'up'],
  ['drained', 'DOWN', 'down', 'drained'],
] as const) {
  test(`${state}, found ${status}`, (t) => {
    t.like(plan({state}, csv(status)), {
      plan: 'change',
      diff: [{path: 'pool server1', before: {state: before}, after: {state: after}}],
    });
  });
}

test('a haproxy that does not answer, or does not know the server, is no success', (t) => {
  t.like(plan({}, ''), {plan: 'fail', why: 'haproxy does not answer on /run/haproxy-k3s.sock'});
  t.like(plan({server: 'server9'}, csv('UP')), {plan: 'fail', why: "haproxy's pool lists no server server9"});
});

test('ready is waited for until haproxy itself finds it healthy', (t) => {
  const pool = (state: 'up' | 'down') => new Map([['server1', {state, sessions: 0}]]);
  t.deepEqual(healthyVerdict(pool('up'), 'server1'), {wait: 'done'});
  t.deepEqual(healthyVerdict(pool('down'), 'server1'), {wait: 'more', progress: 'haproxy sees it down'});
  t.is(healthyVerdict(new Map(), 'server1').wait, 'failed');
  t.is(healthyVerdict(undefined, 'server1').wait, 'more');
});

test('drained is waited for until no connection is left, or for so many looks', (t) => {
  const pool = new Map([['server1', {state: 'drained', sessions: 1} as const]]);
  t.deepEqual(emptyVerdict(pool, 'server1', 3), {wait: 'more', progress: '1 connection left'});
  t.is(emptyVerdict(pool, 'server1', 0).wait, 'done');
  t.is(emptyVerdict(new Map(), 'server1', 3).wait, 'done');
});
