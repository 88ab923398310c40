import test from 'ava';
import {countEvent, noStats} from './stats.js';
import type {HostOutcome, RunEvent, Status} from './types.js';

const where = {file: 'p.yml', line: 1, column: 1};
const task = {id: 't', name: 't', module: 'm', where, handler: false};

const result = (status: Status, more: Partial<HostOutcome> = {}): RunEvent => ({
  at: 0,
  kind: 'host-result',
  host: 'h',
  task,
  loop: false,
  outcome: {status, ignored: false, result: {}, diff: [], warnings: [], durationMs: 1, ...more},
});

const countsOf = (...events: readonly RunEvent[]) => {
  const counted = events.reduce(countEvent, noStats).get('h') ?? {};
  return Object.fromEntries(Object.entries(counted).filter(([, count]) => count !== 0));
};

const cases: readonly {readonly name: string; readonly events: readonly RunEvent[]; readonly counts: object}[] = [
  {name: 'ok', events: [result('ok')], counts: {ok: 1}},
  {name: 'changed counts as ok too', events: [result('changed'), result('ok')], counts: {ok: 2, changed: 1}},
  {name: 'skipped', events: [result('skipped')], counts: {skipped: 1}},
  {name: 'conditional counts apart', events: [result('conditional')], counts: {conditional: 1}},
  {name: 'failed', events: [result('failed')], counts: {failed: 1}},
  {name: 'an ignored failure is ok', events: [result('failed', {ignored: true})], counts: {ok: 1, ignored: 1}},
  {
    name: 'an ignored failure that changed something',
    events: [result('failed', {ignored: true, result: {changed: true}})],
    counts: {ok: 1, ignored: 1, changed: 1},
  },
  {name: 'unreachable', events: [result('unreachable')], counts: {unreachable: 1}},
  {name: 'ignored unreachable', events: [result('unreachable', {ignored: true})], counts: {ok: 1, ignored: 1}},
  {
    name: 'a rescued failure is none',
    events: [result('failed'), {at: 0, kind: 'rescued', host: 'h', task}],
    counts: {rescued: 1},
  },
];

for (const {name, events, counts} of cases) test(name, (t) => t.deepEqual(countsOf(...events), counts));

test('other events count nothing, and what was counted is left as it was', (t) => {
  const before = countEvent(noStats, result('ok'));
  t.is(countEvent(before, {at: 0, kind: 'host-start', host: 'h', task}), before);
  countEvent(before, result('ok'));
  t.is(before.get('h')?.ok, 1);
});
