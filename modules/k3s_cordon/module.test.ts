import test from 'ava';
import type {Predicted, Resource} from '../../src/module/index.js';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const node = (unschedulable: boolean, ours: boolean): string =>
  JSON.stringify({
    metadata: {name: 'server1', ...(ours ? {annotations: {'quorate/cordoned': 'true'}} : {})},
    spec: unschedulable ? {unschedulable} : {},
  });

const noAnswer = 'The connection to the server 127.0.0.1:6443 was refused';

for (const [name, state, stdout, planned] of [
  ['a Node is cordoned and marked', 'cordoned', node(false, false), 'change'],
  ['one that a person cordoned is left as it is', 'cordoned', node(true, false), 'same'],
  ['one that a run which died has cordoned is cordoned already', 'cordoned', node(true, true), 'same'],
  ['without an answer nothing is cordoned: the restart may be what mends it', 'cordoned', noAnswer, 'same'],
  ['what was cordoned here is uncordoned', 'uncordoned', node(true, true), 'change'],
  ['a mark without a cordon is taken off', 'uncordoned', node(false, true), 'change'],
  ['what a person cordoned stays cordoned', 'uncordoned', node(true, false), 'same'],
] as const) {
  test(name, (t) => {
    t.is(planModule(module, {params: {node: 'server1', state}, stdout})?.plan, planned);
  });
}

test('a dry run that has cordoned a Node foresees that it is uncordoned', (t) => {
  const plan = (state: string, predicted?: Predicted) =>
    planModule(module, {
      params: {node: 'server1', state},
      stdout: node(false, false),
      ...(predicted === undefined ? {} : {predicted}),
    });
  const cordoned = plan('cordoned');
  if (cordoned?.plan !== 'change') return t.fail();
  const [after] = cordoned.after ?? [];
  const predicted: Predicted = {
    get: (resource: Resource) => (resource.kind === 'node' && after !== undefined ? after : undefined),
    touches: () => true,
  };
  t.is(plan('uncordoned', predicted)?.plan, 'change');
  t.is(plan('uncordoned')?.plan, 'same');
});
