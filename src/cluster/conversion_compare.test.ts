import test from 'ava';
import fc from 'fast-check';
import {
  compareKeys,
  type Held,
  type HeldNow,
  isWhole,
  ListMerge,
  listed,
  type Merged,
  type Past,
  verdictOf,
  verdictWords,
} from './conversion_compare.js';

const held = (key: string, value = 'v'): Held => ({key, value: Buffer.from(value)});
const now = (key: string, value = 'v', revision = 5, more: Partial<HeldNow> = {}): HeldNow => ({
  ...held(key, value),
  createRevision: revision,
  modRevision: revision,
  version: 1,
  ...more,
});

function merge(before: readonly Held[], after: readonly HeldNow[], pageSize = 3): Merged {
  const lists = new ListMerge(before);
  for (let at = 0; at < after.length; at += pageSize) lists.add(after.slice(at, at + pageSize));
  return lists.end();
}

test('equal lists', (t) => {
  const merged = merge([held('a'), held('b')], [now('a', 'v', 2), now('b', 'v', 3)]);
  t.like(merged, {before: 2, after: 2, equal: 2, made: 0, open: [], lastUntouched: 3});
  t.true(isWhole(verdictOf(merged, new Map())));
});

test('missing at either end and in the middle, altered, made since', (t) => {
  const before = ['a', 'b', 'c', 'd', 'e'].map((key) => held(key));
  const merged = merge(before, [now('b'), now('bb'), now('d', 'w'), now('z')]);
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

test('what differs is kept by its hash, which tells of the value and not what it is', (t) => {
  const {open} = merge([held('a', 'one')], [now('a', 'two', 7)]);
  t.deepEqual(open, [
    {
      was: {key: 'a', length: 3, sha256: '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed'},
      now: {...listed(now('a', 'two')), createRevision: 7, modRevision: 7, version: 1},
    },
  ]);
  t.not(merge([held('a', 'one')], []).beforeSha256, merge([held('a', 'onf')], []).beforeSha256);
});

test('a key whose past nobody has seen is never taken for whole', (t) => {
  const merged = merge([held('a'), held('b')], [now('b', 'other')]);
  t.like(verdictOf(merged, new Map()), {missing: ['a'], altered: ['b']});
});

test('what a server makes anew tells nothing of when it was copied', (t) => {
  const merged = merge(
    [held('/registry/leases/x'), held('/registry/pods/p'), held('/registry/secrets/s')],
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

test('whatever is lost or altered is found, and nothing else', (t) => {
  const keys = fc.uniqueArray(fc.string({minLength: 1, maxLength: 6}), {maxLength: 40});
  fc.assert(
    fc.property(
      keys,
      fc.infiniteStream(fc.integer({min: 0, max: 3})),
      fc.integer({min: 1, max: 9}),
      (names, fates, size) => {
        const sorted = [...names].sort(compareKeys);
        const fate = new Map(sorted.map((key) => [key, fates.next().value ?? 0]));
        const after = sorted.flatMap((key) => {
          if (fate.get(key) === 1) return [];
          return [now(key, fate.get(key) === 2 ? 'w' : 'v')];
        });
        const before = sorted.filter((key) => fate.get(key) !== 3).map((key) => held(key));
        const verdict = verdictOf(merge(before, after, size), new Map());
        t.deepEqual(
          verdict.missing,
          sorted.filter((key) => fate.get(key) === 1),
        );
        t.deepEqual(
          verdict.altered,
          sorted.filter((key) => fate.get(key) === 2),
        );
        t.is(verdict.made, sorted.filter((key) => fate.get(key) === 3).length);
      },
    ),
  );
});
