/** Values of variables as people write them. */
import test from 'ava';
import {Secret} from '../shell/index.js';
import {added, asEnvironment, asList, asPairs, asSecret, asText, asYaml, isMapping, isOn} from './variables.js';

const secret = new Secret('s');

for (const [value, text, list] of [
  [undefined, undefined, []],
  [null, undefined, []],
  ['', undefined, []],
  [0, '0', ['0']],
  [false, 'false', ['false']],
  ['a, b ,,c', 'a, b ,,c', ['a', 'b', 'c']],
  [['a', ' b ', '', 3], 'a, b ,,3', ['a', 'b', '3']],
] as const) {
  test(`${JSON.stringify(value)} as a text, a secret and a list`, (t) => {
    t.deepEqual([asText(value), asSecret(value)?.reveal(), asList(value)], [text, text, list]);
  });
}

test('a secret stays one', (t) => {
  t.is(asText(secret), 's');
  t.is(asSecret(secret), secret);
});

for (const [value, on] of [
  [true, true],
  ['yes', true],
  ['ON', true],
  [1, true],
  ['1', true],
  [undefined, false],
  ['', false],
  [false, false],
  ['no', false],
  ['untrue', false],
  ['trueish', false],
] as const) {
  test(`${JSON.stringify(value)} is ${on ? 'on' : 'off'}`, (t) => {
    t.is(isOn(value), on);
  });
}

test('what a mapping is', (t) => {
  t.deepEqual([{}, {a: 1}, null, undefined, [], 'a', secret].map(isMapping), [
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

test('a YAML text is read as YAML 1.1, another value is what it is', (t) => {
  t.deepEqual(asYaml('a: yes\nb: 0644\n'), {value: {a: true, b: 420}});
  t.deepEqual(asYaml(''), {value: undefined});
  t.deepEqual(asYaml({a: 1}), {value: {a: 1}});
  t.is(asYaml('a: ['), undefined);
});

test('pairs, as a mapping or a list', (t) => {
  t.deepEqual(asPairs({disk: 'ssd', bare: null, zero: 0}), ['disk=ssd', 'bare=', 'zero=0']);
  t.deepEqual(asPairs(['a=b', 'c']), ['a=b', 'c']);
  t.deepEqual(asPairs('a=b,c=d'), ['a=b', 'c=d']);
});

test('what is added is there once', (t) => {
  t.deepEqual(added(undefined, ['a']), ['a']);
  t.deepEqual(added('a,b', ['b', 'c', 'c']), ['a', 'b', 'c']);
});

test('an environment, as a mapping, a list or a text', (t) => {
  t.deepEqual(asEnvironment({A: 1, B: null, C: ''}), {A: '1', B: '', C: ''});
  t.deepEqual(asEnvironment(['A=b=c', 'B=', 'C=a,b']), {A: 'b=c', B: '', C: 'a,b'});
  t.deepEqual(asEnvironment('A=1,B=2'), {A: '1', B: '2'});
  t.deepEqual(asEnvironment(undefined), {});
});
