/** A template context over a folder on disk and a plain record of variables, for tests. */
import {execFileSync} from 'node:child_process';
import {existsSync, lstatSync, readdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {CORE_SCHEMA, loadAll} from 'js-yaml';
import type {LookupHost, ParseYaml, TemplateContext} from '../../src/template/types.js';

/** Good enough for tests: YAML 1.2 scalars. */
export const parseYaml: ParseYaml = (text) => loadAll(text, {schema: CORE_SCHEMA}) as unknown[];

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[^/]*')
      .replaceAll('?', '[^/]')}$`,
  );

export function lookupHost(folder: string, environment: Readonly<Record<string, string>> = {}): LookupHost {
  return {
    readFile: (path) => readFileSync(path, 'utf8'),
    exists: (path) => existsSync(path),
    kind: (path) => (existsSync(path) ? (statSync(path).isDirectory() ? 'directory' : 'file') : undefined),
    isLink: (path) => lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() ?? false,
    realpath: (path) => realpathSync(path),
    glob: (pattern) =>
      existsSync(dirname(pattern))
        ? readdirSync(dirname(pattern))
            .filter((name) => wildcard(basename(pattern)).test(name))
            .sort()
            .map((name) => join(dirname(pattern), name))
        : [],
    env: (name) => environment[name],
    searchPaths: (kind) => [join(folder, kind), folder],
    inventoryHostnames: (pattern) => [pattern],
    pipe: (command) => execFileSync('sh', ['-c', command], {encoding: 'utf8'}).replace(/\n$/, ''),
  };
}

export interface ContextParts {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Names of variables that are data, never rendered. */
  readonly data?: readonly string[];
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly warn?: (message: string) => void;
  readonly marks?: TemplateContext['marks'];
}

export function templateContext(parts: ContextParts = {}): TemplateContext {
  const variables = parts.variables ?? {};
  let drawn = 0;
  return {
    variables: {
      get: (name) =>
        Object.hasOwn(variables, name)
          ? {value: variables[name], template: !parts.data?.includes(name), origin: `vars.yml: ${name}`}
          : undefined,
      names: () => Object.keys(variables),
    },
    lookups: lookupHost(parts.folder ?? '/nonexistent', parts.environment),
    marks: parts.marks,
    now: () => new Date(Date.UTC(2024, 1, 29, 13, 5, 9)),
    // A small generator of its own: tests must not depend on chance.
    random: () => {
      drawn = (drawn * 16807 + 11) % 2147483647;
      return drawn / 2147483647;
    },
    warn: parts.warn ?? ((): void => undefined),
  };
}
