import test from 'ava';
import {readiness} from './module.js';

const members = (own: {isLearner?: boolean; name?: string}) =>
  JSON.stringify({
    header: {cluster_id: '1'},
    members: [{ID: '1', name: own.name ?? 's1-00000000', isLearner: own.isLearner}],
  });

const said = (api: string, list = '', metrics = 'etcd_server_has_leader 1') => ({
  rc: 0,
  stdout: `${api}\n-- etcd --\n${list}\n-- etcd --\n${metrics}\n`,
  stderr: '',
});

for (const [name, output, expected] of [
  ['ready and voting', said('ok', members({})), {wait: 'done', data: {cluster_id: '1', voters: 1}}],
  [
    'post-start hooks still run',
    said('[+]ping ok\n[-]poststarthook/rbac/bootstrap-roles failed: x', ''),
    {wait: 'more', progress: 'the API waits for poststarthook/rbac/bootstrap-roles'},
  ],
  ['no answer', said('The connection was refused'), {wait: 'more', progress: 'the API does not answer yet'}],
  ['a learner', said('ok', members({isLearner: true})), {wait: 'more', progress: 'a learner, catching up'}],
  ['not a member', said('ok', members({name: 's2-00000000'})), {wait: 'more', progress: 'not listed as a member yet'}],
  ['no leader', said('ok', members({}), ''), {wait: 'more', progress: 'etcd has no leader'}],
] as const) {
  test(name, (t) => {
    t.deepEqual(readiness(output, 'etcd', 's1'), expected);
  });
}

test('without etcd the API is enough', (t) => {
  t.deepEqual(readiness(said('ok'), 'sqlite', 's1'), {wait: 'done'});
});
