import test from 'ava';
import fc from 'fast-check';
import {Secret} from '../shell/index.js';
import {differingKeys, parseConfigFile, renderConfigFile, sameValue, shownConfig} from './config_file.js';

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
