import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {fakeClock, runYaml} from '../../test/support/engine_run.js';
import type {FakePool} from '../../test/support/fake_session.js';
import {outcomesOf, progressOf, runSteps, script} from '../../test/support/steps_run.js';
import {TransportError} from '../errors/index.js';
import type {Step, WaitVerdict} from '../module/index.js';
import {sh} from '../shell/index.js';

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
