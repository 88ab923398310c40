/** Label and field selectors, and the three kinds of patch. */

import type {Obj} from './objects.js';

type Test = (object: Obj) => boolean;

const at = (object: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);

/** `a=b,c!=d,e,!f`, and sets: `a in (b,c)`, `a notin (b)`. */
export const labelSelector = (text: string): Test => {
  const terms = text
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter(Boolean);
  const tests = terms.map((term): Test => {
    const sets = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(term);
    const labels = (object: Obj) => object.metadata.labels ?? {};
    if (sets) {
      const values = (sets[3] ?? '').split(',').map((one) => one.trim());
      return (object) => values.includes(labels(object)[sets[1] ?? ''] ?? '\0') === (sets[2] === 'in');
    }
    const [, key = '', operator, value = ''] = /^!?([^!=]+)(==|=|!=)?(.*)$/.exec(term) ?? [];
    if (term.startsWith('!')) return (object) => !(key in labels(object));
    if (!operator) return (object) => key in labels(object);
    return (object) => (labels(object)[key] === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
};

/** `metadata.name=x,spec.nodeName!=y`. */
export const fieldSelector = (text: string): Test => {
  const tests = text
    .split(',')
    .filter(Boolean)
    .map((term): Test => {
      const [, path = '', operator, value = ''] = /^([^!=]+)(==|=|!=)(.*)$/.exec(term) ?? [];
      return (object) => (String(at(object, path) ?? '') === value) === (operator !== '!=');
    });
  return (object) => tests.every((test) => test(object));
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386; strategic merge patches are taken as such, lists being replaced whole. */
export const mergePatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? {...target} : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
};

interface JsonPatchStep {
  readonly op: 'add' | 'replace' | 'remove' | 'test';
  readonly path: string;
  readonly value?: unknown;
}

/** RFC 6902 without `move` and `copy`. */
export const jsonPatch = (target: unknown, steps: readonly JsonPatchStep[]): unknown => {
  const result = structuredClone(target);
  for (const {op, path, value} of steps) {
    const keys = path
      .split('/')
      .slice(1)
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], result);
    if (Array.isArray(parent)) {
      const index = last === '-' ? parent.length : Number(last);
      if (op === 'add') parent.splice(index, 0, value);
      else if (op === 'remove') parent.splice(index, 1);
      else parent[index] = value;
    } else if (op === 'remove') delete (parent as Record<string, unknown>)[last];
    else if (op !== 'test') (parent as Record<string, unknown>)[last] = value;
  }
  return result;
};
