/** Files, environment and commands of the controller, as templates see them. */
import {execFileSync} from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type {Near} from '../engine/options.js';
import {messageOf, TemplateError} from '../errors/index.js';
import {globToRegex} from '../inventory/index.js';
import type {Loader} from '../playbook/index.js';
import type {LookupHost, PathKind} from '../template/types.js';

export interface LookupOptions {
  readonly loader: Pick<Loader, 'searchPaths'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly hostnames: (pattern: string) => readonly string[];
  /** Opens files that are sealed as a whole. */
  readonly decode: (text: string, file: string) => string;
}

const pipeLimitBytes = 16 * 1024 * 1024;

/** What lookups may do for templates near this place. */
export const lookupsNear = (near: Near, options: LookupOptions): LookupHost => ({
  readFile: (file) => options.decode(readFileSync(file, 'utf8'), file),
  exists: existsSync,
  kind: kindAt,
  isLink: (file) => lstatSync(file, {throwIfNoEntry: false})?.isSymbolicLink() ?? false,
  realpath: (file) => (existsSync(file) ? realpathSync(file) : path.resolve(file)),
  glob: filesMatching,
  env: (name) => options.env[name],
  searchPaths: (kind) => options.loader.searchPaths(kind, near),
  inventoryHostnames: (pattern) => [...options.hostnames(pattern)],
  pipe: (command) => outputOf(command, path.dirname(near.where.file), options.env),
  writeSecret(file, text) {
    mkdirSync(path.dirname(file), {recursive: true, mode: 0o700});
    writeFileSync(file, text, {mode: 0o600});
  },
});

function kindAt(file: string): PathKind | undefined {
  const stats = statSync(file, {throwIfNoEntry: false});
  if (stats === undefined) return undefined;
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'directory' : 'other';
}

/** Only the last part of the pattern may have wildcards, as in Ansible's fileglob. */
function filesMatching(pattern: string): string[] {
  const folder = path.dirname(pattern);
  const name = globToRegex(path.basename(pattern));
  if (kindAt(folder) !== 'directory') return [];
  return readdirSync(folder)
    .filter((entry) => name.test(entry))
    .map((entry) => path.join(folder, entry))
    .filter((file) => kindAt(file) === 'file')
    .sort();
}

function outputOf(command: string, cwd: string, env: LookupOptions['env']): string {
  try {
    const output = execFileSync('/bin/sh', ['-c', command], {
      cwd,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: pipeLimitBytes,
    });
    return output.replace(/\n$/, '');
  } catch (error) {
    const stderr = (error as {readonly stderr?: unknown}).stderr;
    const said = typeof stderr === 'string' ? stderr.trim().slice(-500) : '';
    throw new TemplateError({
      what: `the command of lookup('pipe') failed: ${command}`,
      hint: said === '' ? messageOf(error).split('\n')[0] : said,
    });
  }
}
