/** What kind of value it is. */

import {toBool} from '../filters/basics.js';
import {isIterable} from '../python/iterate.js';
import {floatOf, isFloat, isInt, isNumber, PyFunction, PyRecord} from '../python/kinds.js';
import {isMapping} from '../python/mapping.js';
import {pyStr} from '../python/repr.js';
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

/** An undefined value is of no kind: asking is allowed, as in Ansible before 2.19. */
export const kindTests: TestTable = {
  defined: lenientTest('', (value) => !(value instanceof Undefined)),
  undefined: lenientTest('', (value) => value instanceof Undefined),
  none: lenientTest('', (value) => value === null),
  true: lenientTest('', (value) => value === true),
  false: lenientTest('', (value) => value === false),
  boolean: lenientTest('', (value) => typeof value === 'boolean'),
  integer: lenientTest('', isInt),
  float: lenientTest('', isFloat),
  number: lenientTest('', isNumber),
  string: lenientTest('', isText),
  mapping: lenientTest('', isMapping),
  iterable: test('', isIterable),
  sequence: lenientTest('', (value) => isIterable(value)),
  callable: lenientTest(
    '',
    (value) => value instanceof PyFunction || (value instanceof PyRecord && value.call !== undefined),
  ),
  escaped: test('', () => false),
  lower: test('', (value) => pyStr(value) === pyStr(value).toLowerCase() && /\p{L}/u.test(pyStr(value))),
  upper: test('', (value) => pyStr(value) === pyStr(value).toUpperCase() && /\p{L}/u.test(pyStr(value))),
  nan: test('', (value) => isNumber(value) && Number.isNaN(floatOf(value))),
  isnan: test('', (value) => isNumber(value) && Number.isNaN(floatOf(value))),
  truthy: test('convert_bool=False', (value, [convert]) => truth(value, convert)),
  falsy: test('convert_bool=False', (value, [convert]) => !truth(value, convert)),
  vault_encrypted: test('', (value) => isText(value) && value.startsWith('$ANSIBLE_VAULT;')),
};
