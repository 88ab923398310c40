import test from 'ava';
import {floatText, keyText, resolvePlain, YamlFloat} from './scalar.js';

/** A plain scalar and what PyYAML 6 makes of it (`yaml.safe_load('k: ' + text)`); dates stay text here. */
const golden: readonly (readonly [string, unknown])[] = [
  ['yes', true],
  ['Yes', true],
  ['YES', true],
  ['yEs', 'yEs'],
  ['on', true],
  ['On', true],
  ['true', true],
  ['TRUE', true],
  ['no', false],
  ['off', false],
  ['Off', false],
  ['False', false],
  ['fALSE', 'fALSE'],
  ['y', 'y'],
  ['n', 'n'],
  ['Y', 'Y'],
  ['N', 'N'],
  ['t', 't'],
  ['', null],
  ['~', null],
  ['null', null],
  ['Null', null],
  ['NULL', null],
  ['nUll', 'nUll'],
  ['None', 'None'],
  ['0', 0],
  ['-0', 0],
  ['+1', 1],
  ['-17', -17],
  ['1_000', 1000],
  ['1_', 1],
  ['_1', '_1'],
  ['0644', 420],
  ['00', 0],
  ['007', 7],
  ['-017', -15],
  ['0_7', 7],
  ['08', '08'],
  ['09', '09'],
  ['0o644', '0o644'],
  ['0x1F', 31],
  ['0X1F', '0X1F'],
  ['-0x1f', -31],
  ['0b101', 5],
  ['+0b11', 3],
  ['0x_', '0x_'],
  ['12:30', 750],
  ['12:30:45', 45045],
  ['-12:30', -750],
  ['1:60', '1:60'],
  ['01:30', '01:30'],
  ['190:20:30', 685230],
  ['9007199254740993', 9007199254740993n],
  ['123456789012345678901234567890', 123456789012345678901234567890n],
  ['1.5', 1.5],
  ['-.5', '-.5'],
  ['.5', 0.5],
  ['+.5', '+.5'],
  ['1.5e+3', new YamlFloat(1500)],
  ['1.5e3', '1.5e3'],
  ['1e3', '1e3'],
  ['1e+3', '1e+3'],
  ['1.', new YamlFloat(1)],
  ['1.0', new YamlFloat(1)],
  ['1_0.5', 10.5],
  ['1.e+5', new YamlFloat(100000)],
  ['.inf', Number.POSITIVE_INFINITY],
  ['-.inf', Number.NEGATIVE_INFINITY],
  ['.nan', Number.NaN],
  ['.NaN', Number.NaN],
  ['.Nan', '.Nan'],
  ['190:20:30.15', 685230.15],
  ['2024-01-01', '2024-01-01'],
  ['1-2', '1-2'],
  ['.', '.'],
  ['-', '-'],
  ['v1.31.2+k3s1', 'v1.31.2+k3s1'],
  ['10.0.0.1', '10.0.0.1'],
];

for (const [text, expected] of golden) {
  test(`'${text}' reads as PyYAML reads it`, (t) => {
    t.deepEqual(resolvePlain(text), expected);
  });
}

const floats: readonly (readonly [number, string])[] = [
  [1, '1.0'],
  [0.1, '0.1'],
  [1e16, '1e+16'],
  [123456789012345680, '1.2345678901234568e+17'],
  [1e15, '1000000000000000.0'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [-0, '-0.0'],
  [Number.NaN, 'nan'],
  [Number.NEGATIVE_INFINITY, '-inf'],
];
for (const [value, expected] of floats) {
  test(`a float prints as Python prints it: ${expected}`, (t) => {
    t.is(floatText(value), expected);
  });
}

test('keys are text as Python writes it', (t) => {
  t.deepEqual([true, false, null, 80, 'x', new YamlFloat(1), 1.5, 12n].map(keyText), [
    'True',
    'False',
    'None',
    '80',
    'x',
    '1.0',
    '1.5',
    '12',
  ]);
  t.is(keyText({}), undefined);
});

test('a float without a fraction computes as a number', (t) => {
  const value = new YamlFloat(2);
  t.is(Number(value) + 1, 3);
  t.is(JSON.stringify({value}), '{"value":2}');
});
