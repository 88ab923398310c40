import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const sums = (word: string, hash: string) => `${word} ${hash}  server/db/state.db\n`;
const plan = (state: string, disk: readonly string[], backup: string, record = '') =>
  planModule(module, {
    params: {state},
    stdout: `${disk.join('\n')}\n-- record --\n${record}\n-- backup --\n${backup}`,
    prepared: 'now',
  });

const backedUp = '{"stage":"backed-up","at":""}';
const stopped = ['state-db', 'active inactive'];
const whole = `${sums('kept', 'aa')}whole\n`;

test('a backup is made of a stopped server, and only of one', (t) => {
  t.is(plan('present', stopped, sums('now', 'aa'))?.plan, 'change');
  t.is(plan('present', ['state-db', 'active active'], sums('now', 'aa'))?.plan, 'fail');
});

test('a backup that is whole and of this very database is kept; any other is made anew', (t) => {
  t.is(plan('present', stopped, `${whole}${sums('now', 'aa')}`, backedUp)?.plan, 'same');
  t.is(plan('present', stopped, `${whole}${sums('now', 'bb')}`, backedUp)?.plan, 'change', 'another database');
  t.is(plan('present', stopped, `${sums('kept', 'aa')}${sums('now', 'aa')}`, backedUp)?.plan, 'change', 'damaged');
  t.is(plan('present', stopped, `${whole}${sums('now', 'aa')}`)?.plan, 'change', 'not noted as whole');
  const log = 'now bb  server/db/state.db-wal\n';
  t.is(
    plan('present', stopped, `${whole}${sums('now', 'aa')}${log}`, backedUp)?.plan,
    'change',
    'a log that it has not',
  );
});

test('what is on etcd is not backed up over', (t) => {
  t.is(plan('present', ['wal', 'etcd', 'migrated', 'active inactive'], whole, backedUp)?.plan, 'same');
});

const onEtcd = ['wal', 'etcd', 'migrated', 'active inactive'];
const snapshot = '{"stage":"snapshot","at":""}';

test('put back: under the guard and noted before anything is moved', (t) => {
  const found = plan('restored', onEtcd, whole, snapshot);
  t.deepEqual(found?.plan === 'change' ? found.steps.slice(0, 2).map(({title}) => title) : [], [
    'keep K3s from starting on half the data',
    'note in /var/lib/quorate/conversion/record.json: rolling-back',
  ]);
  t.is(plan('restored', ['active inactive'], whole, '{"stage":"rolling-back","at":""}')?.plan, 'change', 'cut short');
});

test('never from a backup that is damaged or gone, nor from under a running server', (t) => {
  t.like(plan('restored', onEtcd, sums('kept', 'aa'), snapshot), {plan: 'fail'});
  t.like(plan('restored', onEtcd, '', snapshot), {plan: 'fail'});
  t.is(plan('restored', [...onEtcd.slice(0, 3), 'active active'], whole, snapshot)?.plan, 'fail');
});

test('SQLite that runs on since is never overwritten by its older backup', (t) => {
  t.is(plan('restored', ['state-db', 'active active'], whole, '{"stage":"restored","at":""}')?.plan, 'same');
  t.is(plan('restored', ['state-db', 'active active'], whole, backedUp)?.plan, 'same');
});

test('put away once, with the guard', (t) => {
  t.is(plan('retired', ['state-db', 'active active'], whole, '{"stage":"restored","at":""}')?.plan, 'change');
  t.is(plan('retired', ['state-db', 'active active'], '')?.plan, 'same');
});
