import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import {copyVerdict} from './copying.js';
import module from './module.js';

const plan = (disk: readonly string[], record = '', params: Record<string, unknown> = {}) =>
  planModule(module, {params, stdout: `${disk.join('\n')}\n-- record --\n${record}`});
const titles = (found: ReturnType<typeof plan>): string[] =>
  found?.plan === 'change' ? found.steps.map(({title}) => title) : [found?.plan ?? ''];

const copying = ['start K3s, which copies its keys', 'K3s to copy its keys to etcd', 'let K3s start as usual'];
const guard = 'keep K3s from starting on half the data';

test('SQLite: under the guard, from the start', (t) => {
  t.deepEqual(titles(plan(['state-db', 'active inactive'])), [guard, ...copying]);
});

test('the guard comes before the settings ask for etcd, and after K3s was stopped', (t) => {
  const guarded = (disk: readonly string[]) => titles(plan(disk, '', {state: 'guarded'}));
  t.deepEqual(guarded(['state-db', 'active inactive']), [guard]);
  t.deepEqual(guarded(['wal', 'etcd', 'state-db', 'active failed']), [guard]);
  t.deepEqual(guarded(['state-db', 'guard', 'active active']), ['same']);
  // A half that K3s serves would look like a copying under way.
  t.deepEqual(guarded(['wal', 'etcd', 'state-db', 'active active']), ['fail']);
  t.deepEqual(guarded(['wal', 'migrated', 'active active']), ['same']);
  t.deepEqual(titles(plan(['state-db', 'guard', 'active inactive'])), copying);
});

test('what died is put aside first, under the guard', (t) => {
  const aside = 'put the half-made etcd aside';
  t.deepEqual(titles(plan(['wal', 'etcd', 'state-db', 'active failed'])), [guard, aside, ...copying]);
  // Killed before etcd had a log: K3s would copy, into a folder that is not empty.
  t.deepEqual(titles(plan(['etcd', 'state-db', 'active failed'])), [guard, aside, ...copying]);
});

test('a copying that goes on is waited for, not begun again', (t) => {
  t.deepEqual(
    titles(plan(['wal', 'etcd', 'state-db', 'guard', 'active activating'], '{"stage":"backed-up","at":""}')),
    copying.slice(1),
  );
});

test('a K3s that runs on SQLite, or on half an etcd, is not touched', (t) => {
  t.deepEqual(titles(plan(['state-db', 'active active'])), ['fail']);
  t.deepEqual(titles(plan(['wal', 'etcd', 'state-db', 'active active'])), ['fail']);
});

test('copied and stopped: it is started, and the guard goes', (t) => {
  const record = '{"stage":"backed-up","at":""}';
  t.deepEqual(titles(plan(['wal', 'migrated', 'guard', 'active inactive'], record)), copying);
  t.deepEqual(titles(plan(['wal', 'migrated', 'active active'], record)), ['same']);
  t.deepEqual(titles(plan(['wal', 'migrated', 'active active'])), ['same']);
});

const look = (disk: readonly string[], state: string, count = '') =>
  `${disk.join('\n')}\nactive ${state}\n-- record --\n-- keys --\nstate ${state}\n${count}`;

test('how the copying stands', (t) => {
  const heard = {idle: 0, key: '/registry/x'};
  t.like(copyVerdict(look(['state-db'], 'activating'), heard), {progress: 'K3s is starting etcd'});
  t.like(copyVerdict(look(['state-db', 'wal'], 'activating', '{"count":"12"}'), heard), {
    progress: '12 keys copied, now at /registry/x',
  });
  t.like(copyVerdict(look(['migrated', 'wal'], 'activating'), heard), {
    wait: 'more',
    progress: 'all keys are copied; K3s is starting',
  });
  t.is(copyVerdict(look(['migrated', 'wal'], 'active'), heard).wait, 'done');
});

test('K3s that ended is told at once when it failed, and after some looks when it only does not run', (t) => {
  t.like(copyVerdict(look(['state-db', 'wal'], 'failed'), {idle: 0, why: 'the disk is full'}), {
    wait: 'failed',
    why: 'K3s ended while it copied its keys: the disk is full',
  });
  const heard = {idle: 0};
  t.is(copyVerdict(look(['state-db'], 'inactive'), heard).wait, 'more');
  heard.idle = 9;
  t.is(copyVerdict(look(['state-db'], 'inactive'), heard).wait, 'failed');
});
