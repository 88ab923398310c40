/** What kind of value it is. */

import {toBool} from '../filters/basics.js';
import {isIterable} from '../python/iterate.js';
import {floatOf, isFloat, isInt, isNumber, PyFunction, PyRecord} from '../python/kinds.js';
import {isMapping} from '../python/mapping.js';
import {truthy} from '../python/truth.js';
import {Undefined} from '../python/undefined.js';
import {lenientTest, type TestTable, test} from './define.js';

const isText = (value: unknown): value is string => typeof value === 'string';

/** `convert_bool=True` reads texts like "no" as what they say. */
function truth(value: unknown, convert: unknown): boolean {
  if (convert === true && isText(value) && /^(yes|no|on|off|y|n|t|f|true|false|1|0)$/i.test(value.trim()))
    return /^(y|t)$/i.test(value.trim()) || toBool(value.trim()) === true;
  return truthy(value);
}

export const kindTests: TestTable = {
  defined: lenientTest('', (value) => !(value instanceof Undefined)),
  undefined: lenientTest('', (value) => value instanceof Undefined),
  none: test('', (value) => value === null),
  true: test('', (value) => value === true),
  false: test('', (value) => value === false),
  boolean: test('', (value) => typeof value === 'boolean'),
  integer: test('', isInt),
  float: test('', isFloat),
  number: test('', isNumber),
  string: test('', isText),
  mapping: test('', isMapping),
  iterable: test('', isIterable),
  sequence: test('', (value) => isIterable(value)),
  callable: test('', (value) => value instanceof PyFunction || (value instanceof PyRecord && value.call !== undefined)),
  escaped: test('', () => false),
  lower: test('', (value) => String(value) === String(value).toLowerCase() && /\p{L}/u.test(String(value))),
  upper: test('', (value) => String(value) === String(value).toUpperCase() && /\p{L}/u.test(String(value))),
  nan: test('', (value) => isNumber(value) && Number.isNaN(floatOf(value))),
  isnan: test('', (value) => isNumber(value) && Number.isNaN(floatOf(value))),
  truthy: test('convert_bool=False', (value, [convert]) => truth(value, convert)),
  falsy: test('convert_bool=False', (value, [convert]) => !truth(value, convert)),
  vault_encrypted: test('', (value) => isText(value) && value.startsWith('$ANSIBLE_VAULT;')),
};
