/** ~/.ssh/config and the machine's ssh_config for one host, through the library ssh-config. */
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import SSHConfig, {type Directive, LineType, type Match, type Section} from 'ssh-config';
import {messageOf, TransportError} from '../errors/index.js';
import {matchesGlob} from './glob.js';
import {canonicalKeyword, isHonoured, type SshOptions, unsupported} from './ssh_args.js';

type Line = SSHConfig[number];

/** Options that decide how a host is reached or trusted, and that the built-in client cannot do. */
const refused = [
  'certificatefile',
  'pkcs11provider',
  'bindinterface',
  'revokedhostkeys',
  'knownhostscommand',
  'proxyusefdpass',
];
/** Criteria of `Match` that the library judges as ssh does. */
const judged = new Set(['all', 'final', 'canonical', 'host', 'originalhost', 'user', 'localuser']);
/** Spellings that the library looks for. */
const spelt: Readonly<Record<string, string>> = {hostname: 'HostName', user: 'User'};
/** Stands in for a block whose criteria cannot be judged, and for canonicalization, which the library would do through DNS. */
const undecided = 'QuorateUndecided';
const canonicalize = 'QuorateCanonicalize';
const deepest = 16;

export interface SshConfigOptions {
  readonly homeDir: string;
  /** Read after the user's own file; undefined for none. */
  readonly systemFile: string | undefined;
}

/** Config files, each read and parsed once; one for each run. */
export class SshConfigFiles {
  readonly #files = new Map<string, Promise<readonly Line[] | undefined>>();
  readonly #options: SshConfigOptions;

  constructor(options: SshConfigOptions) {
    this.#options = options;
  }

  /**
   * What the files say of a host as it is named on the command line. `file` replaces both files (`none` for none).
   * Throws TransportError `config` for a file that cannot be read, and for what this client cannot do.
   */
  async lookUp(address: string, host: string, file: string | undefined, user: string | undefined): Promise<SshOptions> {
    if (file === 'none') return new Map();
    const lines: Line[] = [];
    const userFile = path.join(this.#options.homeDir, '.ssh', 'config');
    for (const name of file === undefined ? [userFile, this.#options.systemFile] : [file]) {
      if (name === undefined) continue;
      const read = await this.#read(name);
      if (read === undefined && file !== undefined)
        throw new TransportError({phase: 'config', what: `the ssh config file ${file} does not exist`});
      lines.push(...(await this.#flatten(read ?? [], name, address, 0)));
    }
    const asked = user === undefined ? {Host: address} : {Host: address, User: user};
    const computed = config(lines).compute(asked, {ignoreCase: true, matchExec: false});
    return checked(toOptions(computed), address, host);
  }

  /** The parsed lines of a file; undefined where there is none. */
  #read(file: string): Promise<readonly Line[] | undefined> {
    const known = this.#files.get(file);
    if (known) return known;
    const read = readFile(file, 'utf8').then(
      (text) => parse(text, file),
      (error: unknown) => {
        if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
          return undefined;
        throw new TransportError({
          phase: 'config',
          what: `cannot read the ssh config file ${file}: ${messageOf(error)}`,
          cause: error,
        });
      },
    );
    this.#files.set(file, read);
    return read;
  }

  /** Puts included files in the place of their `Include`; one inside a block counts only if the block fits the host. */
  async #flatten(lines: readonly Line[], file: string, address: string, depth: number): Promise<Line[]> {
    const flat: Line[] = [];
    for (const line of lines) {
      if (line.type !== LineType.DIRECTIVE) continue;
      if (isInclude(line)) flat.push(...(await this.#include(line, file, address, depth)));
      else if (!('config' in line)) flat.push(line);
      else flat.push(...(await this.#flattenBlock(decidable(line, file), file, address, depth)));
    }
    return flat;
  }

  async #flattenBlock(block: Section, file: string, address: string, depth: number): Promise<Line[]> {
    if (!block.config.some(isInclude)) return [block];
    const fits =
      'probe' in
      config([{...block, config: config([directive('Probe', 'yes')])}]).compute(address, {
        ignoreCase: true,
        matchExec: false,
      });
    if (!fits) return [];
    const flat: Line[] = [];
    let own: Line[] = [];
    for (const line of block.config) {
      if (!isInclude(line)) {
        own.push(line);
        continue;
      }
      flat.push({...block, config: config(own)}, ...(await this.#include(line, file, address, depth)));
      own = [];
    }
    return [...flat, {...block, config: config(own)}];
  }

  async #include(line: Line, file: string, address: string, depth: number): Promise<Line[]> {
    if (depth === deepest)
      throw new TransportError({
        phase: 'config',
        what: `ssh config files include each other more than ${deepest} deep, in ${file}`,
      });
    const flat: Line[] = [];
    for (const pattern of valuesOf(line)) {
      const base = file.startsWith('/etc/') ? '/etc/ssh' : path.join(this.#options.homeDir, '.ssh');
      const home = pattern.startsWith('~/') ? path.join(this.#options.homeDir, pattern.slice(2)) : pattern;
      for (const name of await expandGlob(path.resolve(base, home)))
        flat.push(...(await this.#flatten((await this.#read(name)) ?? [], name, address, depth + 1)));
    }
    return flat;
  }
}

function parse(text: string, file: string): readonly Line[] {
  let lines: SSHConfig;
  try {
    lines = SSHConfig.parse(text);
  } catch (error) {
    throw new TransportError({
      phase: 'config',
      what: `the ssh config file ${file} cannot be read: ${messageOf(error)}`,
      cause: error,
    });
  }
  const spell = (line: Line): Line => {
    if (line.type !== LineType.DIRECTIVE) return line;
    const lower = canonicalKeyword(line.param);
    const param = lower === 'canonicalizehostname' ? canonicalize : (spelt[lower] ?? line.param);
    return 'config' in line ? {...line, param, config: config([...line.config].map(spell))} : {...line, param};
  };
  return [...lines].map(spell);
}

/** A block that only ssh itself can judge (`Match exec`) becomes a note, which matters if all else in it fits. */
function decidable(block: Section, file: string): Section {
  if (!('criteria' in block)) return block;
  const {criteria} = block as Match;
  const strange = Object.keys(criteria).find((key) => !judged.has(key.toLowerCase()));
  if (strange === undefined) return block;
  const rest = Object.fromEntries(Object.entries(criteria).filter(([key]) => judged.has(key.toLowerCase())));
  const note = directive(undecided, `Match ${strange} in ${file}`);
  return {
    ...block,
    criteria: rest,
    config: config(block.config.some(matters) ? [note] : []),
  } as Match;
}

function checked(options: SshOptions, address: string, host: string): SshOptions {
  const note = options.get(undecided.toLowerCase())?.[0];
  if (note !== undefined) throw unsupported(host, `the block "${note}"`, 'ssh config');
  for (const keyword of refused) {
    const value = options.get(keyword)?.[0];
    if (value !== undefined && !/^(no|none)$/i.test(value))
      throw unsupported(host, `the option ${keyword} ${value}`, 'ssh config');
  }
  const domains = options.get('canonicaldomains');
  const wanted = /^(yes|always)$/i.test(options.get(canonicalize.toLowerCase())?.[0] ?? 'no');
  if (wanted && domains && /^[^.:]+(\.[^.:]+)?$/.test(address))
    throw unsupported(host, 'the option CanonicalizeHostname', 'ssh config');
  return options;
}

function toOptions(computed: Readonly<Record<string, string | string[]>>): SshOptions {
  const options = new Map<string, readonly string[]>();
  for (const [keyword, value] of Object.entries(computed))
    options.set(canonicalKeyword(keyword), typeof value === 'string' ? [value] : value);
  return options;
}

/** A config of these lines; the library's class is an Array whose constructor takes a length. */
function config(lines: readonly Line[]): SSHConfig {
  const made = new SSHConfig();
  made.push(...lines);
  return made;
}

const directive = (param: string, value: string): Directive => ({
  type: LineType.DIRECTIVE,
  param,
  value,
  separator: ' ',
  before: '',
  after: '\n',
});

const matters = (line: Line): boolean =>
  line.type === LineType.DIRECTIVE &&
  (isInclude(line) || isHonoured(line.param) || refused.includes(line.param.toLowerCase()));

const isInclude = (line: Line): boolean => line.type === LineType.DIRECTIVE && line.param.toLowerCase() === 'include';

function valuesOf(line: Line): string[] {
  if (line.type !== LineType.DIRECTIVE) return [];
  return typeof line.value === 'string' ? [line.value] : line.value.map((value) => value.val);
}

/** The files that an absolute path with `*` and `?` in it names, in order of their names. */
async function expandGlob(pattern: string): Promise<string[]> {
  let found = ['/'];
  for (const part of pattern.split('/').filter((piece) => piece !== '')) {
    if (!/[*?]/.test(part)) {
      found = found.map((folder) => path.join(folder, part));
      continue;
    }
    const next: string[] = [];
    for (const folder of found) {
      const names = await readdir(folder).catch(() => []);
      const fitting = names
        .filter((name) => (part.startsWith('.') || !name.startsWith('.')) && matchesGlob(part, name))
        .sort();
      next.push(...fitting.map((name) => path.join(folder, name)));
    }
    found = next;
  }
  return found;
}
