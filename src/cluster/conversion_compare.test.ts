import test from 'ava';
import fc from 'fast-check';
import {
  compareKeys,
  isWhole,
  type Listed,
  type ListedNow,
  mergeLists,
  type Past,
  verdictOf,
  verdictWords,
} from './conversion_compare.js';

const listed = (key: string, value = 'v'): Listed => ({key, length: value.length, sha256: value});
const now = (key: string, value = 'v', revision = 5, more: Partial<ListedNow> = {}): ListedNow => ({
  ...listed(key, value),
  createRevision: revision,
  modRevision: revision,
  version: 1,
  ...more,
});

const merge = (before: readonly Listed[], after: readonly ListedNow[]) => mergeLists(before.values(), after.values());

test('equal lists', async (t) => {
  const merged = await merge([listed('a'), listed('b')], [now('a', 'v', 2), now('b', 'v', 3)]);
  t.like(merged, {before: 2, after: 2, equal: 2, made: 0, open: [], lastUntouched: 3});
  t.true(isWhole(verdictOf(merged, new Map())));
});

test('missing at either end and in the middle, altered, made since', async (t) => {
  const before = ['a', 'b', 'c', 'd', 'e'].map((key) => listed(key));
  const merged = await merge(before, [now('b'), now('bb'), now('d', 'w'), now('z')]);
  t.deepEqual(
    merged.open.map(({was}) => was.key),
    ['a', 'c', 'd', 'e'],
  );
  t.is(merged.made, 2);
  const verdict = verdictOf(
    merged,
    new Map<string, Past>([
      ['a', 'equal'],
      ['c', 'absent'],
      ['d', 'other'],
      ['e', 'compacted'],
    ]),
  );
  t.like(verdict, {keys: 5, equal: 1, changedSince: 1, missing: ['c'], altered: ['d'], unproven: ['e']});
  t.regex(
    verdictWords(verdict),
    /1 of 5 keys are missing from etcd: c; 1 of 5 keys have another value in etcd: d; 1 of 5 keys were changed/,
  );
});

test('a key whose past nobody has seen is never taken for whole', async (t) => {
  const merged = await merge([listed('a'), listed('b')], [now('b', 'other')]);
  t.like(verdictOf(merged, new Map()), {missing: ['a'], altered: ['b']});
});

test('what a server makes anew tells nothing of when it was copied', async (t) => {
  const merged = await merge(
    [listed('/registry/leases/x'), listed('/registry/pods/p'), listed('/registry/secrets/s')],
    [
      now('/registry/leases/x', 'v', 90),
      now('/registry/pods/p', 'v', 8),
      now('/registry/secrets/s', 'v', 70, {version: 2}),
    ],
  );
  t.is(merged.lastUntouched, 8);
});

test('order is that of bytes, as both stores have it', (t) => {
  t.true(compareKeys('/a', '/b') < 0);
  t.true(compareKeys('a/z', 'a/z-1') < 0);
  // UTF-16 would have it the other way round.
  t.true(compareKeys('\u{ff61}', '\u{10000}') < 0);
});

test('whatever is lost or altered is found, and nothing else', async (t) => {
  const keys = fc.uniqueArray(fc.string({minLength: 1, maxLength: 6}), {maxLength: 40});
  await fc.assert(
    fc.asyncProperty(keys, fc.infiniteStream(fc.integer({min: 0, max: 3})), async (names, fates) => {
      const sorted = [...names].sort(compareKeys);
      const fate = new Map(sorted.map((key) => [key, fates.next().value ?? 0]));
      const after = sorted.flatMap((key) => {
        if (fate.get(key) === 1) return [];
        return [now(key, fate.get(key) === 2 ? 'w' : 'v')];
      });
      const before = sorted.filter((key) => fate.get(key) !== 3).map((key) => listed(key));
      const verdict = verdictOf(await merge(before, after), new Map());
      t.deepEqual(
        verdict.missing,
        sorted.filter((key) => fate.get(key) === 1),
      );
      t.deepEqual(
        verdict.altered,
        sorted.filter((key) => fate.get(key) === 2),
      );
      t.is(verdict.made, sorted.filter((key) => fate.get(key) === 3).length);
    }),
  );
});
