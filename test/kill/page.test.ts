import test from 'ava';
import {isComplete, type Part, pageOf} from './page.js';
import {killKinds, type Row} from './rows.js';

const moment = {host: 'a', task: 'copy', step: 'copy', number: 1};
const rows: readonly Row[] = killKinds.map((kind) => ({source: 's', moment, kind}));
const part = (done: number, ok = true): Part => ({
  name: 'A play',
  playbook: 'p.yml',
  args: [],
  beginsWith: 'nothing',
  fingerprintOf: 'all',
  rows,
  outcomes: rows.slice(0, done).map((row) => ({row, ok, what: 'was killed', seconds: 1, parts: []})),
});
const page = (parts: readonly Part[]): string =>
  pageOf(parts, {day: '2026-01-01', version: '1', k3s: 'a stand-in', minutes: 7, runs: 2});

test('only rows that were all run and all healed make a whole', (t) => {
  t.true(isComplete([part(3)]));
  t.false(isComplete([part(2)]));
  t.false(isComplete([part(3, false)]));
  t.false(isComplete([part(3), {...part(0), rows: []}]));
  t.false(isComplete([]));
});

test('the page says what was not run, also of a play that was not run at all', (t) => {
  t.regex(page([part(2)]), /2 of 3 rows healed[\s\S]*Not whole: 1 rows were not run[\s\S]*\*\*not run\*\* \|$/m);
  t.regex(page([{...part(0), rows: []}]), /0 of 0 rows healed[\s\S]*this playbook was not run/);
  t.regex(page([part(3, false)]), /\*\*FAILED\*\*/);
  t.regex(page([part(3)]), /7 minutes in 2 runs/);
});
