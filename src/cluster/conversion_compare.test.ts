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
  sameValueAs,
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
  t.deepEqual(
    verdictWords(verdict),
    '1 of 5 keys are missing from etcd: c; 1 of 5 keys have another value in etcd: d; 1 of 5 keys were changed or deleted since, and etcd has dropped the revisions that would show how they were copied: e',
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

test('the lists are known by a sum of keys, lengths and sums, and counted', (t) => {
  const merged = merge([held('a'), held('b', 'ww')], [now('a'), now('c')]);
  t.deepEqual(merged, {
    before: 2,
    after: 2,
    equal: 1,
    made: 1,
    beforeSha256: 'beffad5927b513ad2e54314842e180f19e3c2467f281b88f1e822ffab8bb6f7a',
    open: [{was: {key: 'b', length: 2, sha256: 'b84ff8057ee3a7f87deac4ae29ac59292f02e6c28f987031648011018384d888'}}],
    lastUntouched: 5,
  });
  t.deepEqual(merge([], []), {
    before: 0,
    after: 0,
    equal: 0,
    made: 0,
    beforeSha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    open: [],
    lastUntouched: 0,
  });
});

for (const [name, was, found, same] of [
  ['none', listed(held('a')), undefined, false],
  ['the same', listed(held('a')), listed(held('a')), true],
  ['the same of another key', listed(held('a')), listed(held('b')), true],
  ['another', listed(held('a')), listed(held('a', 'w')), false],
  ['one of another length', listed(held('a')), {...listed(held('a')), length: 9}, false],
] as const) {
  test(`the value that SQLite had: ${name}`, (t) => {
    t.is(sameValueAs(was, found), same);
  });
}

const past = (...entries: (readonly [string, Past])[]): ReadonlyMap<string, Past> => new Map(entries);
const verdictFor = (keys: readonly string[], after: readonly HeldNow[], then: ReadonlyMap<string, Past>) =>
  verdictOf(
    merge(
      keys.map((key) => held(key)),
      after,
    ),
    then,
  );

test('what is missing, altered and unproven, each by itself and by its past', (t) => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const there = ['b', 'd', 'f', 'h'].map((key) => now(key, 'w'));
  const then = past(
    ['a', 'equal'],
    ['b', 'equal'],
    ['c', 'other'],
    ['d', 'other'],
    ['e', 'absent'],
    ['f', 'absent'],
    ['g', 'compacted'],
    ['h', 'compacted'],
  );
  const verdict = verdictFor(keys, there, then);
  t.deepEqual(verdict, {
    keys: 8,
    equal: 0,
    changedSince: 2,
    made: 0,
    missing: ['e'],
    altered: ['c', 'd', 'f'],
    unproven: ['g', 'h'],
  });
  t.deepEqual(
    verdictWords(verdict),
    '1 of 8 keys are missing from etcd: e; 3 of 8 keys have another value in etcd: c, d, f; 2 of 8 keys were changed or deleted since, and etcd has dropped the revisions that would show how they were copied: g, h',
  );
});

for (const [name, then, words, whole] of [
  [
    'all of it',
    past(['a', 'equal']),
    'all 2 keys of the backup were copied: 1 as they are now, 1 written by the cluster since',
    true,
  ],
  ['one missing', past(['a', 'absent']), '1 of 2 keys are missing from etcd: a', false],
  ['one altered', past(['a', 'other']), '1 of 2 keys have another value in etcd: a', false],
  [
    'one unproven',
    past(['a', 'compacted']),
    '1 of 2 keys were changed or deleted since, and etcd has dropped the revisions that would show how they were copied: a',
    false,
  ],
] as const) {
  test(`a comparison in words: ${name}`, (t) => {
    const verdict = verdictFor(['a', 'b'], [now('b')], then);
    t.deepEqual(verdictWords(verdict), words);
    t.is(isWhole(verdict), whole);
  });
}

for (const [name, missing, altered, unproven, whole] of [
  ['nothing', 0, 0, 0, true],
  ['one missing and one altered', 1, 1, 0, false],
  ['one altered and one unproven', 0, 1, 1, false],
  ['one missing and one unproven', 1, 0, 1, false],
] as const) {
  test(`whole: ${name}: ${whole}`, (t) => {
    const keys = (count: number): string[] => Array.from({length: count}, () => 'k');
    const counts = {keys: 9, equal: 0, changedSince: 0, made: 0};
    t.is(isWhole({...counts, missing: keys(missing), altered: keys(altered), unproven: keys(unproven)}), whole);
  });
}

test('twenty keys are named, and how many more', (t) => {
  const keys = Array.from({length: 22}, (_, index) => `k${String(index).padStart(2, '0')}`);
  t.deepEqual(
    verdictWords(verdictFor(keys, [], past())),
    '22 of 22 keys are missing from etcd: k00, k01, k02, k03, k04, k05, k06, k07, k08, k09, k10, k11, k12, k13, k14, k15, k16, k17, k18, k19 and 2 more',
  );
  t.deepEqual(
    verdictWords(verdictFor(keys.slice(0, 20), [], past())),
    '20 of 20 keys are missing from etcd: k00, k01, k02, k03, k04, k05, k06, k07, k08, k09, k10, k11, k12, k13, k14, k15, k16, k17, k18, k19',
  );
});

test('a key whose past nobody has seen is never taken for whole', (t) => {
  const merged = merge([held('a'), held('b')], [now('b', 'other')]);
  t.like(verdictOf(merged, new Map()), {missing: ['a'], altered: ['b']});
});

test('what a server makes anew tells nothing of when it was copied', (t) => {
  const merged = merge(
    [
      held('/registry/leases/x'),
      held('/registry/masterleases/y'),
      held('/registry/pods/a'),
      held('/registry/pods/p'),
      held('/registry/secrets/s'),
    ],
    [
      now('/registry/leases/x', 'v', 90),
      now('/registry/masterleases/y', 'v', 91),
      now('/registry/pods/a', 'v', 8),
      now('/registry/pods/p', 'v', 7),
      now('/registry/secrets/s', 'v', 70, {version: 2}),
    ],
  );
  t.is(merged.lastUntouched, 8);
});

test('order is that of bytes, as both stores have it', (t) => {
  t.true(compareKeys('/a', '/b') < 0);
  t.true(compareKeys('/b', '/a') > 0);
  t.is(compareKeys('/a', '/a'), 0);
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
