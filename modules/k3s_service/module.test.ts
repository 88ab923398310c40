import test from 'ava';
import type {Predicted, Resource} from '../../src/module/index.js';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const sum = (letter: string): string => letter.repeat(64);

const probe = (state: {
  load?: string;
  active?: string;
  enabled?: string;
  before?: string;
  now?: string;
  config?: string;
}): string =>
  `LoadState=${state.load ?? 'loaded'}\nActiveState=${state.active ?? 'active'}\nUnitFileState=${state.enabled ?? 'enabled'}\nNRestarts=0\n-- sums --\n${state.before ?? `${sum('a')}  /etc/rancher/k3s/config.yaml\n`}-- sums --\n${state.now ?? `${sum('a')}  /etc/rancher/k3s/config.yaml\n`}${state.config === undefined ? '' : `-- service --\n600 root\n${state.config}`}`;

const plan = (stdout: string, params: Record<string, unknown> = {}, predicted?: Predicted) =>
  planModule(module, {params, stdout, ...(predicted === undefined ? {} : {predicted})});

const titles = (found: ReturnType<typeof plan>): string[] =>
  found?.plan === 'change' ? found.steps.map(({title}) => title) : [];

test('what runs is what is on the disk: nothing to do', (t) => {
  t.is(plan(probe({}))?.plan, 'same');
});

test('a file changed since the start: restarted, naming it', (t) => {
  const found = plan(probe({now: `${sum('b')}  /etc/rancher/k3s/config.yaml\n`}));
  t.deepEqual(titles(found), ['restart k3s', 'k3s to start']);
  t.like(found, {result: {stale: ['/etc/rancher/k3s/config.yaml']}});
});

test('a file that came or went since the start counts too', (t) => {
  t.like(plan(probe({now: ''})), {plan: 'change', result: {stale: ['/etc/rancher/k3s/config.yaml']}});
});

test('stopped and disabled: enabled and started, never blocking', (t) => {
  const found = plan(probe({active: 'inactive', enabled: 'disabled', before: ''}));
  t.deepEqual(titles(found), ['enable k3s', 'start k3s', 'k3s to start']);
  if (found?.plan !== 'change') return;
  t.true(found.steps.some((step) => step.step === 'script' && step.script.source.includes('--no-block')));
});

test('no unit is a failure that says what to run', (t) => {
  t.like(plan(probe({load: 'not-found', active: 'inactive', enabled: ''})), {
    plan: 'fail',
    why: 'there is no unit k3s.service (not-found)',
  });
});

test('a unit of another hand is restarted: nothing tells what it runs with', (t) => {
  t.deepEqual(titles(plan(probe({before: ''}))), ['restart k3s', 'k3s to start']);
});

test('one that is taken over as it runs is only noted, and one that is still starting is waited for', (t) => {
  const adopted = {adopted: true};
  t.deepEqual(titles(plan(probe({before: ''}), adopted)), ['note what k3s runs with']);
  t.deepEqual(titles(plan(probe({before: '', active: 'activating'}), adopted)), [
    'note what k3s runs with',
    'k3s to start',
  ]);
  t.deepEqual(titles(plan(probe({before: '', active: 'inactive'}), adopted)), ['start k3s', 'k3s to start']);
});

test('left as it is found, one that is taken over is noted, whatever else would be due', (t) => {
  const asFound = {state: 'as_found', adopted: true};
  const noted = plan(probe({before: '', active: 'activating', enabled: 'disabled'}), asFound);
  t.deepEqual(titles(noted), ['note what k3s runs with']);
  t.like(noted, {
    result: {status: 'activating'},
    after: [{state: {active: 'activating', enabled: false, foreign: false}}],
  });
  for (const stdout of [
    probe({}),
    probe({active: 'activating'}),
    probe({now: sum('b')}),
    probe({before: '', active: 'inactive', enabled: 'disabled'}),
  ])
    t.is(plan(stdout, asFound)?.plan, 'same');
  t.is(plan(probe({before: ''}), {state: 'as_found'})?.plan, 'same');
});

const predict = (path: string, state: unknown): Predicted => ({
  get: (resource: Resource) => ('path' in resource && resource.path === path ? {resource, state} : undefined),
  touches: () => true,
});

test('check mode: a predicted unit is started, a predicted change of settings restarts, a settled membership does not', (t) => {
  t.deepEqual(
    titles(
      plan(
        probe({load: 'not-found', active: 'inactive', before: '', now: ''}),
        {},
        predict('/etc/systemd/system/k3s.service', {type: 'file'}),
      ),
    ).at(-1),
    'k3s to start',
  );
  t.is(plan(probe({}), {}, predict('/etc/rancher/k3s/config.yaml', {type: 'file', restart: true}))?.plan, 'change');
  t.is(plan(probe({}), {}, predict('/etc/rancher/k3s/config.yaml', {type: 'file', restart: false}))?.plan, 'same');
});

test('settings are written and taken up in one task, membership lines without a restart', (t) => {
  const path = '/etc/rancher/k3s/config.yaml';
  const found = plan(probe({config: 'a: 1\n'}), {config: {a: 2}});
  t.deepEqual(titles(found), ['make /etc/rancher/k3s', `write ${path}`, 'restart k3s', 'k3s to start']);
  t.deepEqual(found?.plan === 'change' ? found.diff.map((diff) => diff.path) : [], [path, 'service k3s']);
  t.is(plan(probe({config: 'a: 1\ncluster-init: true\n'}), {config: {a: 1}})?.plan, 'same');
});

test('a restart loop and a unit that systemd gave up on end the wait', (t) => {
  const found = plan(probe({active: 'inactive'}));
  const wait = found?.plan === 'change' ? found.steps.find((step) => step.step === 'wait') : undefined;
  if (wait?.step !== 'wait') return t.fail('no wait');
  const until = (stdout: string) => wait.until({rc: 0, stdout, stderr: ''}).wait;
  t.is(until('ActiveState=active\n'), 'done');
  t.is(until('ActiveState=activating\nNRestarts=1\n'), 'more');
  t.is(until('ActiveState=activating\nNRestarts=4\n'), 'failed');
  t.is(until('ActiveState=failed\nResult=exit-code\n'), 'failed');
});
