import {type Data, defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {regex} from '../support/edit_file.js';
import {octal4} from '../support/mode.js';
import {type PathStat, parseStat} from '../support/path_state.js';
import {assignPath} from '../support/path_word.js';
import {readRecords, recordFunctions} from '../support/records.js';

const params = p.object({
  paths: p.strings('Folders to look in.', {aliases: ['name', 'path']}),
  patterns: p
    .strings('Shell patterns of names, or regular expressions with `use_regex`.', {aliases: ['pattern']})
    .default([]),
  excludes: p.strings('Patterns of names that are left out.', {aliases: ['exclude']}).default([]),
  use_regex: p.bool('`patterns` and `excludes` are Python regular expressions.').default(false),
  file_type: p.choice(['file', 'directory', 'link', 'any'], 'What to look for.').default('file'),
  recurse: p.bool('Also in folders below.').default(false),
  depth: p.int('How many levels deep, with `recurse`.').optional(),
  hidden: p.bool('Also names that begin with a dot.').default(false),
  follow: p.bool('Follow symbolic links to folders.').default(false),
  age: p.string('Only what is older, as `2d`; with a minus, what is younger.').optional(),
  age_stamp: p.choice(['atime', 'ctime', 'mtime'], 'Which time counts.').default('mtime'),
  size: p.string('Only what is larger, as `10m`; with a minus, what is smaller.').optional(),
  limit: p.int('How many at most.').optional(),
});

type Params = z.output<typeof params>;

interface Found {
  readonly path: string;
  readonly stat: PathStat;
}

interface Seen {
  readonly now: number;
  readonly found: readonly Found[];
  readonly missing: readonly string[];
}

const types = {file: ['-type', 'f'], directory: ['-type', 'd'], link: ['-type', 'l'], any: []} as const;

const look = (given: Params, path: string, index: number): Script => {
  const deepest = given.recurse ? given.depth : 1;
  return joinScripts([
    assignPath('q_path', path.replace(/(?<=.)\/+$/, '')),
    sh`if [ -d "$q_path" ]; then
  q_say ${`found${index}`} "$(find ${given.follow ? ['-L'] : []} "$q_path" -mindepth 1 ${deepest === undefined ? [] : ['-maxdepth', String(deepest)]} ${types[given.file_type]} -exec stat -c ${'%n//\n%f %u %g %s %h %i %d %X %Y %Z %b %B\n%U\n%G///'} -- {} + 2>/dev/null)"
else q_say ${`missing${index}`} "$q_path"; fi`,
  ]);
};

const units: Readonly<Record<string, number>> = {s: 1, m: 60, h: 3600, d: 86_400, w: 604_800};
const sizes: Readonly<Record<string, number>> = {b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4};

/** `-2d` as a number with its sign. */
function amount(text: string | undefined, table: Readonly<Record<string, number>>, what: string): number | undefined {
  if (text === undefined) return undefined;
  const [, sign = '', digits, unit = ''] = /^([-+]?)(\d+)([a-z]?)$/i.exec(text.trim()) ?? [];
  const factor = unit === '' ? 1 : table[unit.toLowerCase()];
  if (digits === undefined || factor === undefined)
    throw new RangeError(`find: ${what} '${text}' is no number with one of ${Object.keys(table).join(', ')}`);
  return Number(digits) * factor * (sign === '-' ? -1 : 1);
}

const beyond = (value: number, bound: number | undefined): boolean =>
  bound === undefined || (bound >= 0 && !Object.is(bound, -0) ? value >= bound : value <= -bound);

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '[\\s\\S]*')
      .replaceAll('?', '[\\s\\S]')
      .replaceAll('[!', '[^')}$`,
  );

export function choose(given: Params, seen: Seen): Found[] {
  const compile = (pattern: string): RegExp => (given.use_regex ? regex('find', pattern) : glob(pattern));
  const [patterns, excludes] = [given.patterns.map(compile), given.excludes.map(compile)];
  const age = amount(given.age, units, 'age');
  const size = amount(given.size, sizes, 'size');
  const chosen = seen.found.filter(({path, stat}) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const time = {atime: stat.accessed, ctime: stat.statusChanged, mtime: stat.modified}[given.age_stamp];
    return (
      (given.hidden || !name.startsWith('.')) &&
      (patterns.length === 0 || patterns.some((pattern) => pattern.test(name))) &&
      !excludes.some((pattern) => pattern.test(name)) &&
      beyond(seen.now - time, age) &&
      (stat.type === 'directory' || beyond(stat.size, size))
    );
  });
  return given.limit === undefined ? chosen : chosen.slice(0, given.limit);
}

const fileData = ({path, stat}: Found): Data => ({
  path,
  mode: octal4(stat.mode),
  isreg: stat.type === 'file',
  isdir: stat.type === 'directory',
  islnk: stat.type === 'link',
  uid: stat.uid,
  gid: stat.gid,
  pw_name: stat.owner,
  gr_name: stat.group,
  size: stat.size,
  inode: stat.inode,
  dev: stat.device,
  nlink: stat.links,
  atime: stat.accessed,
  mtime: stat.modified,
  ctime: stat.statusChanged,
});

const find: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'find',
  aliases: ['ansible.builtin.find'],
  summary: 'Lists files of the host by name, kind, age and size.',
  description: '`contains` and checksums are not there.',
  params,
  returns: {
    files: 'What was found, each as stat tells it.',
    matched: 'How many.',
    examined: 'How many were looked at.',
    skipped_paths: 'Folders that are not there.',
  },
  examples: [{name: 'Old snapshots', params: {paths: '/var/lib/rancher/k3s/server/db/snapshots', age: '7d'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: (given) => given.paths.map((path) => ({kind: 'path', path})),
  probe: (given) =>
    joinScripts([
      recordFunctions,
      raw('q_say now "$(date +%s)"'),
      ...given.paths.map((path, index) => look(given, path, index)),
    ]),
  parse(output) {
    const found: Found[] = [];
    const missing: string[] = [];
    const records = readRecords(output);
    for (const [key, text] of records) {
      if (key.startsWith('missing')) missing.push(text);
      if (!key.startsWith('found')) continue;
      for (const entry of text.split('///\n').filter((one) => one !== '')) {
        const at = entry.indexOf('//\n');
        found.push({path: entry.slice(0, at), stat: parseStat(entry.slice(at + 3).replace(/\/\/\/$/, ''))});
      }
    }
    return {now: Number(records.get('now')), found: found.sort((a, b) => (a.path < b.path ? -1 : 1)), missing};
  },
  plan(given, seen) {
    const files = choose(given, seen).map(fileData);
    const skipped = Object.fromEntries(seen.missing.map((path) => [path, `'${path}' is not a directory`]));
    return {
      plan: 'same',
      result: {
        files,
        matched: files.length,
        examined: seen.found.length,
        skipped_paths: skipped,
        msg: seen.missing.length === 0 ? 'All paths examined' : 'Not all paths examined, check warnings for details',
      },
    };
  },
};

export default defineModule(find);
