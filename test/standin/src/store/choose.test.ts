import test from 'ava';
import {chooseStore, type Facts} from './choose.js';

const none: Facts = {wal: false, clusterInit: false, hasServerUrl: false, hasToken: false};

const cases: readonly [string, Partial<Facts>, string][] = [
  ['nothing asked', {}, 'sqlite'],
  ['a token alone', {hasToken: true}, 'sqlite'],
  ['cluster-init', {clusterInit: true}, 'etcd-new'],
  ['server and token', {hasServerUrl: true, hasToken: true}, 'etcd-join'],
  ['server and token beside cluster-init', {hasServerUrl: true, hasToken: true, clusterInit: true}, 'etcd-join'],
  ['cluster-init with an endpoint', {clusterInit: true, endpoint: 'mysql://'}, 'external'],
  ['server and token with an endpoint', {hasServerUrl: true, hasToken: true, endpoint: 'mysql://'}, 'external'],
  [
    'etcd on disk, whatever is asked',
    {wal: true, clusterInit: true, hasServerUrl: true, hasToken: true, endpoint: 'x'},
    'etcd-member',
  ],
  ['etcd on disk, nothing asked', {wal: true}, 'etcd-member'],
];

for (const [title, facts, kind] of cases) {
  test(`${title}: ${kind}`, (t) => {
    const chosen: string = chooseStore({...none, ...facts}).kind;
    t.is(chosen, kind);
  });
}
