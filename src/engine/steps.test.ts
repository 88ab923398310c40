import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {FakePool} from '../../test/support/fake_session.js';
import {outcomesOf, runSteps, script} from '../../test/support/steps_run.js';
import {contentOfBytes} from '../module/content.js';
import {sh} from '../shell/index.js';

test('scripts in a row go in one trip, each with its own outcome', async (t) => {
  const run = await runSteps([
    script('one', sh`echo one; echo err >&2`),
    script('two', sh`exit 3`, {okCodes: [0, 3]}),
    script('three', sh`printf 'no newline'; cd /; x=1`),
    script('four', sh`pwd; echo "[$x]"`),
    script('five', sh`exit 9`, {okCodes: 'any'}),
  ]);
  t.deepEqual(
    outcomesOf(run).map(({title, rc, stdout}) => [title, rc, stdout]),
    [
      ['one', 0, 'one\n'],
      ['two', 3, ''],
      ['three', 0, 'no newline'],
      ['four', 0, `${run.session('h1').root}\n[]\n`],
      ['five', 9, ''],
    ],
  );
  t.is(run.trips('h1'), 1);
});

test('the first script that fails ends the task, with its title, code and last words', async (t) => {
  const pool = await FakePool.make();
  const steps = [
    script('one', sh`echo one > "$ROOT"/one`),
    script('two', sh`echo first >&2; echo last words >&2; exit 4`),
    script('three', sh`echo three > "$ROOT"/three`),
  ];
  const run = await runSteps(steps, {pool});
  t.deepEqual(readdirSync(run.session('h1').root), ['one']);
  await pool.close();
  const {status, failure, result} = run.outcome('h1', 'go');
  t.is(status, 'failed');
  t.is(failure?.what, 'two: exit code 4: last words');
  t.deepEqual(failure?.details, ['first', 'last words']);
  t.is(result.rc, 4);
  t.is(run.trips('h1'), 1);
});

test('a script that is no shell text fails alone', async (t) => {
  const run = await runSteps([script('broken', sh`if then (`, {okCodes: [2]}), script('next', sh`echo on`)]);
  t.is(outcomesOf(run)[1]?.stdout, 'on\n');
});

test('commands of the user, with input or in a folder, go alone', async (t) => {
  const run = await runSteps([
    script('own', sh`echo own`, {mayBlock: true}),
    script('input', sh`cat`, {stdin: Buffer.from('fed')}),
    script('folder', sh`pwd`, {cwd: '/'}),
    script('last', sh`echo last`),
  ]);
  t.deepEqual(
    outcomesOf(run).map(({stdout}) => stdout),
    ['own\n', 'fed', '/\n', 'last\n'],
  );
  t.is(run.trips('h1'), 4);
});

test('uploads and fetches move whole files', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-fetched-'));
  const target = path.join(folder, 'new', 'f');
  const run = await runSteps([
    {step: 'upload', title: 'put', content: contentOfBytes('hello'), to: 'd/f', mode: '0640'},
    {step: 'fetch', title: 'get', from: 'd/f', to: target},
  ]);
  t.is(outcomesOf(run)[1]?.bytes, 'hello');
  t.is(readFileSync(target, 'utf8'), 'hello');
  rmSync(folder, {recursive: true});
});
