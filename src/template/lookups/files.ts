/** Lookups that read files on the controller. */
import {basename, dirname, join} from 'node:path';
import {expandHome, findOnPath} from '../eval/files.js';
import type {Runtime} from '../eval/runtime.js';
import {textOf} from '../filters/define.js';
import {Fault} from '../python/faults.js';
import {isSequence} from '../python/iterate.js';
import {findKey, isMapping} from '../python/mapping.js';
import {splitText} from '../python/text.js';
import {truthy} from '../python/truth.js';
import {Undefined} from '../python/undefined.js';
import {isOn, type LookupTable, lenientLookup, lookup, texts} from './define.js';
import {templateLookup} from './template.js';

export function readOnPath(
  runtime: Runtime,
  kind: 'files' | 'templates' | 'vars',
  name: string,
): {path: string; text: string} {
  const path = findOnPath(runtime, kind, name);
  if (path === undefined)
    throw new Fault(`there is no file '${name}'`, {
      hint: `looked in ${runtime.context.lookups.searchPaths(kind).join(', ') || 'no folder'}`,
    });
  return {path, text: runtime.context.lookups.readFile(path)};
}

/** Matches in the first folder that has the pattern's own folder. */
function fileGlob(runtime: Runtime, pattern: string): string[] {
  const host = runtime.context.lookups;
  const expanded = expandHome(runtime, pattern);
  const folder = dirname(expanded);
  if (expanded.startsWith('/')) return host.glob(expanded);
  const found = host
    .searchPaths('files')
    .find((base) => host.exists(join(base, folder)) && host.glob(join(base, folder, basename(expanded))).length > 0);
  return found === undefined ? [] : host.glob(join(found, folder, basename(expanded)));
}

const listOf = (value: unknown): string[] =>
  value === undefined || value === null
    ? []
    : isSequence(value)
      ? value.map(textOf)
      : splitText(textOf(value).replaceAll(/[,;]/g, ' '), null, -1);

interface Search {
  readonly name: string;
  readonly skip: boolean;
}

/** Candidates of `first_found` in order; terms whose names are undefined are passed over. */
function candidates(terms: readonly unknown[], skipAll: boolean): {searches: Search[]; skip: boolean} {
  const searches: Search[] = [];
  let skip = skipAll;
  const add = (term: unknown): void => {
    if (term instanceof Undefined) return;
    if (isSequence(term)) for (const item of term) add(item);
    else if (isMapping(term)) {
      const own = isOn(new Map([['skip', findKey(term, 'skip')?.value]]), 'skip', false);
      skip = skip || own;
      const files = listOf(findKey(term, 'files')?.value);
      const paths = listOf(findKey(term, 'paths')?.value);
      const names =
        paths.length === 0
          ? files
          : files.length === 0
            ? paths
            : paths.flatMap((folder) => files.map((file) => join(folder, file)));
      for (const name of names) searches.push({name, skip: own});
    } else searches.push({name: textOf(term), skip: false});
  };
  for (const term of terms) add(term);
  return {searches, skip};
}

function firstFound(runtime: Runtime, terms: readonly unknown[], options: ReadonlyMap<string, unknown>): string[] {
  const whole = options.has('files')
    ? [
        ...terms,
        Object.fromEntries([
          ['files', options.get('files')],
          ['paths', options.get('paths')],
        ]),
      ]
    : terms;
  const {searches, skip} = candidates(whole, isOn(options, 'skip', false));
  for (const {name} of searches)
    for (const kind of ['files', 'templates', 'vars'] as const) {
      const path = findOnPath(runtime, kind, name);
      if (path !== undefined) return [path];
    }
  if (skip) return [];
  throw new Fault(`none of these files is there: ${searches.map(({name}) => name).join(', ') || '(none was named)'}`, {
    hint: 'add `skip: true` if that is all right',
  });
}

export const fileLookups: LookupTable = {
  file: lookup(['lstrip', 'rstrip'], (terms, options, runtime) =>
    texts(terms).map((name) => {
      const {text} = readOnPath(runtime, 'files', name);
      const right = isOn(options, 'rstrip', true) ? text.trimEnd() : text;
      return isOn(options, 'lstrip', false) ? right.trimStart() : right;
    }),
  ),
  template: templateLookup,
  fileglob: lookup([], (terms, _options, runtime) => texts(terms).flatMap((pattern) => fileGlob(runtime, pattern))),
  first_found: lenientLookup(['files', 'paths', 'skip'], (terms, options, runtime) =>
    firstFound(runtime, terms, options),
  ),
  env: lenientLookup(['default'], (terms, options, runtime) =>
    terms.map((term) => {
      const name = textOf(term);
      const otherwise = options.has('default') ? options.get('default') : '';
      const value = runtime.context.lookups.env(name);
      return value ?? (truthy(name) ? otherwise : '');
    }),
  ),
};
