/**
 * The few words of ava that the tests of src/cluster use, on mocha and node:assert: the mutation run keeps all tests loaded in one
 * process and runs thousands of rounds of them, which ava's process for each file is not made for. A word that is missing here fails
 * the run's first round, which is without any mutant.
 */
import assert from 'node:assert/strict';
import {isDeepStrictEqual} from 'node:util';

interface Expectation {
  readonly instanceOf?: new (...args: never[]) => unknown;
  readonly message?: string | RegExp;
}

const thrown = (run: () => unknown, expectation: Expectation = {}, note?: string): unknown => {
  let error: unknown;
  try {
    run();
  } catch (caught) {
    error = caught;
  }
  assert.ok(error instanceof Error, note ?? 'nothing was thrown');
  if (expectation.instanceOf !== undefined) assert.ok(error instanceof expectation.instanceOf, note);
  if (typeof expectation.message === 'string') assert.equal(error.message, expectation.message, note);
  if (expectation.message instanceof RegExp) assert.match(error.message, expectation.message, note);
  return error;
};

/** What the expected object names is as expected, and whatever else there is does not count, in objects within it neither. */
const alike = (actual: unknown, expected: object, note?: string): void => {
  for (const [key, value] of Object.entries(expected)) {
    const found = (actual as Readonly<Record<string, unknown>> | undefined)?.[key];
    if (isDeepStrictEqual(found, value)) continue;
    const isPart = value?.constructor === Object && typeof found === 'object';
    if (isPart) alike(found, value, note);
    else assert.deepStrictEqual(found, value, note);
  }
};

const context = (title: string, teardowns: (() => unknown)[]) => ({
  title,
  is: (actual: unknown, expected: unknown, note?: string) => assert.ok(Object.is(actual, expected), note),
  not: (actual: unknown, expected: unknown, note?: string) => assert.ok(!Object.is(actual, expected), note),
  deepEqual: (actual: unknown, expected: unknown, note?: string) => assert.deepStrictEqual(actual, expected, note),
  notDeepEqual: (actual: unknown, expected: unknown, note?: string) =>
    assert.notDeepStrictEqual(actual, expected, note),
  like: alike,
  true: (value: unknown, note?: string) => assert.equal(value, true, note),
  false: (value: unknown, note?: string) => assert.equal(value, false, note),
  truthy: (value: unknown, note?: string) => assert.ok(value, note),
  falsy: (value: unknown, note?: string) => assert.ok(!value, note),
  regex: (text: string, pattern: RegExp, note?: string) => assert.match(text, pattern, note),
  notRegex: (text: string, pattern: RegExp, note?: string) => assert.doesNotMatch(text, pattern, note),
  throws: thrown,
  notThrows: (run: () => unknown) => run(),
  pass: () => undefined,
  fail: (note?: string) => assert.fail(note),
  log: () => undefined,
  timeout: () => undefined,
  teardown: (after: () => unknown) => teardowns.unshift(after),
});

/** Runs one test. */
export async function run(title: string, implementation: (t: ReturnType<typeof context>) => unknown): Promise<void> {
  const teardowns: (() => unknown)[] = [];
  try {
    await implementation(context(title, teardowns));
  } finally {
    for (const after of teardowns) await after();
  }
}
