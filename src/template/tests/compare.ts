/** Comparisons and membership as tests, for `select` and its like. */
import type {TestDefinition} from '../eval/runtime.js';
import {arithmetic} from '../python/arithmetic.js';
import {pyEquals} from '../python/equality.js';
import {copyOf, itemsOf} from '../python/iterate.js';
import {pyContains} from '../python/membership.js';
import {pyCompare} from '../python/ordering.js';
import {truthy} from '../python/truth.js';
import {shortName} from '../syntax/analyse.js';
import {lenientTest, type TestTable, test} from './define.js';

const equal = test('b', (value, [other]) => pyEquals(value, other));
const unequal = test('b', (value, [other]) => !pyEquals(value, other));
const order = (sign: string, decide: (order: number) => boolean): TestDefinition =>
  test('b', (value, [other]) => decide(pyCompare(value, other, sign)));
const less = order('<', (result) => result < 0);
const lessOrEqual = order('<=', (result) => result <= 0);
const greater = order('>', (result) => result > 0);
const greaterOrEqual = order('>=', (result) => result >= 0);

const remainder = (value: unknown, divisor: unknown): unknown => arithmetic('%', value, divisor);

/** Every item of one is in the other. */
const within = (inner: unknown, outer: unknown): boolean => {
  const items = [...itemsOf(outer)];
  return itemsOf(inner).every((item) => pyContains(items, item));
};

const subset = test('b', (value, [other]) => within(value, other));
const superset = test('b', (value, [other]) => within(other, value));

export const compareTests: TestTable = {
  '==': equal,
  eq: equal,
  equalto: equal,
  '!=': unequal,
  ne: unequal,
  '<': less,
  lt: less,
  lessthan: less,
  '<=': lessOrEqual,
  le: lessOrEqual,
  '>': greater,
  gt: greater,
  greaterthan: greater,
  '>=': greaterOrEqual,
  ge: greaterOrEqual,
  in: test('seq', (value, [container]) => pyContains(container, value)),
  contains: test('value', (value, [item]) => pyContains(value, item)),
  sameas: lenientTest('other', (value, [other]) => value === other),
  even: test('', (value) => pyEquals(remainder(value, 2), 0)),
  odd: test('', (value) => pyEquals(remainder(value, 2), 1)),
  divisibleby: test('num', (value, [divisor]) => pyEquals(remainder(value, divisor), 0)),
  subset,
  issubset: subset,
  superset,
  issuperset: superset,
  all: test('', (value) => copyOf(itemsOf(value)).every(truthy)),
  any: test('', (value) => copyOf(itemsOf(value)).some(truthy)),
  filter: test('', (name, _args, runtime) => typeof name === 'string' && runtime.library.filters.has(shortName(name))),
  test: test('', (name, _args, runtime) => typeof name === 'string' && runtime.library.tests.has(shortName(name))),
};
