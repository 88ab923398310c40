import test from 'ava';
import {planModule} from '../../test/support/plan_module.js';
import module from './module.js';

const params = {node: 'server1', member: 'server1-0123abcd', learner: false, address_is_free: false};
const list = (...names: string[]): string =>
  JSON.stringify({
    header: {cluster_id: '1'},
    members: names.map((name) => ({ID: `${name}-id`, name, peerURLs: ['https://10.0.0.1:2380']})),
  });
const plan = (members: string, objects: string, more: Partial<typeof params> = {}) =>
  planModule(module, {params: {...params, ...more}, stdout: `${members}\n-- node --\n${objects}`});

const titles = (found: ReturnType<typeof plan>): string[] =>
  found?.plan === 'change' ? found.steps.map(({title}) => title) : [];

test('member, Node and node password go, in this order, after a last look whether it is dead', (t) => {
  const found = plan(list('server1-0123abcd', 'server2-0123abcd'), 'node/server1\nsecret/server1.node-password.k3s\n');
  t.deepEqual(titles(found), [
    'server1-0123abcd to be seen dead',
    'delete Node server1',
    'server1-0123abcd to be out of etcd',
    'delete the node password of server1',
  ]);
  t.like(found, {
    diff: [
      {
        path: 'etcd member server1-0123abcd',
        before: {member: 'server1-0123abcd-id', Node: 'server1', 'node password': 'set'},
        after: {},
      },
    ],
  });
});

test('a server without a Node is taken out of etcd itself', (t) => {
  t.deepEqual(titles(plan(list('server1-0123abcd', 'server2-0123abcd'), '')), [
    'server1-0123abcd to be seen dead',
    'remove member server1-0123abcd',
    'server1-0123abcd to be out of etcd',
  ]);
});

const withLearner = (learner: {readonly name?: string; readonly isLearner?: boolean}): string =>
  JSON.stringify({
    header: {cluster_id: '1'},
    members: [
      {ID: '77', peerURLs: ['https://10.0.0.1:2380'], ...learner},
      {ID: '2', name: 'server2-0123abcd'},
    ],
  });

test('a learner is taken out of etcd itself, by its ID where it has no name, and its Node afterwards', (t) => {
  const direct = ['77 to be seen dead', 'remove member 77'];
  const found = (objects: string) => plan(withLearner({isLearner: true}), objects, {member: '77', learner: true});
  t.deepEqual(titles(found('')), [...direct, '77 to be out of etcd']);
  t.deepEqual(titles(found('node/server1\n')), [
    ...direct,
    'delete Node server1',
    '77 to be out of etcd',
    'delete the node password of server1',
  ]);
});

test('whoever was a learner and votes by now is not removed', (t) => {
  t.like(plan(withLearner({name: 'server1-0123abcd'}), '', {learner: true}), {
    plan: 'fail',
    why: 'server1-0123abcd votes by now, so it is not removed',
  });
  t.is(plan(withLearner({name: 'server1-0123abcd', isLearner: true}), '', {learner: true})?.plan, 'change');
  t.is(plan(withLearner({name: 'server1-0123abcd'}), '')?.plan, 'change');
  t.is(plan(list('server2-0123abcd'), '', {learner: true})?.plan, 'same', 'it is out already');
});

/** What the last look before a removal makes of a peer port that is seen so. */
function lastLook(state: string, addressIsFree: boolean) {
  const found = plan(list('server1-0123abcd'), 'node/server1\n', {address_is_free: addressIsFree});
  const look = found?.plan === 'change' ? found.steps[0] : undefined;
  return look?.step === 'wait'
    ? look.until({rc: 0, stdout: `peer https://10.0.0.1:2380 ${state}\n`, stderr: ''})
    : undefined;
}

test('whoever answers at the member’s address is not removed; nor one who is silent, unless nobody is there', (t) => {
  t.is(lastLook('closed', false)?.wait, 'done');
  t.is(lastLook('silent', true)?.wait, 'done');
  t.like(lastLook('silent', false), {
    wait: 'failed',
    why: 'nothing at all comes back from https://10.0.0.1:2380, so server1-0123abcd may live behind a firewall and is not removed',
  });
  t.like(lastLook('open', true), {
    wait: 'failed',
    why: 'at https://10.0.0.1:2380 something answers now, so server1-0123abcd lives and is not removed',
  });
  t.like(lastLook('', true), {
    wait: 'failed',
    why: 'whether https://10.0.0.1:2380 answers cannot be told, so server1-0123abcd is not removed',
  });
});

test('out already is no change; an etcd that does not answer is no "out"', (t) => {
  t.is(plan(list('server2-0123abcd'), '')?.plan, 'same');
  t.is(plan('', '')?.plan, 'fail');
});
