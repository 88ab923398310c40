/** Compares every answer with Ansible's; see test/support/ansible_golden/generate.py for where they come from. */
import {readFileSync} from 'node:fs';
import test from 'ava';
import {parseYaml, templateContext} from '../../test/support/template_context.js';
import {TemplateError} from '../errors/index.js';
import {createTemplateEngine} from './index.js';
import {floatOf, isFloat} from './python/kinds.js';
import {entriesOf, isMapping} from './python/mapping.js';
import {floatText} from './python/numbers.js';

interface Case {
  readonly kind: 'expression' | 'condition' | 'text' | 'file';
  readonly text: string;
  readonly ansible: unknown;
  /** Our answer, where it is meant to differ. */
  readonly ours?: unknown;
  readonly why?: string;
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const golden = JSON.parse(read('golden.json')) as {readonly cases: readonly Case[]};
const variables = JSON.parse(read('../../test/support/ansible_golden/vars.json')) as Record<string, unknown>;
// JSON has no way to say 2.0 or an integer beyond 2^53.
const exact = {
  ...variables,
  whole: {[Symbol.for('quorate.float')]: 2},
  big: 12345678901234567890n,
  floats: [0.5, 1.5, {[Symbol.for('quorate.float')]: 2}],
};

const engine = createTemplateEngine({parseYaml});
const context = templateContext({
  variables: exact,
  folder: new URL('../../test/support/ansible_golden/files', import.meta.url).pathname,
  environment: {GOLDEN_ENV: 'from env', HOME: '/home/golden'},
});

/** A value in the fixture's form. Tuples that leave a template are lists in Ansible 2.19, so they are no kind of their own here. */
function encode(value: unknown): unknown {
  if (typeof value === 'bigint') return {int: String(value)};
  if (isFloat(value)) return {float: floatText(floatOf(value))};
  if (Array.isArray(value)) return value.map(encode);
  if (isMapping(value)) return {dict: entriesOf(value).map(([key, item]) => [encode(key), encode(item)])};
  return value;
}

/** The fixture's form without tuples, and with whole numbers beyond 2^53 as floats where JSON made them so. */
function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner] = ['', undefined]] = Object.entries(value);
  if (key === 'tuple' || key === 'set') return normal(inner);
  return key === 'dict' ? {dict: normal(inner)} : value;
}

const run: Readonly<Record<Case['kind'], (text: string) => unknown>> = {
  expression: (text) => engine.render(`{{ ${text} }}`, context),
  condition: (text) => engine.condition(text, context),
  text: (text) => engine.render(text, context),
  file: (text) => engine.renderFile(text, context, {file: '/golden.j2'}),
};

function answer({kind, text}: Case): unknown {
  try {
    return encode(run[kind](text));
  } catch (error) {
    if (error instanceof TemplateError) return {error: error.what};
    throw error;
  }
}

const isError = (value: unknown): boolean => typeof value === 'object' && value !== null && 'error' in value;

for (const kind of ['expression', 'condition', 'text', 'file'] as const)
  test(`${kind}s give Ansible's answers`, (t) => {
    const differing: string[] = [];
    for (const golden_ of golden.cases.filter((item) => item.kind === kind)) {
      const wanted = normal('ours' in golden_ ? golden_.ours : golden_.ansible);
      const got = answer(golden_);
      const same = isError(wanted) ? isError(got) : JSON.stringify(got) === JSON.stringify(wanted);
      if (!same)
        differing.push(`${golden_.text}\n    wanted ${JSON.stringify(wanted)}\n    got    ${JSON.stringify(got)}`);
    }
    t.is(differing.length, 0, `\n${differing.join('\n')}`);
  });

test('every wanted difference has its reason, and still is one', (t) => {
  for (const item of golden.cases.filter((candidate) => 'ours' in candidate)) {
    t.truthy(item.why, item.text);
    t.not(JSON.stringify(normal(item.ours)), JSON.stringify(normal(item.ansible)), item.text);
  }
});

test('there are enough cases, failing ones among them', (t) => {
  t.true(golden.cases.length >= 1400);
  t.true(golden.cases.filter((item) => isError(item.ansible)).length >= 200);
});
