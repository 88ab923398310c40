import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const plan = (params: Record<string, unknown> = {}, stdout = 'wal\n-- record --\n') =>
  planModule(module, {params, stdout});

const scripts = (found: ReturnType<typeof plan>): string =>
  found?.plan === 'change'
    ? found.steps.map((step) => (step.step === 'script' ? step.script.source : '')).join('\n')
    : '';

test('one is saved, and the oldest of its name let go', (t) => {
  const found = plan();
  t.like(found, {
    plan: 'change',
    diff: [{path: 'etcd snapshot before-change', before: {}, after: {saved: true, kept: 5}}],
  });
  t.regex(scripts(found), /etcd-snapshot save .*--name/);
  t.regex(scripts(found), /etcd-snapshot prune .*--snapshot-retention/);
  t.like(plan({retention: 0}), {diff: [{after: {kept: 'all'}}]});
});

test('without etcd on the disk there is nothing to save', (t) => {
  t.like(plan({}, ''), {plan: 'fail', why: 'there is no embedded etcd on this host, so it has no snapshots'});
});

test('after a conversion: one, once it was compared and is equal, and noted', (t) => {
  const after = (record: string) =>
    plan({name: 'converted', conversion_dir: '/c'}, `wal\nmigrated\n-- record --\n${record}`);
  const found = after('{"stage":"compared","at":""}');
  t.deepEqual(found?.plan === 'change' ? found.steps.map(({title}) => title) : [], [
    'save an etcd snapshot',
    'save an etcd snapshot',
    'note in /c/record.json: snapshot',
    'clean up',
  ]);
  t.like(after('{"stage":"backed-up","at":""}'), {plan: 'fail'});
  t.like(after('{"stage":"compared","at":"","differs":true}'), {plan: 'fail'});
  t.like(after('{"stage":"snapshot","at":""}'), {plan: 'same'});
  // Converted by another hand: there is nothing to compare it with.
  t.like(after(''), {plan: 'same'});
});

test('a name that K3s would split otherwise is refused', (t) => {
  t.is(plan({name: 'Before change'})?.plan, 'fail');
});
