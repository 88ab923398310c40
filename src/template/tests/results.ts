/** `r is failed`, `r is changed` ...: tests of registered results. */
import type {TestDefinition} from '../eval/runtime.js';
import {pyEquals} from '../python/equality.js';
import {Fault} from '../python/faults.js';
import {isSequence} from '../python/iterate.js';
import {typeName} from '../python/kinds.js';
import {findKey, isMapping, type Mapping} from '../python/mapping.js';
import {truthy} from '../python/truth.js';
import {type TestTable, test} from './define.js';

function resultOf(value: unknown): Mapping {
  if (isMapping(value)) return value;
  throw new Fault(`the input must be a registered result, not ${typeName(value)}`);
}

const isSet = (result: Mapping, key: string): boolean => truthy(findKey(result, key)?.value ?? false);

const says = (key: string, wanted = true): TestDefinition =>
  test('', (value) => isSet(resultOf(value), key) === wanted);

/** A loop's result counts as changed if one of its items is. */
function isChanged(value: unknown): boolean {
  const result = resultOf(value);
  if (findKey(result, 'changed')) return isSet(result, 'changed');
  const items = findKey(result, 'results')?.value;
  return isSequence(items) && items.some((item) => isMapping(item) && isSet(item, 'changed'));
}

/** Tasks that do not run in the background count as started and finished. */
const progress = (key: 'started' | 'finished'): TestDefinition =>
  test('', (value, _args, runtime) => {
    const found = findKey(resultOf(value), key);
    if (found) return pyEquals(found.value, 1);
    runtime.warnOnce(`'is ${key}' expects the result of a task with async, and got another`);
    return true;
  });

const failed = says('failed');
const succeeded = says('failed', false);
const changed = test('', isChanged);
const skipped = says('skipped');

export const resultTests: TestTable = {
  failed,
  failure: failed,
  succeeded,
  success: succeeded,
  successful: succeeded,
  changed,
  change: changed,
  skipped,
  skip: skipped,
  unreachable: says('unreachable'),
  reachable: says('unreachable', false),
  timedout: test('', (value) => truthy(findKey(resultOf(value), 'timedout')?.value ?? false)),
  started: progress('started'),
  finished: progress('finished'),
};
