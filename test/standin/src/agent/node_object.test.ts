import test from 'ava';
import {configAnnotations, nodeArgs, nodeEnv, parseTaint} from './node_object.js';

test('secrets are starred wherever they stand', (t) => {
  t.deepEqual(
    nodeArgs(['server', '--token=x', '-t', 'y', '--cluster-init', '--datastore-endpoint', 'mysql://u:p@h/d']),
    ['server', '--token', '********', '-t', '********', '--cluster-init', '--datastore-endpoint', '********'],
  );
  t.deepEqual(nodeEnv({K3S_TOKEN: 'x', K3S_URL: 'https://a:6443', PATH: '/bin'}), {
    K3S_TOKEN: '********',
    K3S_URL: 'https://a:6443',
  });
});

test('the hash is base32 of 32 bytes and moves with arguments and environment', (t) => {
  const hash = (args: string[], env: Record<string, string>) => configAnnotations(args, env)['k3s.io/node-config-hash'];
  t.regex(hash(['server'], {}) ?? '', /^[A-Z2-7]{52}====$/);
  t.not(hash(['server'], {}), hash(['server', '--debug'], {}));
  t.not(hash(['server'], {}), hash(['server'], {K3S_URL: 'x'}));
});

test('taints', (t) => {
  t.deepEqual(parseTaint('CriticalAddonsOnly=true:NoExecute'), {
    key: 'CriticalAddonsOnly',
    value: 'true',
    effect: 'NoExecute',
  });
  t.deepEqual(parseTaint('key:NoSchedule'), {key: 'key', effect: 'NoSchedule'});
});
