import {loadAll, YAML11_SCHEMA} from 'js-yaml';
import {Secret} from '../shell/index.js';

/** How variables of one host are read: templated values, undefined where nobody defined them. */
export interface VariablesOf {
  variable(name: string): unknown;
}

// Values as people write them: texts or lists, mappings or YAML in a block.

export const asText = (value: unknown): string | undefined =>
  value === undefined || value === null || value === ''
    ? undefined
    : value instanceof Secret
      ? value.reveal()
      : String(value);

export const asSecret = (value: unknown): Secret | undefined => {
  const text = asText(value);
  return text === undefined ? undefined : value instanceof Secret ? value : new Secret(text);
};

export const asList = (value: unknown): string[] => {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : String(value).split(','))
    .map((item) => String(item).trim())
    .filter((item) => item !== '');
};

export const isOn = (value: unknown): boolean => /^(true|yes|on|1)$/i.test(asText(value) ?? '');

export const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Secret);

/** A value, or the one document of a YAML text; undefined where the text is no YAML. */
export function asYaml(value: unknown): {readonly value: unknown} | undefined {
  if (typeof value !== 'string') return {value};
  try {
    return {value: loadAll(value, {schema: YAML11_SCHEMA})[0]};
  } catch {
    return undefined;
  }
}

/** Labels and taints as a mapping (`{disk: ssd}`) or as a list (`['disk=ssd']`). */
export const asPairs = (value: unknown): string[] =>
  isMapping(value) ? Object.entries(value).map(([key, member]) => `${key}=${member ?? ''}`) : asList(value);

/** Appends to a list setting without repeating an entry. */
export const added = (present: unknown, more: readonly string[]): string[] => [
  ...new Set([...asList(present), ...more]),
];

/** A mapping, or k3s-ansible's list of `NAME=value`. */
export function asEnvironment(value: unknown): Record<string, string> {
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asText(member) ?? '']));
  const pairs = Array.isArray(value) ? value.map(String) : asList(value);
  return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));
}
