import test from 'ava';
import fc from 'fast-check';
import {
  environmentIn,
  keptIn,
  renderEnvironment,
  secretsInEnvironment,
  splitEnvironment,
  unitEnvironmentIn,
} from './environment.js';

test('an environment file as systemd reads it', (t) => {
  t.deepEqual(
    [
      ...environmentIn(
        `# a comment\nA=plain\nB='single "quoted"'\nC="double \\"quoted\\" \\$x"\nD='it'\\''s'\nE=\n F=indented\nno line\nA=again\n`,
      ),
    ],
    [
      ['A', 'again'],
      ['B', 'single "quoted"'],
      ['C', 'double "quoted" $x'],
      ['D', "it's"],
      ['E', ''],
      ['F', 'indented'],
    ],
  );
});

test('variables of a unit, several on a line', (t) => {
  const unit = `[Service]\nEnvironment=A=1 "B=two words" \\\n  C=3\nEnvironmentFile=-/etc/default/%N\nEnvironment='D=x y'\n`;
  t.deepEqual(
    [...unitEnvironmentIn(unit)],
    [
      ['A', '1'],
      ['B', 'two words'],
      ['C', '3'],
      ['D', 'x y'],
    ],
  );
  t.deepEqual([...unitEnvironmentIn('Environment=A=1\nEnvironment=\nEnvironment=B=2\n')], [['B', '2']]);
});

test('settings of K3s are told from other variables; an empty one is none', (t) => {
  const {settings, others} = splitEnvironment([
    ['K3S_TOKEN', 'pw'],
    ['K3S_KUBECONFIG_MODE', '600'],
    ['K3S_URL', ''],
    ['HTTP_PROXY', 'http://p'],
    ['CONTAINERD_LOG', 'x'],
  ]);
  t.deepEqual(settings, {token: 'pw', 'write-kubeconfig-mode': '600'});
  t.deepEqual([...others.keys()], ['HTTP_PROXY', 'CONTAINERD_LOG']);
});

test('what is written is read back, whatever the value', (t) => {
  const value = fc.string({unit: fc.constantFrom(...'ab =\'"\\$`#;%:/@'.split(''))}).map((text) => text.trim());
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('A', 'HTTP_PROXY', 'x_1'), value), (variables) => {
      t.deepEqual(Object.fromEntries(environmentIn(renderEnvironment(variables, []))), {...variables});
    }),
  );
  t.pass();
});

test('the head names what was kept', (t) => {
  const text = renderEnvironment({NO_PROXY: '10.0.0.0/8', HTTP_PROXY: 'http://p'}, ['NO_PROXY', 'HTTP_PROXY']);
  t.is(
    text,
    '# Kept as found, since the inventory does not name them: HTTP_PROXY, NO_PROXY\nHTTP_PROXY=http://p\nNO_PROXY=10.0.0.0/8\n',
  );
  t.deepEqual(keptIn(text), ['HTTP_PROXY', 'NO_PROXY']);
  t.is(renderEnvironment({}, []), '');
});

test('values that must not be shown', (t) => {
  t.deepEqual(secretsInEnvironment({HTTP_PROXY: 'http://me:pa55@p:3128', AWS_SECRET_ACCESS_KEY: 'k', NO_PROXY: 'a'}), [
    'pa55',
    'k',
  ]);
});
