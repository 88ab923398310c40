import test from 'ava';
import {CORE_SCHEMA, load} from 'js-yaml';
import {ClusterError} from '../errors/index.js';
import {type KubeconfigMerge, type KubeconfigWanted, mergeKubeconfig} from './kubeconfig.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** As K3s writes it. */
const own = (authority = 'CA-1', key = 'KEY-1'): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(authority)}
    server: https://127.0.0.1:6443
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {}
users:
- name: default
  user:
    client-certificate-data: ${base64(`CERT-${key}`)}
    client-key-data: ${base64(key)}
`;

/** A user's own, with a cluster of another kind in it. */
const others = `apiVersion: v1
kind: Config
preferences: {colors: true}
x-mine: 012
clusters:
- name: work
  cluster: {server: "https://work", certificate-authority: /work/ca.pem}
contexts:
- name: work
  context: {cluster: work, user: me, namespace: team}
current-context: work
users:
- name: me
  user: {exec: {command: login, args: ["--since", "2026-01-01"]}}
`;

const wanted: KubeconfigWanted = {context: 'home', server: 'https://10.0.0.1:6443', use: false, force: false};
const files = {existing: '~/.kube/config', own: '/etc/rancher/k3s/k3s.yaml'};

const merge = (existing: string, change: Partial<KubeconfigWanted> = {}, text = own()): KubeconfigMerge =>
  mergeKubeconfig(existing, text, {...wanted, ...change}, files);

const textOf = (merged: KubeconfigMerge): string => {
  if (merged.merge !== 'change') throw new Error(JSON.stringify(merged));
  return merged.text;
};
const read = (text: string): Record<string, unknown> => load(text, {schema: CORE_SCHEMA}) as Record<string, unknown>;

test('into nothing: one cluster, one user, one context, the current one', (t) => {
  t.deepEqual(read(textOf(merge(''))), {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {name: 'home', cluster: {'certificate-authority-data': base64('CA-1'), server: 'https://10.0.0.1:6443'}},
    ],
    contexts: [{name: 'home', context: {cluster: 'home', user: 'home'}}],
    users: [
      {name: 'home', user: {'client-certificate-data': base64('CERT-KEY-1'), 'client-key-data': base64('KEY-1')}},
    ],
    'current-context': 'home',
  });
});

test('beside others: all of theirs stays, the current context too', (t) => {
  const [before, after] = [read(others), read(textOf(merge(others)))];
  for (const key of ['clusters', 'contexts', 'users'] as const) {
    const list = after[key] as unknown[];
    t.deepEqual(list.slice(0, 1), before[key] as unknown[]);
    t.is(list.length, 2);
  }
  t.is(after['current-context'], 'work');
  t.deepEqual(after.preferences, {colors: true});
  t.deepEqual(after['x-mine'], before['x-mine']);
});

test('twice is once', (t) => {
  for (const existing of ['', others]) t.deepEqual(merge(textOf(merge(existing))), {merge: 'same'});
});

test('a renewed certificate and a moved address replace ours only; fields of ours that K3s does not name stay', (t) => {
  const ours = textOf(merge(others))
    .replace(/( +)cluster: home\n/, '$1cluster: home\n$1namespace: apps\n')
    .replace(/( +)(server: https:\/\/10)/, '$1proxy-url: http://proxy\n$1insecure-skip-tls-verify: true\n$1$2');
  const merged = merge(ours, {server: 'https://10.0.0.9:6443'}, own('CA-1', 'KEY-2'));
  const after = read(textOf(merged));
  t.deepEqual((after.clusters as unknown[])[1], {
    name: 'home',
    cluster: {
      'certificate-authority-data': base64('CA-1'),
      'proxy-url': 'http://proxy',
      server: 'https://10.0.0.9:6443',
    },
  });
  t.deepEqual((after.contexts as unknown[])[1], {
    name: 'home',
    context: {cluster: 'home', namespace: 'apps', user: 'home'},
  });
  t.is((after.users as unknown[]).length, 2);
});

test('the diff tells that something changed, and shows nothing secret', (t) => {
  const first = merge('');
  const second = merge(textOf(first), {}, own('CA-1', 'KEY-2'));
  t.is(second.merge, 'change');
  if (second.merge !== 'change') return;
  t.notDeepEqual(second.before, second.after);
  const said = JSON.stringify([first.merge === 'change' && first.after, second.before, second.after]);
  for (const secret of ['KEY-1', 'KEY-2', base64('KEY-1'), base64('KEY-2')]) t.false(said.includes(secret));
  t.regex(said, /"certificate-authority":"sha256 [0-9a-f]{12}"/);
});

for (const [title, existing, kind] of [
  ['a cluster with another CA', textOf(mergeKubeconfig('', own('CA-2'), wanted, files)), 'cluster'],
  [
    'a cluster whose CA is a file',
    'clusters: [{name: home, cluster: {server: "https://x", certificate-authority: /ca.pem}}]',
    'cluster',
  ],
  ['a context that leads elsewhere', 'contexts: [{name: home, context: {cluster: work, user: me}}]', 'context'],
  ['a user of that name', 'users: [{name: home, user: {token: abc}}]', 'user'],
] as const)
  test(`${title}: refused, and replaced only by force`, (t) => {
    t.deepEqual(merge(existing), {
      merge: 'refuse',
      what: `~/.kube/config has a ${kind} 'home' of another cluster`,
      hint: 'give this cluster a context name of its own (--context, k3s_context), or replace the entry with force',
    });
    t.deepEqual(read(textOf(merge(existing, {force: true}))).users, read(textOf(merge(''))).users);
    t.is(merge(existing, {context: 'other'}).merge, 'change');
  });

test('the current context changes only when asked', (t) => {
  t.is(read(textOf(merge(others, {use: true})))['current-context'], 'home');
  t.is(merge(textOf(merge(others)), {use: true}).merge, 'change');
});

for (const [title, existing, text, said] of [
  [
    'no YAML',
    'a: [',
    own(),
    [
      '~/.kube/config is no kubeconfig: unexpected end of the stream within a flow collection (1:5)',
      'mend it, or name another file',
    ],
  ],
  [
    'a list',
    '[1]',
    own(),
    ['~/.kube/config is no kubeconfig: it holds something else', 'mend it, or name another file'],
  ],
  [
    'nothing but null',
    'null',
    own(),
    ['~/.kube/config is no kubeconfig: it holds something else', 'mend it, or name another file'],
  ],
  [
    'a manifest',
    'kind: Pod',
    own(),
    ['~/.kube/config is no kubeconfig: it holds something else', 'mend it, or name another file'],
  ],
  [
    'clusters as a mapping',
    'clusters: {a: 1}',
    own(),
    ['~/.kube/config is no kubeconfig: clusters is no list of named entries', 'mend it, or name another file'],
  ],
  [
    'contexts that are none',
    'contexts: [1]',
    own(),
    ['~/.kube/config is no kubeconfig: contexts is no list of named entries', 'mend it, or name another file'],
  ],
  [
    'users without names',
    'users: [{name: a}, {user: b}]',
    own(),
    ['~/.kube/config is no kubeconfig: users is no list of named entries', 'mend it, or name another file'],
  ],
  [
    'a name that is none',
    'users: [{name: 7}]',
    own(),
    ['~/.kube/config is no kubeconfig: users is no list of named entries', 'mend it, or name another file'],
  ],
  [
    'a server that has no kubeconfig of K3s',
    '',
    'kind: Config\n',
    [
      '/etc/rancher/k3s/k3s.yaml holds no cluster with a CA, or no user',
      'K3s writes it at each start: look whether the server runs',
    ],
  ],
  [
    'one without a CA',
    '',
    own('', 'KEY-1'),
    [
      '/etc/rancher/k3s/k3s.yaml holds no cluster with a CA, or no user',
      'K3s writes it at each start: look whether the server runs',
    ],
  ],
  [
    'one without a user',
    '',
    own().slice(0, own().indexOf('users:')),
    [
      '/etc/rancher/k3s/k3s.yaml holds no cluster with a CA, or no user',
      'K3s writes it at each start: look whether the server runs',
    ],
  ],
] as const)
  test(`${title}: an error, and nothing is written`, (t) => {
    const error = t.throws(() => merge(existing, {}, text), {instanceOf: ClusterError});
    t.deepEqual([error?.what, error?.hint], said);
  });

test('lists that are empty or null are none', (t) => {
  t.is(textOf(merge('clusters:\ncontexts: null\nusers: []\n')), textOf(merge('')));
  t.is(textOf(merge(' \n')), textOf(merge('')));
});

test('the file and the diff, whole', (t) => {
  const merged = merge(others, {use: true});
  t.deepEqual(merged, {
    merge: 'change',
    text: 'apiVersion: v1\nclusters:\n  - cluster:\n      certificate-authority: /work/ca.pem\n      server: https://work\n    name: work\n  - cluster:\n      certificate-authority-data: Q0EtMQ==\n      server: https://10.0.0.1:6443\n    name: home\ncontexts:\n  - context:\n      cluster: work\n      namespace: team\n      user: me\n    name: work\n  - context:\n      cluster: home\n      user: home\n    name: home\ncurrent-context: home\nkind: Config\npreferences:\n  colors: true\nusers:\n  - name: me\n    user:\n      exec:\n        args:\n          - --since\n          - 2026-01-01\n        command: login\n  - name: home\n    user:\n      client-certificate-data: Q0VSVC1LRVktMQ==\n      client-key-data: S0VZLTE=\nx-mine: 12\n',
    before: {'current-context': 'work'},
    after: {
      server: 'https://10.0.0.1:6443',
      'certificate-authority': 'sha256 e95bc62b456f',
      'client-certificate': 'sha256 7fd212831dc8',
      'current-context': 'home',
    },
    current: 'home',
  });
  const again = merge(textOf(merged), {}, own('CA-1', 'KEY-2'));
  t.deepEqual(again.merge === 'change' && [again.before, again.after, again.current], [
    {
      server: 'https://10.0.0.1:6443',
      'certificate-authority': 'sha256 e95bc62b456f',
      'client-certificate': 'sha256 7fd212831dc8',
      'current-context': 'home',
    },
    {
      server: 'https://10.0.0.1:6443',
      'certificate-authority': 'sha256 e95bc62b456f',
      'client-certificate': 'sha256 305ed6571d29',
      'current-context': 'home',
    },
    'home',
  ]);
  const first = merge('clusters: []\n');
  t.deepEqual(first.merge === 'change' && [first.before, first.after], [
    {},
    {
      server: 'https://10.0.0.1:6443',
      'certificate-authority': 'sha256 e95bc62b456f',
      'client-certificate': 'sha256 7fd212831dc8',
      'current-context': 'home',
    },
  ]);
});

/** Of a CA that ends on 2036-11-26. */
const authorityPem = `-----BEGIN CERTIFICATE-----
MIIBhjCCASugAwIBAgIUbsBv0nxkOlltOWzpSM/8dr67E4wwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNazNzLXNlcnZlci1jYTAeFw0yNjExMjkwNTE2MzFaFw0zNjEx
MjYwNTE2MzFaMBgxFjAUBgNVBAMMDWszcy1zZXJ2ZXItY2EwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAQ4wPMmZCpHjfXE4DHYEgHVtL74dl9wLEQusKhcARG29wYt
UVJJFSbCXQlEuRjF90BdWoECkqQq4/0sGd0nAD4ro1MwUTAdBgNVHQ4EFgQUBLx6
U3jrFtwig+qleGnYTymJzFgwHwYDVR0jBBgwFoAUBLx6U3jrFtwig+qleGnYTymJ
zFgwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA/Mi9G9bJDfC8
djvsynJ3g/uRsDQWtfqFrPcY3tGH3cUCIQDg55EkuaSM+KtHnp5viQNv8QOHv9NQ
qxB1M3Q9VnKeVA==
-----END CERTIFICATE-----
`;

test('a certificate is shown with the day it ends', (t) => {
  const merged = merge('', {}, own(authorityPem));
  t.is(merged.merge === 'change' && merged.after['certificate-authority'], 'sha256 6c98f87c5970, until 2036-11-26');
});

test('white space around a CA makes it no other', (t) => {
  t.is(merge(textOf(merge('', {}, own(' CA-1\n'))), {}, own('CA-1')).merge, 'change');
});

test('what is replaced by force keeps nothing of the other cluster', (t) => {
  const foreign =
    'clusters: [{name: home, cluster: {server: "https://x", certificate-authority: /ca.pem, proxy-url: p}}]\ncontexts: [{name: home, context: {namespace: team}}]\n';
  const {clusters, contexts} = read(textOf(merge(foreign, {force: true})));
  t.deepEqual([clusters, contexts], [read(textOf(merge(''))).clusters, read(textOf(merge(''))).contexts]);
});

test('lines are not folded, and what stands twice is written twice', (t) => {
  const long = `x-a: &a {k: "${'word '.repeat(40)}"}\nx-b: *a\n`;
  const text = textOf(merge(long));
  t.false(text.includes('&'));
  t.true(text.split('\n').some((line) => line.length > 190));
});
