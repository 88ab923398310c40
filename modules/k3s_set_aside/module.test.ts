import test from 'ava';
import type {Predicted} from '../../src/module/index.js';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const plan = (stdout: string) => planModule(module, {params: {member: 'server3-0123abcd'}, stdout});
const etcd = '/var/lib/rancher/k3s/server/db/etcd';

test('the member’s own data is put beside under its name', (t) => {
  const found = plan('member server3-0123abcd\n');
  t.like(found, {
    plan: 'change',
    diff: [{path: etcd, before: {member: 'server3-0123abcd'}, after: {'put aside as': `${etcd}-server3-0123abcd`}}],
    result: {aside: `${etcd}-server3-0123abcd`},
  });
  t.is(found?.plan === 'change' ? found.steps.length : 0, 1);
});

test('no data, or that of another member, stays as it is', (t) => {
  t.is(plan('')?.plan, 'same');
  t.is(plan('exists\n')?.plan, 'same');
  t.is(plan('member server3-99999999\n')?.plan, 'same');
});

test('check mode: once it would be put aside, nothing is left to do', (t) => {
  const moved: Predicted = {
    get: (resource) => ('path' in resource && resource.path === etcd ? {resource, state: {type: 'absent'}} : undefined),
    touches: () => true,
  };
  const planned = (predicted: Predicted) =>
    planModule(module, {params: {member: 'server3-0123abcd'}, stdout: 'member server3-0123abcd\n', predicted})?.plan;
  t.is(planned(moved), 'same');
  t.is(planned({get: () => undefined, touches: () => true}), 'change');
});

test('what was put aside before is not written over', (t) => {
  t.like(plan('member server3-0123abcd\nexists\n'), {
    plan: 'fail',
    why: `${etcd}-server3-0123abcd exists already, so the data in ${etcd} is not put there`,
  });
});
