import {UnsafeString, VaultString, YamlFloat} from '../yaml/index.js';

/** A value of an inventory as JSON: sealed values stay sealed, in the form that Ansible's tools read. */
export function plainValue(value: unknown): unknown {
  if (value instanceof VaultString) return {__ansible_vault: value.sealed};
  if (value instanceof UnsafeString) return {__ansible_unsafe: value.text};
  if (value instanceof YamlFloat) return Number(value.toString());
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plainValue(item)]));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainValue(item)]));
}
