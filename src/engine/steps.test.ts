import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {type EngineRun, type EngineRunOptions, fakeClock, runYaml} from '../../test/support/engine_run.js';
import {FakePool} from '../../test/support/fake_session.js';
import {TransportError} from '../errors/index.js';
import {contentOfBytes} from '../module/content.js';
import {defineModule, p, type Step, type WaitVerdict} from '../module/index.js';
import {sh} from '../shell/index.js';

const where = '- hosts: h1\n  gather_facts: false\n  tasks:\n    - {name: go, steps: {}, register: r}\n';

/** Runs one action whose steps are these. */
async function runSteps(steps: readonly Step[], options: EngineRunOptions = {}): Promise<EngineRun> {
  const module = defineModule({
    kind: 'action',
    name: 'steps',
    summary: 'Does what the test says.',
    reach: 'host',
    check: 'skip',
    params: p.object({}),
    examples: [],
    steps: () => steps,
    result: (_, outcomes) => ({
      changed: true,
      data: {
        outcomes: outcomes.map(({title, rc, stdout, data, bytes}) => ({
          title,
          rc,
          stdout,
          data,
          bytes: bytes?.toString(),
        })),
      },
    }),
  });
  return runYaml(where, {
    inventory: 'h1',
    modules: [module],
    clock: fakeClock(),
    settings: {readAhead: false},
    ...options,
  });
}

const script = (
  title: string,
  text: ReturnType<typeof sh>,
  more: Partial<Extract<Step, {step: 'script'}>> = {},
): Step => ({
  step: 'script',
  title,
  script: text,
  ...more,
});

const outcomesOf = (run: EngineRun) =>
  run.outcome('h1', 'go').result.outcomes as {
    title: string;
    rc: number;
    stdout: string;
    data?: unknown;
    bytes?: string;
  }[];

const progressOf = (run: EngineRun): string[] =>
  run.events.flatMap((event) => (event.kind === 'progress' ? [event.message] : []));

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

const waitStep = (more: Partial<Extract<Step, {step: 'wait'}>> = {}): Step => ({
  step: 'wait',
  title: 'the thing to be there',
  probe: sh`cat "$ROOT"/state 2>/dev/null || echo nothing`,
  until: ({stdout}): WaitVerdict => {
    const state = stdout.trim();
    if (state === 'ready') return {wait: 'done', data: {state}};
    if (state === 'broken') return {wait: 'failed', why: 'it broke', hint: 'mend it'};
    return {wait: 'more', progress: `state is ${state}`};
  },
  everyMs: 1000,
  deadlineMs: 10_000,
  ...more,
});

/** Lets the host's state become this after so many requests. */
const becomes = (state: string, after: number) => (pool: FakePool) => {
  const session = pool.session({host: 'h1'});
  session.rules.before = (_, count) => {
    if (count < after) return;
    mkdirSync(session.root, {recursive: true});
    writeFileSync(path.join(session.root, 'state'), state);
  };
};

test('a wait looks until it is done, and tells how far things are', async (t) => {
  const clock = fakeClock();
  const run = await runSteps([waitStep()], {arrange: becomes('ready', 4), clock});
  t.deepEqual(outcomesOf(run)[0]?.data, {state: 'ready'});
  t.deepEqual(progressOf(run), ['waiting for the thing to be there', 'state is nothing']);
  t.deepEqual(clock.slept, [1000, 1000, 1000]);
});

test('a wait that fails early says why', async (t) => {
  const run = await runSteps([waitStep()], {arrange: becomes('broken', 2)});
  t.is(run.outcome('h1', 'go').failure?.what, 'the thing to be there: it broke');
  t.is(run.outcome('h1', 'go').failure?.hint, 'mend it');
  t.is(run.trips('h1'), 2);
});

test('a wait ends at its deadline, by the clock of the run, after a last look', async (t) => {
  const clock = fakeClock();
  const run = await runSteps([waitStep({everyMs: 4000})], {clock});
  t.is(run.outcome('h1', 'go').failure?.what, 'waited 10 s for the thing to be there; last seen: state is nothing');
  t.deepEqual(clock.slept, [4000, 4000, 2000]);
  t.is(run.trips('h1'), 4);
});

test('a link that breaks during a wait is made anew', async (t) => {
  const run = await runSteps([waitStep()], {
    arrange: (pool) => {
      const session = pool.session({host: 'h1'});
      session.rules.before = (_, count) => {
        if (count === 2) throw new TransportError({what: 'gone', phase: 'lost'});
        if (count < 3) return;
        mkdirSync(session.root, {recursive: true});
        writeFileSync(path.join(session.root, 'state'), 'ready');
      };
    },
  });
  t.is(run.outcome('h1', 'go').status, 'changed');
  t.deepEqual(run.session('h1').resets, ['reconnect']);
  t.true(progressOf(run).some((line) => line.includes('connecting again')));
});

test('a host that does not come back during a wait is unreachable', async (t) => {
  const run = await runSteps([waitStep()], {
    arrange: (pool) => {
      const {rules} = pool.session({host: 'h1'});
      rules.before = () => {
        throw new TransportError({what: 'gone', phase: 'lost'});
      };
      rules.reconnect = () => {
        throw new TransportError({what: 'h1 did not come back', phase: 'tcp'});
      };
    },
  });
  t.is(run.outcome('h1', 'go').status, 'unreachable');
  t.is(run.exitCode, 4);
});

/** A journal that grows by a line with each look; the real one is asked in the same way. */
const journalctl = `#!/bin/sh
echo "$*" >> "$ROOT"/asked
n=$(wc -l < "$ROOT"/asked)
case "$*" in
  *"-n 1 "*) echo "old line"; echo "-- cursor: c0" ;;
  *--after-cursor=c0*) echo "starting"; echo "-- cursor: c1" ;;
  *--after-cursor=c1*) echo "fatal: wrong token"; echo "-- cursor: c2" ;;
  *) echo "the cause of an earlier run" ;;
esac
`;

const withJournal = (pool: FakePool): void => {
  const {root} = pool.session({host: 'h1'});
  mkdirSync(path.join(root, 'bin'), {recursive: true});
  writeFileSync(path.join(root, 'bin', 'journalctl'), journalctl);
  chmodSync(path.join(root, 'bin', 'journalctl'), 0o755);
  pool.session({host: 'h1'}).rules.rewrite = (text) => `PATH="$ROOT/bin:$PATH"; ${text}`;
};

const follow = {
  journal: 'k3s',
  cause: (line: string) => {
    if (line.includes('earlier')) return {why: 'read too far back'};
    return line.includes('wrong token')
      ? {why: 'the token is not the cluster’s', hint: 'use the right one'}
      : undefined;
  },
};

test('a wait that follows a journal sees what came after the steps began, and stops at a known cause', async (t) => {
  const run = await runSteps([script('start', sh`echo started`), waitStep({follow})], {arrange: withJournal});
  const {failure} = run.outcome('h1', 'go');
  t.is(failure?.what, 'the thing to be there: the token is not the cluster’s');
  t.is(failure?.hint, 'use the right one');
  t.deepEqual(failure?.details, ['starting', 'fatal: wrong token']);
  t.is(run.trips('h1'), 3, 'the start, and two looks with the journal in the same trip');
});

test('without a journal a wait does without', async (t) => {
  const run = await runSteps([waitStep({follow})], {
    arrange: (pool) => {
      becomes('ready', 3)(pool);
      pool.session({host: 'h1'}).rules.rewrite = (text) => `command() { return 1; }; ${text}`;
    },
  });
  t.is(run.outcome('h1', 'go').status, 'changed');
});

test('a reboot loses the link and is waited for until another boot', async (t) => {
  let asked: unknown;
  const run = await runSteps(
    [
      script('reboot', sh`echo rebooting`),
      {step: 'reconnect', title: 'come back', deadlineMs: 60_000, newBoot: true},
      script('after', sh`echo after`),
    ],
    {
      arrange: (pool) => {
        const {rules} = pool.session({host: 'h1'});
        rules.reconnect = (options) => {
          asked = options.unlessBootId;
        };
      },
    },
  );
  t.regex(String(asked), /^[0-9a-f-]{36}$/);
  t.is(outcomesOf(run)[2]?.stdout, 'after\n');
});

test('a link that breaks where it is to break is no failure', async (t) => {
  const run = await runSteps(
    [
      script('reboot', sh`echo rebooting`, {mayBlock: true}),
      {step: 'reconnect', title: 'back', deadlineMs: 1000, newBoot: false},
    ],
    {
      arrange: (pool) => {
        const {rules} = pool.session({host: 'h1'});
        rules.before = () => {
          throw new TransportError({what: 'gone', phase: 'lost'});
        };
      },
    },
  );
  t.is(run.outcome('h1', 'go').status, 'changed');
});

test('a task that takes longer than its timeout is ended', async (t) => {
  const run = await runYaml(
    `
- hosts: h1
  gather_facts: false
  tasks:
    - {name: slow, command: sleep 30, timeout: 1, register: r, ignore_errors: true}
    - {name: seen, assert: {that: r is failed}}`,
    {inventory: 'h1'},
  );
  t.regex(run.outcome('h1', 'slow').failure?.what ?? '', /longer than 1 s/);
  t.is(run.lines.at(-1), 'seen: h1 ok');
});
