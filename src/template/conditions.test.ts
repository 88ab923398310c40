import test from 'ava';
import {parseYaml, templateContext} from '../../test/support/template_context.js';
import {TemplateError, UndefinedVariableError} from '../errors/index.js';
import {createTemplateEngine} from './index.js';

const variables = {
  yes: true,
  user: 'amber',
  none: null,
  empty: '',
  list: [1],
  no_word: 'no',
  text: 'user == "x"',
  count: 0,
};

function decide(expression: unknown): {result: boolean; warnings: string[]} {
  const warnings: string[] = [];
  const engine = createTemplateEngine({parseYaml});
  const result = engine.condition(expression, templateContext({variables, warn: (message) => warnings.push(message)}));
  return {result, warnings};
}

const cases: readonly (readonly [unknown, boolean, number])[] = [
  [true, true, 0],
  [false, false, 0],
  ['yes', true, 0],
  ['not yes', false, 0],
  ['  user == "amber"  ', true, 0],
  ['user', true, 1],
  ['empty', false, 1],
  ['list', true, 1],
  ['count', false, 1],
  ['none', false, 1],
  ['no_word', true, 1],
  ['no_word | bool', false, 0],
  ['text', true, 1],
  ['', true, 1],
  [null, true, 1],
  ['{{ yes }}', true, 1],
  ['{{ user == "x" }}', false, 1],
  ['{{ no_word }}', false, 1],
  ['{{ user }} == "amber"', true, 1],
  ['user == "{{ user }}"', true, 1],
  ['user is search("{{")', false, 0],
  ['{% if yes %}true{% endif %}', true, 1],
  [1, true, 1],
  [0, false, 1],
];

for (const [expression, wanted, warned] of cases)
  test(`${JSON.stringify(expression)} is ${wanted}${warned ? ', with a warning' : ''}`, (t) => {
    const {result, warnings} = decide(expression);
    t.is(result, wanted);
    t.is(warnings.length, warned, warnings.join('\n'));
  });

test('the same place warns once', (t) => {
  const warnings: string[] = [];
  const engine = createTemplateEngine({parseYaml});
  const context = templateContext({variables, warn: (message) => warnings.push(message)});
  const here = {file: 'a.yml', line: 1, column: 1};
  for (let round = 0; round < 3; round++) engine.condition('user', context, here);
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /a\.yml:1:1/);
  engine.condition('user', context, {...here, line: 2});
  t.is(warnings.length, 2);
});

test('an undefined variable is an error with its place', (t) => {
  const engine = createTemplateEngine({parseYaml});
  const where = {file: 'a.yml', line: 3, column: 5};
  const error = t.throws(() => engine.condition('nope == 1', templateContext(), where), {
    instanceOf: UndefinedVariableError,
  });
  t.deepEqual(error?.where, where);
  t.throws(() => engine.condition('nope', templateContext()), {instanceOf: UndefinedVariableError});
  t.throws(() => engine.condition('a = 1', templateContext()), {instanceOf: TemplateError});
});
