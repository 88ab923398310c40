import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

/** Booted at 1000, started at 1900. */
const seen = (more: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    LoadState: 'loaded',
    ActiveState: 'active',
    UnitFileState: 'enabled',
    ActiveEnterTimestampMonotonic: '900000000',
    boot: '1000',
    sum: 'a',
    written: '1800',
    ...more,
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
const plan = (more: Readonly<Record<string, string>> = {}) =>
  planModule(module, {params: {name: 'haproxy', config: '/etc/haproxy/haproxy.cfg'}, stdout: seen(more)});
const titles = (found: ReturnType<typeof plan>): string[] =>
  found?.plan === 'change' ? found.steps.map(({title}) => title) : [];

for (const [name, more] of [
  ['written before it was started', {}],
  ['loaded since it was started', {written: '1950', last: 'a', 'last-at': '1951'}],
  ['loaded in the second it was written', {written: '1950', last: 'a', 'last-at': '1950'}],
] as const) {
  test(`runs with what is on the disk: ${name}`, (t) => {
    t.is(plan(more)?.plan, 'same');
  });
}

for (const [name, more] of [
  ['written since, and nobody loaded it', {written: '1950'}],
  ['a reload was lost', {written: '1960', last: 'b', 'last-at': '1951'}],
  ['written again after it was loaded', {written: '1970', last: 'a', 'last-at': '1951'}],
  ['written in the second it was started', {written: '1900'}],
  ['what was loaded before this start says nothing', {written: '1950', last: 'a', 'last-at': '1850'}],
] as const) {
  test(`is loaded anew: ${name}`, (t) => {
    t.deepEqual(titles(plan(more)), [
      'have haproxy load its settings anew',
      'haproxy to run',
      'note which settings it runs with',
    ]);
  });
}

test('one that is just loading is not interrupted', (t) => {
  t.is(titles(plan({ActiveState: 'reloading', written: '1950'}))[0], 'have haproxy load its settings anew');
});

test('what does not run is started and enabled', (t) => {
  t.deepEqual(titles(plan({ActiveState: 'inactive', UnitFileState: 'disabled'})), [
    'enable haproxy',
    'start haproxy',
    'haproxy to run',
    'note which settings it runs with',
  ]);
});

test('without its unit or its settings it fails', (t) => {
  t.is(plan({LoadState: 'not-found'})?.plan, 'fail');
  t.is(plan({sum: ''})?.plan, 'fail');
});
