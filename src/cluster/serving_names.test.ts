import test from 'ava';
import {namesNotKept, servingNames, servingVerdict} from './serving_names.js';

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
