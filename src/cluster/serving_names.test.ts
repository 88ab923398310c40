import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {hostShells} from '../../test/support/played_programs.js';
import {keptNamesScript, namesNotKept, servingNames, servingVerdict} from './serving_names.js';

for (const [name, config, endpoints, expected] of [
  ['nothing asked for', {}, [], []],
  ['the fixed address', {}, ['10.0.0.200'], ['10.0.0.200']],
  ['tls-san as a list', {'tls-san': ['a.example.com', 'b.example.com']}, [], ['a.example.com', 'b.example.com']],
  ['tls-san as one text', {'tls-san': 'a.example.com, 10.0.0.1'}, [], ['a.example.com', '10.0.0.1']],
  [
    'each once, in one spelling',
    {'tls-san': ['K3S.example.com', '[fd00:0::1]']},
    ['k3s.example.com', 'fd00::1'],
    ['k3s.example.com', 'fd00::1'],
  ],
  [
    'empty ones, and brackets elsewhere',
    {'tls-san': ['', ' ', 'x[a]', '[b]x']},
    ['[10.0.0.1]'],
    ['10.0.0.1', 'x[a]', '[b]x'],
  ],
] as const) {
  test(name, (t) => {
    t.deepEqual(servingNames(config, endpoints), [...expected]);
  });
}

for (const [name, own, codes, expected] of [
  ['all', 0, {a: 0, b: 0}, {served: 'all'}],
  ['nothing asked for', 0, {}, {served: 'all'}],
  ['one is missing', 0, {a: 60, b: 0}, {served: 'missing', names: ['a']}],
  ['curl before 7.62', 0, {a: 51}, {served: 'missing', names: ['a']}],
  ['no server', 7, {a: 7}, {served: 'unknown', why: 'the server does not answer on its port (curl: 7)'}],
  [
    'another CA',
    60,
    {a: 60},
    {served: 'unknown', why: "the certificate that is served is not signed by the cluster's server CA"},
  ],
  [
    'one good, one without an answer',
    0,
    {a: 0, b: 7},
    {served: 'unknown', why: 'the server does not answer under b (curl: 7)'},
  ],
  ['no answer under one name', 0, {a: 28}, {served: 'unknown', why: 'the server does not answer under a (curl: 28)'}],
] as const) {
  test(`certificate: ${name}`, (t) => {
    t.deepEqual(servingVerdict(own, new Map(Object.entries(codes))), expected as ReturnType<typeof servingVerdict>);
  });
}

for (const [name, kept, wanted, lacks] of [
  ['all are kept, in another spelling', ['K3S.example.com', 'fd00:0::1'], ['k3s.example.com', 'fd00::1'], []],
  ['one is not', ['10.0.0.1'], ['10.0.0.1', '10.0.0.200'], ['10.0.0.200']],
  ['nothing is kept', [], ['10.0.0.200'], []],
  ['nothing is wanted', ['10.0.0.1'], [], []],
] as const) {
  test(`the Secret: ${name}`, (t) => {
    t.deepEqual(namesNotKept(kept, wanted), [...lacks]);
  });
}

/** As the API writes it: in one line, or in many. */
const secret = {
  kind: 'Secret',
  metadata: {
    name: 'k3s-serving',
    annotations: {
      'field.cattle.io/projectId': 'cn-other',
      'listener.cattle.io/cn-10.0.0.1': '10.0.0.1',
      'listener.cattle.io/cn-k3s.example.com': 'k3s.example.com',
      'listener.cattle.io/cn-__1-f16284': '::1',
      'listener.cattle.io/fingerprint': 'SHA1=AB',
    },
  },
  data: {'tls.crt': 'bm8=', 'tls.key': 'bm8='},
};

for (const [file, ...args] of hostShells)
  test(`${file}: the names that the Secret keeps, one a line`, (t) => {
    const bin = mkdtempSync(join(tmpdir(), "quorate it's "));
    const kept = (k3s: string): string => {
      writeFileSync(join(bin, 'k3s'), `#!/bin/sh\n${k3s}\n`, {mode: 0o755});
      return execFileSync(file, args, {
        input: keptNamesScript(bin).source,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'ignore'],
      });
    };
    const asked = 'kubectl get --raw /api/v1/namespaces/kube-system/secrets/k3s-serving';
    try {
      for (const json of [JSON.stringify(secret), JSON.stringify(secret, undefined, 2)])
        t.is(kept(`[ "$*" = '${asked}' ] && cat <<'END'\n${json}\nEND`), '10.0.0.1\nk3s.example.com\n::1\n');
      t.is(kept('echo "Error from server (NotFound)" >&2; exit 1'), '');
    } finally {
      rmSync(bin, {recursive: true});
    }
  });
