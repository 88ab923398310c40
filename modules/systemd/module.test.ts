import test from 'ava';
import {PredictionStore} from '../../src/engine/predictions.js';
import type {Predicted, StateModule, Step} from '../../src/module/index.js';
import {paramsOf, planOf, stepsOf} from '../../test/support/plans.js';
import type {UnitSeen} from '../support/systemd_unit.js';
import module from './module.js';

const seen = (properties: Record<string, string> = {}, more: Partial<UnitSeen> = {}): UnitSeen => ({
  properties: {LoadState: 'loaded', ActiveState: 'inactive', UnitFileState: 'disabled', ...properties},
  filesChanged: false,
  ...more,
});
const active = {ActiveState: 'active', UnitFileState: 'enabled'};

const same: readonly (readonly [Record<string, unknown>, UnitSeen])[] = [
  [{name: 'x', state: 'started', enabled: true}, seen(active)],
  [{name: 'x', state: 'started'}, seen({ActiveState: 'activating'})],
  [{name: 'x', state: 'stopped', enabled: false}, seen()],
  [{name: 'x', enabled: true}, seen({UnitFileState: 'static'})],
  [{name: 'x', masked: false}, seen()],
  [{daemon_reload: true}, seen()],
];
for (const [params, now] of same)
  test(`nothing to do: ${JSON.stringify(params)} ${JSON.stringify(now.properties)}`, (t) => {
    t.is(planOf(module, params, now).plan, 'same');
  });

const changes: readonly (readonly [Record<string, unknown>, UnitSeen, readonly RegExp[]])[] = [
  [{name: 'x', state: 'started'}, seen(), [/--no-block start -- x/, /wait: x to start/]],
  [{name: 'x', state: 'started', no_block: true}, seen(), [/--no-block start -- x/]],
  [{name: 'x', state: 'stopped'}, seen(active), [/--no-block stop -- x/, /wait: x to stop/]],
  [{name: 'x', state: 'restarted'}, seen(active), [/--no-block restart -- x/, /wait/]],
  [{name: 'x', state: 'restarted'}, seen(), [/--no-block start -- x/, /wait/]],
  [{name: 'x', state: 'reloaded'}, seen(active), [/systemctl\s+reload -- x/]],
  [{name: 'x', enabled: true, state: 'started'}, seen(), [/enable -- x/, /start/, /wait/]],
  [
    {name: 'x', masked: false, state: 'started'},
    seen({LoadState: 'masked', UnitFileState: 'masked'}),
    [/unmask -- x/, /start/, /wait/],
  ],
  [
    {name: 'x', daemon_reload: true, state: 'restarted'},
    seen(active, {filesChanged: true}),
    [/daemon-reload/, /restart/, /wait/],
  ],
  [{name: 'x', scope: 'user', enabled: true}, seen(), [/XDG_RUNTIME_DIR[\s\S]*--user enable -- x/]],
];
for (const [params, now, expected] of changes)
  test(`steps: ${JSON.stringify(params)} ${JSON.stringify(now.properties)}`, (t) => {
    const steps = stepsOf(planOf(module, params, now));
    t.is(steps.length, expected.length);
    expected.forEach((pattern, index) => {
      t.regex(steps[index] ?? '', pattern);
    });
  });

const refused: readonly (readonly [Record<string, unknown>, UnitSeen | undefined, RegExp])[] = [
  [{name: 'x', state: 'started'}, seen({LoadState: 'not-found'}), /there is no unit x\.service/],
  [{name: 'x', state: 'started'}, seen({LoadState: 'masked'}), /x is masked/],
  [
    {name: 'x', state: 'started'},
    seen({LoadState: 'bad-setting', LoadError: 'no ExecStart'}),
    /cannot load x\.service: no ExecStart/,
  ],
  [{name: 'x', state: 'started'}, undefined, /systemd does not run this host/],
  [
    {name: 'x', scope: 'user', state: 'started'},
    seen({}, {problem: 'Failed to connect to bus'}),
    /Failed to connect to bus/,
  ],
];
for (const [params, now, why] of refused)
  test(`refused: ${JSON.stringify(params)} ${String(why)}`, (t) => {
    const plan = planOf(module, params, now);
    t.regex(plan.plan === 'fail' ? plan.why : '', why);
  });

test('how a start is judged', (t) => {
  const plan = planOf(module, {name: 'x', state: 'started'}, seen());
  const wait =
    plan.plan === 'change'
      ? plan.steps.find((step): step is Extract<Step, {step: 'wait'}> => step.step === 'wait')
      : undefined;
  const verdict = (text: string): string => wait?.until({rc: 0, stdout: text, stderr: ''}).wait ?? '';
  t.is(verdict('ActiveState=active\nJob=0\n'), 'done');
  t.is(verdict('ActiveState=active\nJob=12\n'), 'more');
  t.is(verdict('ActiveState=activating\nNRestarts=1\n'), 'more');
  t.is(verdict('ActiveState=activating\nNRestarts=4\n'), 'failed');
  t.is(verdict('ActiveState=failed\nResult=exit-code\n'), 'failed');
  t.is(verdict('ActiveState=inactive\nType=oneshot\nJob=0\n'), 'done');
  t.is(verdict('ActiveState=inactive\nType=simple\nConditionResult=no\n'), 'done');
  t.is(verdict('ActiveState=inactive\nType=simple\nConditionResult=yes\n'), 'failed');
});

const overlay = (raw: Record<string, unknown>, now: UnitSeen, predicted: Predicted): UnitSeen | undefined => {
  const {overlay: correct} = module as StateModule;
  return correct?.(now, predicted, paramsOf(module, raw), undefined) as UnitSeen | undefined;
};

test('in check mode a unit whose file an earlier task writes is there', (t) => {
  const store = new PredictionStore();
  store.record(
    [{kind: 'path', path: '/etc/systemd/system/x.service'}],
    [{resource: {kind: 'path', path: '/etc/systemd/system/x.service'}, state: {type: 'file'}}],
  );
  const now = overlay({name: 'x', daemon_reload: true, state: 'started'}, seen({LoadState: 'not-found'}), store);
  t.like(now, {filesChanged: true, properties: {LoadState: 'loaded', ActiveState: 'inactive'}});
});

test('in check mode a package may bring a unit that is missing, and nobody can tell', (t) => {
  const store = new PredictionStore();
  store.record([{kind: 'package', name: 'haproxy'}]);
  t.is(overlay({name: 'haproxy', state: 'started'}, seen({LoadState: 'not-found'}), store), undefined);
  t.like(overlay({name: 'haproxy', state: 'started'}, seen(), store), {properties: {LoadState: 'loaded'}});
});

test('in check mode what an earlier task starts runs', (t) => {
  const store = new PredictionStore();
  const plan = planOf(module, {name: 'x.service', state: 'started'}, seen());
  if (plan.plan === 'change') store.record(plan.touches, plan.after);
  t.like(overlay({name: 'x', state: 'started'}, seen(), store), {properties: {ActiveState: 'active'}});
});
