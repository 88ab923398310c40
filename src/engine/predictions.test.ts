import test from 'ava';
import type {Resource} from '../module/types.js';
import {overlaps, PredictionStore} from './predictions.js';

const at = (path: string): Resource => ({kind: 'path', path});
const service = (name: string): Resource => ({kind: 'service', name});

const pairs: readonly (readonly [Resource, Resource, boolean])[] = [
  [at('/a'), at('/a'), true],
  [at('/a'), at('/a/b'), true],
  [at('/a/b/c'), at('/a'), true],
  [at('/a'), at('/ab'), false],
  [at('/'), at('/x'), true],
  [at('/a/'), at('/a//b'), true],
  [service('k3s'), service('k3s'), true],
  [service('k3s'), service('ufw'), false],
  [service('*'), service('ufw'), true],
  [service('a'), {kind: 'package', name: 'a'}, false],
  [at('/a'), service('/a'), false],
];

for (const [one, other, expected] of pairs)
  test(`${JSON.stringify(one)} and ${JSON.stringify(other)} ${expected ? 'overlap' : 'do not overlap'}`, (t) => {
    t.is(overlaps(one, other), expected);
    t.is(overlaps(other, one), expected);
  });

const file = {type: 'file', mode: '644'};

test('the latest prediction of exactly this counts', (t) => {
  const store = new PredictionStore();
  t.false(store.touches([at('/a')]));
  store.record([at('/a')], [{resource: at('/a'), state: file}]);
  store.record([at('/a')], [{resource: at('/a/'), state: {type: 'absent'}}]);
  t.deepEqual(store.get(at('/a'))?.state, {type: 'absent'});
  t.true(store.touches([at('/x'), at('/a')]));
});

test('what is touched without a state is not known any more', (t) => {
  const store = new PredictionStore();
  store.record([at('/a/f')], [{resource: at('/a/f'), state: file}]);
  store.record([at('/a')]);
  t.is(store.get(at('/a/f'))?.state, undefined);
  t.not(store.get(at('/a/f')), undefined);
  store.record([], [{resource: at('/a/f'), state: file}]);
  t.deepEqual(store.get(at('/a/f'))?.state, file);
});

test('a folder that is made leaves what lies below as it was seen', (t) => {
  const store = new PredictionStore();
  store.record([at('/a')], [{resource: at('/a'), state: {type: 'directory', mode: '755'}}]);
  t.false(store.touches([at('/a/f')]));
  t.true(store.touches([at('/a')]));
  t.is(store.get(at('/a/f')), undefined);
});

test('a path that is removed takes along what lies below', (t) => {
  const store = new PredictionStore();
  store.record([at('/a/f')], [{resource: at('/a/f'), state: file}]);
  store.record([at('/a')], [{resource: at('/a'), state: {type: 'absent'}}]);
  t.deepEqual(store.get(at('/a/f'))?.state, {type: 'absent'});
  t.true(store.touches([at('/a/b')]));
  t.deepEqual(store.get(at('/a/b'))?.state, {type: 'absent'});
});
