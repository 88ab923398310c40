import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {
  type Accounts,
  type AttributeChange,
  type AttributeWish,
  attributeChange,
  changesNothing,
} from '../support/attributes.js';
import {chmodDigits} from '../support/mode.js';

/** Something below a folder, as `recurse` looks at it. */
export interface TreeEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly owner: string;
  readonly group: string;
}

/** Lists everything below `q_self`. `//` and a newline end an entry: no path that find prints has a doubled slash. */
export const treeScript = raw(`
if [ -d "$q_self" ] && [ ! -L "$q_self" ]; then
  q_say tree "$(find "$q_self" -mindepth 1 -exec stat -c '%f %u %g
%U
%G
%n//' -- {} +)"
fi`);

export function parseTree(text: string): TreeEntry[] {
  return text
    .split('//\n')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [numbers = '', owner = '', group = '', ...path] = entry.replace(/\/\/$/, '').split('\n');
      const [hex = '0', uid, gid] = numbers.split(' ');
      const bits = Number.parseInt(hex, 16);
      const format = bits & 0o170000;
      return {
        path: path.join('\n'),
        type: format === 0o040000 ? 'directory' : format === 0o120000 ? 'link' : 'file',
        mode: bits & 0o7777,
        uid: Number(uid),
        gid: Number(gid),
        owner,
        group,
      };
    });
}

export interface TreeChange {
  readonly entry: TreeEntry;
  readonly change: AttributeChange;
}

/** Entries whose attributes are not as wanted. Symbolic links have an owner, but no mode. */
export const treeChanges = (tree: readonly TreeEntry[], wish: AttributeWish, accounts: Accounts): TreeChange[] =>
  tree
    .map((entry) => ({entry, change: attributeChange(statOf(entry), wish, accounts, entry.type)}))
    .filter(({change}) => !changesNothing(change));

const statOf = ({type, mode, uid, gid, owner, group}: TreeEntry): Parameters<typeof attributeChange>[0] => ({
  type,
  mode,
  uid,
  gid,
  owner,
  group,
});

/** Paths in one command; far below what a command line may hold. */
const chunk = 100;

function inChunks(command: Script, paths: readonly string[]): Script[] {
  const scripts: Script[] = [];
  for (let at = 0; at < paths.length; at += chunk) scripts.push(sh`${command} ${paths.slice(at, at + chunk)}`);
  return scripts;
}

const grouped = (
  changes: readonly TreeChange[],
  key: (change: AttributeChange) => string | undefined,
): Map<string, string[]> => {
  const groups = new Map<string, string[]>();
  for (const {entry, change} of changes) {
    const name = key(change);
    if (name === undefined) continue;
    const paths = groups.get(name) ?? [];
    paths.push(entry.path);
    groups.set(name, paths);
  }
  return groups;
};

/** Owners first, since chown clears setuid. */
export function treeScripts(changes: readonly TreeChange[]): Script[] {
  const owners = grouped(changes, ({owner, group}) =>
    owner === undefined && group === undefined ? undefined : `${owner ?? ''}${group === undefined ? '' : `:${group}`}`,
  );
  const modes = grouped(changes, ({mode}) => (mode === undefined ? undefined : chmodDigits(mode)));
  return [
    ...[...owners].flatMap(([who, paths]) => inChunks(sh`chown -h -- ${who}`, paths)),
    ...[...modes].flatMap(([mode, paths]) => inChunks(sh`chmod -- ${mode}`, paths)),
  ];
}

export const allScripts = (scripts: readonly Script[]): Script => joinScripts(scripts, ' &&\n');
