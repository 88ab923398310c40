/** Operators that are no arithmetic. */
import {omit} from '../omit.js';
import {pyEquals} from '../python/equality.js';
import {pyContains} from '../python/membership.js';
import {pyCompare} from '../python/ordering.js';
import {pyStr} from '../python/repr.js';
import type {CompareSign} from '../syntax/ast.js';

/** What `~` joins. */
export const concatText = (value: unknown): string => (value === omit ? '' : pyStr(value));

export function compareValues(sign: CompareSign, left: unknown, right: unknown): boolean {
  switch (sign) {
    case '==':
      return pyEquals(left, right);
    case '!=':
      return !pyEquals(left, right);
    case 'in':
      return pyContains(right, left);
    case 'not in':
      return !pyContains(right, left);
    case '<':
      return pyCompare(left, right, sign) < 0;
    case '<=':
      return pyCompare(left, right, sign) <= 0;
    case '>':
      return pyCompare(left, right, sign) > 0;
    case '>=':
      return pyCompare(left, right, sign) >= 0;
  }
}
