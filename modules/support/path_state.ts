/** Looking at one path of a host: what it is, whose, its bits, its content; and correcting that by predictions. */
import {createHash} from 'node:crypto';
import type {PathState, Predicted} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {assignPath, parentPath} from './path_word.js';
import {decodeContent, decodeHash, type Records, recordFunctions} from './records.js';

export interface PathStat {
  readonly type: 'file' | 'directory' | 'link' | 'other';
  /** The kind in st_mode's highest bits, for character devices, fifos and so on. */
  readonly format: number;
  /** The permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  readonly links: number;
  readonly inode: number;
  readonly device: number;
  /** Seconds since the epoch. */
  readonly accessed: number;
  readonly modified: number;
  readonly statusChanged: number;
  readonly blocks: number;
  readonly blockSize: number;
}

export interface PathSeen {
  /** As the host expands it. */
  readonly path: string;
  /** Undefined: there is nothing. */
  readonly stat?: Partial<PathStat> & Pick<PathStat, 'type'>;
  /** Why it could not be looked at, in the host's words. */
  readonly problem?: string;
  /** Where a symbolic link points, as written in it. */
  readonly target?: string;
  readonly sha256?: string;
  readonly content?: Buffer;
}

/** What something is, in a sentence. */
export const typeName: Readonly<Record<PathStat['type'], string>> = {
  file: 'a file',
  directory: 'a folder',
  link: 'a symbolic link',
  other: 'a device, pipe or socket',
};

export interface Look {
  /** Looks through a symbolic link. */
  readonly follow?: boolean;
  readonly sha256?: boolean;
  /** Reads the content, of files up to this many bytes. */
  readonly contentUpTo?: number;
}

/** `q_stat NAME PATH [-L]`: one record, or none where there is nothing; false unless there is something. */
export const pathFunctions = joinScripts([
  recordFunctions,
  raw(`
q_stat() {
  q_out=$(LC_ALL=C stat $3 -c '%f %u %g %s %h %i %d %X %Y %Z %b %B
%U
%G' -- "$2" 2>&1) && { q_say "$1.stat" "$q_out"; return; }
  case $q_out in
  *'No such file'*|*'Not a directory'*) ;;
  *) q_say "$1.problem" "\${q_out##*: }" ;;
  esac
  return 1
}
`),
]);

/** Reports on the path in the shell variable `q_path`, under `name`. */
export function lookAt(name: string, look: Look): Script {
  const limit = look.contentUpTo ?? 0;
  return sh`
q_say ${`${name}.path`} "$q_path"
if q_stat ${name} "$q_path" ${look.follow ? '-L' : raw('')}; then
  if [ -L "$q_path" ]; then q_say ${`${name}.target`} "$(readlink -- "$q_path"; printf .)"; fi
  ${look.follow ? raw('if [ -f "$q_path" ]') : raw('if [ -f "$q_path" ] && [ ! -L "$q_path" ]')}; then
    ${look.sha256 ? sh`q_hash ${`${name}.sha256`} "$q_path" sha256` : raw(':')}
    ${limit > 0 ? sh`if [ "$(stat -L -c %s -- "$q_path")" -le ${limit} ]; then q_content ${`${name}.content`} "$q_path"; fi` : raw(':')}
  fi
fi`;
}

/** A probe's part that looks at one path. {@link pathFunctions} must stand before it. */
export const probePath = (name: string, path: string, look: Look = {}): Script =>
  joinScripts([assignPath('q_path', path), lookAt(name, look)]);

const typeOf = (format: number): PathStat['type'] =>
  format === 0o100000 ? 'file' : format === 0o040000 ? 'directory' : format === 0o120000 ? 'link' : 'other';

export function parseStat(text: string): PathStat {
  const [numbers = '', owner = '', group = ''] = text.split('\n');
  const [hex = '0', ...rest] = numbers.split(' ');
  const [uid, gid, size, links, inode, device, accessed, modified, statusChanged, blocks, blockSize] = rest.map(Number);
  const bits = Number.parseInt(hex, 16);
  const format = bits & 0o170000;
  return {
    type: typeOf(format),
    format,
    mode: bits & 0o7777,
    uid: uid ?? 0,
    gid: gid ?? 0,
    owner: owner === 'UNKNOWN' ? String(uid) : owner,
    group: group === 'UNKNOWN' ? String(gid) : group,
    size: size ?? 0,
    links: links ?? 0,
    inode: inode ?? 0,
    device: device ?? 0,
    accessed: accessed ?? 0,
    modified: modified ?? 0,
    statusChanged: statusChanged ?? 0,
    blocks: blocks ?? 0,
    blockSize: blockSize ?? 0,
  };
}

/** What {@link lookAt} reported under `name`. */
export function readPath(records: Records, name: string): PathSeen {
  const stat = records.get(`${name}.stat`);
  const problem = records.get(`${name}.problem`);
  const target = records.get(`${name}.target`);
  const sha256 = decodeHash(records.get(`${name}.sha256`));
  const content = records.get(`${name}.content`);
  return {
    path: records.get(`${name}.path`) ?? '',
    ...(stat === undefined ? {} : {stat: parseStat(stat)}),
    ...(problem === undefined ? {} : {problem}),
    // The probe put a newline (readlink's) and a full stop after it, so that the shell does not eat newlines of the target.
    ...(target === undefined ? {} : {target: target.slice(0, -2)}),
    ...(sha256 === undefined ? {} : {sha256}),
    ...(content === undefined ? {} : {content: decodeContent(content)}),
  };
}

/** Where a prediction says nothing of a path itself, the nearest folder above that it does speak of decides. */
function fromAbove(seen: PathSeen, predicted: Predicted): PathSeen | undefined {
  for (let above = parentPath(seen.path); ; above = parentPath(above)) {
    const prediction = predicted.get({kind: 'path', path: above});
    if (prediction !== undefined) {
      const state = prediction.state as PathState | undefined;
      if (state === undefined || state.type === 'link') return undefined;
      return state.type === 'directory' ? seen : {path: seen.path};
    }
    if (above === '/' || above === '.') return seen;
  }
}

/**
 * What is at a path if earlier tasks had really been done: undefined if that cannot be told.
 * @param written the path as the task has it, when the host expands it to another
 */
export function overlayPath(seen: PathSeen, predicted: Predicted, written = seen.path): PathSeen | undefined {
  const above = fromAbove(seen, predicted);
  if (above?.stat === undefined && above !== seen) return above;
  const prediction = predicted.get({kind: 'path', path: seen.path}) ?? predicted.get({kind: 'path', path: written});
  if (prediction === undefined) return above;
  const state = prediction.state as PathState | undefined;
  if (state === undefined) return undefined;
  return state.type === 'absent' ? {path: seen.path} : fromState(seen, state);
}

function fromState(seen: PathSeen, state: PathState): PathSeen {
  const {type, mode, owner, group, sha256, content, target} = state;
  const same = seen.stat?.type === type ? seen : undefined;
  const size = content?.length;
  return {
    path: seen.path,
    stat: {
      ...same?.stat,
      type: type === 'absent' ? 'other' : type,
      ...(mode === undefined ? {} : {mode: Number.parseInt(mode, 8)}),
      ...(owner === undefined ? {} : account('owner', 'uid', owner, same)),
      ...(group === undefined ? {} : account('group', 'gid', group, same)),
      ...(size === undefined ? {} : {size}),
    },
    ...pick('target', target ?? same?.target),
    ...pick('sha256', sha256 ?? (content ? createHash('sha256').update(content).digest('hex') : same?.sha256)),
    ...pick('content', content ?? (sha256 === undefined || sha256 === same?.sha256 ? same?.content : undefined)),
  };
}

/** A predicted owner is a name or a number; the other one is known only if it is as before, or root's. */
function account(name: 'owner' | 'group', id: 'uid' | 'gid', value: string, same: PathSeen | undefined): object {
  if (same?.stat?.[name] === value) return {};
  if (/^\d+$/.test(value)) return {[name]: value === '0' ? 'root' : value, [id]: Number(value)};
  return {[name]: value, [id]: value === 'root' ? 0 : undefined};
}

const pick = <K extends string, V>(key: K, value: V | undefined): {[name in K]?: V} =>
  (value === undefined ? {} : {[key]: value}) as {[name in K]?: V};

/** A path's state as a prediction for later tasks, from what was seen. */
export function stateOf(seen: PathSeen): PathState {
  const {stat} = seen;
  if (stat === undefined) return {type: 'absent'};
  return {
    type: stat.type,
    ...(stat.mode === undefined || stat.type === 'link' ? {} : {mode: stat.mode.toString(8)}),
    ...pick('owner', stat.owner),
    ...pick('group', stat.group),
    ...pick('sha256', seen.sha256),
    ...pick('target', seen.target),
  };
}

/** The path as resource, in both spellings where the host expands it. */
export const pathResources = (...paths: readonly string[]): {kind: 'path'; path: string}[] =>
  [...new Set(paths)].map((path) => ({kind: 'path', path}));
