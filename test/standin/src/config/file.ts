/** config.yaml and config.yaml.d/*.yaml: merged as K3s merges them (pkg/configfilearg). */

import {readdirSync} from 'node:fs';
import {load, YAML11_SCHEMA} from 'js-yaml';
import {FatalError} from '../base/fatal.js';
import {readIfThere} from '../base/files.js';
import {findFlag, type Role} from './flags.js';

export const DEFAULT_CONFIG = '/etc/rancher/k3s/config.yaml';

type Value = string | readonly string[];

const textOf = (value: unknown): string => (value === null || value === undefined ? '' : String(value));

const listOf = (value: Value): readonly string[] => (typeof value === 'string' ? (value === '' ? [] : [value]) : value);

/** Later files win key by key; `key+` appends to what earlier ones gave. */
export const mergeFiles = (files: readonly {path: string; text: string}[]): ReadonlyMap<string, Value> => {
  const merged = new Map<string, Value>();
  for (const {path, text} of files) {
    for (const [written, raw] of Object.entries(mappingOf(path, text))) {
      const key = written.replace(/\+$/, '');
      const value: Value = Array.isArray(raw) ? raw.map(textOf) : textOf(raw);
      const before = merged.get(key);
      merged.set(key, written.endsWith('+') && before !== undefined ? [...listOf(before), ...listOf(value)] : value);
    }
  }
  return merged;
};

const mappingOf = (path: string, text: string): Record<string, unknown> => {
  try {
    const data = load(text, {schema: YAML11_SCHEMA, filename: path}) ?? {};
    if (typeof data === 'object' && !Array.isArray(data)) return data as Record<string, unknown>;
    throw new Error(`yaml: unmarshal errors:\n  line 1: cannot unmarshal into yaml.MapSlice`);
  } catch (error) {
    // An empty document is an empty configuration.
    if (text.trim() === '' || /^(\s*#.*\n?)*$/.test(text)) return {};
    throw new FatalError((error as Error).message.split('\n')[0] ?? '');
  }
};

/** The merged settings as the arguments K3s makes of them: `--key=value`, once per list entry. */
export const asArguments = (settings: ReadonlyMap<string, Value>): string[] =>
  [...settings].flatMap(([key, value]) => {
    const dashes = key.length === 1 ? '-' : '--';
    return (typeof value === 'string' ? [value] : value).map((one) => `${dashes}${key}=${one}`);
  });

export interface FileArguments {
  readonly args: readonly string[];
  readonly unknown: readonly string[];
}

/** Reads the configuration for `role`; unknown keys are left out and named, since K3s skips them with a warning. */
export const readConfig = (role: Role, path: string, mustExist: boolean): FileArguments => {
  const files = [path, ...dotFiles(`${path}.d`)].flatMap((file) => {
    const text = readIfThere(file);
    return text === undefined ? [] : [{path: file, text}];
  });
  if (mustExist && files.length === 0) throw new FatalError(`open ${path}: no such file or directory`);
  const known: string[] = [];
  const unknown: string[] = [];
  for (const arg of asArguments(mergeFiles(files))) {
    const name = /^-+([^=]*)=/.exec(arg)?.[1] ?? '';
    if (findFlag(role, name)) known.push(arg);
    else unknown.push(arg.split('=')[0] ?? arg);
  }
  return {args: known, unknown};
};

const dotFiles = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/i.test(name))
      .sort()
      .map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
};
