import {PlaybookError} from '../errors/index.js';
import type {Written} from '../playbook/types.js';
import type {View} from './view.js';

const trues = new Set(['yes', 'on', '1', 'true', 'y', 't']);
const falses = new Set(['no', 'off', '0', 'false', 'n', 'f', '']);

/** A keyword that is yes or no, by Ansible's words for both; `fallback` if it was not written or is omitted. */
export function booleanOf(view: View, keyword: string, written: Written | undefined, fallback: boolean): boolean {
  const value = view.written(written);
  if (value === undefined || value === null) return fallback;
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  const word = String(value).trim().toLowerCase();
  if (trues.has(word)) return true;
  if (falses.has(word)) return false;
  throw new PlaybookError({
    what: `${keyword} is ${JSON.stringify(value)}, neither yes nor no`,
    where: written?.where,
    hint: 'Write true or false',
  });
}

/** A keyword that is a number; `fallback` if it was not written. */
export function numberOf<T>(view: View, keyword: string, written: Written | undefined, fallback: T): number | T {
  const value = view.written(written);
  if (value === undefined || value === null) return fallback;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw new PlaybookError({what: `${keyword} is ${JSON.stringify(value)}, not a number`, where: written?.where});
}

/** A keyword that is text; undefined if it was not written or is empty. */
export function textOf(view: View, written: Written | undefined): string | undefined {
  const value = view.written(written);
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
