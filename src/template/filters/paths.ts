/** Paths, by Python's `os.path`: nothing is read from disk but by `realpath` and `fileglob`. */
import {posix} from 'node:path';
import {expandHome} from '../eval/files.js';
import type {Runtime} from '../eval/runtime.js';
import {Fault, TypeFault} from '../python/faults.js';
import {isSequence} from '../python/iterate.js';
import {tuple, typeName} from '../python/kinds.js';
import {type FilterTable, filter, mustBeText} from './define.js';

const basename = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

function dirname(path: string): string {
  const head = path.slice(0, path.lastIndexOf('/') + 1);
  return /^\/*$/.test(head) ? head : head.replace(/\/+$/, '');
}

/** The extension begins at the last dot that is not among the name's first dots. */
function splitExtension(path: string): unknown {
  const name = basename(path);
  const leading = /^\.*/.exec(name)?.[0].length ?? 0;
  const dot = name.lastIndexOf('.');
  if (dot < leading || dot === -1) return tuple([path, '']);
  const cut = path.length - name.length + dot;
  return tuple([path.slice(0, cut), path.slice(cut)]);
}

/** An absolute part starts anew. */
function joinPaths(parts: readonly string[]): string {
  return parts.reduce((path, part) =>
    part.startsWith('/') ? part : path === '' || path.endsWith('/') ? path + part : `${path}/${part}`,
  );
}

function pathJoin(input: unknown): string {
  if (typeof input === 'string') return input;
  if (!isSequence(input)) throw new TypeFault(`the input must be text or a list, not ${typeName(input)}`);
  if (input.length === 0) throw new Fault('the list is empty');
  return joinPaths(input.map((part) => mustBeText(part, 'each part')));
}

const expandVariables = (runtime: Runtime, text: string): string =>
  text.replace(
    /\$(?:\{([^}]*)\}|(\w+))/g,
    (whole, braced?: string, bare?: string) => runtime.context.lookups.env(braced ?? bare ?? '') ?? whole,
  );

function normalize(path: string): string {
  if (path === '') return '.';
  const normal = posix.normalize(path).replace(/(.)\/+$/, '$1');
  return path.startsWith('//') && !path.startsWith('///') ? `/${normal}` : normal;
}

function absolute(runtime: Runtime, path: string): string {
  if (path.startsWith('/')) return normalize(path);
  return normalize(joinPaths([runtime.context.lookups.searchPaths('files').at(-1) ?? '/', path]));
}

function realpath(runtime: Runtime, path: string): string {
  const full = absolute(runtime, path);
  const host = runtime.context.lookups;
  return host.realpath && host.exists(full) ? host.realpath(full) : full;
}

function commonPath(paths: unknown): string {
  if (!isSequence(paths) || paths.length === 0) throw new Fault('the input must be a list of paths');
  const all = paths.map((path) => mustBeText(path, 'each path'));
  const rooted = all[0]?.startsWith('/') ?? false;
  if (all.some((path) => path.startsWith('/') !== rooted))
    throw new Fault('absolute and relative paths cannot be mixed');
  const split = all.map((path) => path.split('/').filter((part) => part !== '' && part !== '.'));
  const [first = []] = split;
  const shared = first.findIndex((part, index) => split.some((other) => other[index] !== part));
  return (rooted ? '/' : '') + first.slice(0, shared === -1 ? first.length : shared).join('/');
}

const windowsDrive = /^(?:[^\\/]:|[\\/]{2}[^\\/]+[\\/][^\\/]+)/;

function windowsSplit(path: string): {drive: string; head: string; name: string} {
  const drive = windowsDrive.exec(path)?.[0] ?? '';
  const rest = path.slice(drive.length);
  const cut = Math.max(rest.lastIndexOf('/'), rest.lastIndexOf('\\')) + 1;
  const head = rest.slice(0, cut);
  return {drive, head: head.replace(/[\\/]+$/, '') || head, name: rest.slice(cut)};
}

export const pathFilters: FilterTable = {
  basename: filter('', (input) => basename(mustBeText(input))),
  dirname: filter('', (input) => dirname(mustBeText(input))),
  splitext: filter('', (input) => splitExtension(mustBeText(input))),
  path_join: filter('', pathJoin),
  expanduser: filter('', (input, _args, runtime) => expandHome(runtime, mustBeText(input))),
  expandvars: filter('', (input, _args, runtime) => expandVariables(runtime, mustBeText(input))),
  normpath: filter('', (input) => normalize(mustBeText(input))),
  realpath: filter('', (input, _args, runtime) => realpath(runtime, mustBeText(input))),
  relpath: filter(
    'start=None',
    (input, [start], runtime) =>
      posix.relative(
        absolute(runtime, start === null ? '.' : mustBeText(start, 'the start')),
        absolute(runtime, mustBeText(input)),
      ) || '.',
  ),
  commonpath: filter('', commonPath),
  fileglob: filter('', (input, _args, runtime) => runtime.context.lookups.glob(expandHome(runtime, mustBeText(input)))),
  win_basename: filter('', (input) => windowsSplit(mustBeText(input)).name),
  win_dirname: filter('', (input) => {
    const {drive, head} = windowsSplit(mustBeText(input));
    return drive + head;
  }),
  win_splitdrive: filter('', (input) => {
    const path = mustBeText(input);
    const {drive} = windowsSplit(path);
    return tuple([drive, path.slice(drive.length)]);
  }),
};
