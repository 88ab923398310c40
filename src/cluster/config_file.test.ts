import test from 'ava';
import fc from 'fast-check';
import {ClusterError} from '../errors/index.js';
import {Secret} from '../shell/index.js';
import {
  differingKeys,
  isSecretKey,
  parseConfigFile,
  renderConfigFile,
  restartKeys,
  sameValue,
  shownConfig,
} from './config_file.js';

test('secrets of config.yaml are never shown, and written as they are', (t) => {
  const config = parseConfigFile('token: s3cret\ndisable: [traefik]\n', 'config.yaml');
  t.true(config.token instanceof Secret);
  t.deepEqual(shownConfig(config), {token: '***', disable: ['traefik']});
  t.true(renderConfigFile(config).includes('token: s3cret\n'));
});

test('values are compared as K3s reads them', (t) => {
  t.true(sameValue('8', 8));
  t.true(sameValue(['a'], 'a'));
  t.true(sameValue(true, 'true'));
  t.false(sameValue(['a', 'b'], ['b', 'a']));
  t.true(sameValue(new Secret('x'), 'x'));
});

test('differing keys name what was added, changed and taken out', (t) => {
  t.deepEqual(differingKeys({a: 1, b: 2, server: 'x'}, {b: 3, c: 4}, ['server']), ['a', 'b', 'c']);
});

test('a file that is no mapping is refused with its name', (t) => {
  t.throws(() => parseConfigFile('- a\n', '/etc/rancher/k3s/config.yaml on server1'), {
    message: /config.yaml on server1 holds no mapping/,
  });
  t.throws(() => parseConfigFile('a: [', 'f'), {message: /^f is no YAML/});
});

test('what is written is read back: no value turns into another by way of YAML', (t) => {
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.integer(),
    fc.array(fc.string(), {maxLength: 4}),
    fc.constantFrom('0644', 'yes', 'on', '1e3', '12:30', '~', 'null', ' x ', 'a: b', '# c', '- d', "it's"),
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('disable', 'tls-san', 'token', 'node-label', 'etcd-arg'), value),
      (config) => {
        const back = parseConfigFile(renderConfigFile(config), 'f');
        t.deepEqual(differingKeys(config, back), []);
      },
    ),
  );
});

test('keys whose values are never shown', (t) => {
  const keys = [
    'token',
    'agent-token',
    'datastore-endpoint',
    'etcd-s3-access-key',
    'etcd-s3-secret-key',
    'etcd-s3-session-token',
    'vpn-auth',
    'token+',
    'to+ken',
    'token-file',
    'disable',
  ];
  t.deepEqual(keys.filter(isSecretKey), keys.slice(0, 8));
  t.deepEqual(shownConfig({token: 'plain', other: new Secret('x'), disable: 'a'}), {
    token: '***',
    other: '***',
    disable: 'a',
  });
});

for (const [text, value] of [
  ['', {}],
  ['# nothing\n', {}],
  ['null\n', {}],
  ['a: yes\nb: 0644\nc: [x, 1]\n', {a: true, b: 420, c: ['x', 1]}],
] as const) {
  test(`config.yaml is read: ${JSON.stringify(text)}`, (t) => {
    t.deepEqual(parseConfigFile(text, 'f'), value);
  });
}

for (const [text, what] of [
  ['- a\n', ['config.yaml on server1 holds no mapping of K3s settings', 'mend or remove the file on that host']],
  ['text', ['config.yaml on server1 holds no mapping of K3s settings', 'mend or remove the file on that host']],
  ['5', ['config.yaml on server1 holds no mapping of K3s settings', 'mend or remove the file on that host']],
  [
    'a: [\nb',
    ['config.yaml on server1 is no YAML: deficient indentation (2:1)', 'mend or remove the file on that host'],
  ],
] as const) {
  test(`config.yaml is refused: ${JSON.stringify(text)}`, (t) => {
    const error = t.throws(() => parseConfigFile(text, 'config.yaml on server1'), {instanceOf: ClusterError});
    t.deepEqual([error?.what, error?.hint], what);
  });
}

test('the file’s text: keys sorted, long lines whole, secrets revealed, nothing where nothing is said', (t) => {
  const long = 'x'.repeat(90);
  const shared = ['a'];
  const mapping = {k: 'v'};
  t.deepEqual(
    renderConfigFile(
      {
        token: new Secret('s'),
        none: undefined,
        'kubelet-arg': `${long} ${long}`,
        disable: shared,
        'tls-san': shared,
        list: [new Secret('t'), 'u'],
        'x-a': mapping,
        'x-b': mapping,
      },
      '# more\n',
    ),
    '# Written by quorate: change the inventory and run the playbook again.\n# more\ndisable:\n  - a\nkubelet-arg: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nlist:\n  - t\n  - u\ntls-san:\n  - a\ntoken: s\nx-a:\n  k: v\nx-b:\n  k: v\n',
  );
  t.deepEqual(renderConfigFile({}), '# Written by quorate: change the inventory and run the playbook again.\n');
  t.deepEqual(
    renderConfigFile({none: undefined}, '# more\n'),
    '# Written by quorate: change the inventory and run the playbook again.\n# more\n',
  );
});

test('what differs, in order, and what of it asks for a restart', (t) => {
  t.deepEqual(differingKeys({z: 1, y: undefined, a: 1}, {a: 1, b: 2}), ['b', 'y', 'z']);
  t.deepEqual(differingKeys({a: undefined}, {}), ['a']);
  t.deepEqual(differingKeys({}, {a: undefined}), ['a']);
  t.deepEqual(restartKeys({server: 'a', 'cluster-init': true, debug: true}, {}), ['debug']);
  t.deepEqual(restartKeys({server: 'a', debug: true}, {server: 'b', debug: true}), ['server']);
  t.deepEqual(restartKeys({'cluster-init': true}, {server: 'b'}), ['cluster-init', 'server']);
});
