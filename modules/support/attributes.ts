/** Mode, owner and group of a path: the parameters, what differs, and the shell text that mends it. */
import {type Data, type Plan, type Predicted, p} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {chmodDigits, newDirectoryMode, newFileMode, octal4, resolveMode} from './mode.js';
import type {PathSeen, PathStat} from './path_state.js';
import type {Records} from './records.js';

export const attributeParams = {
  mode: p
    .mode("Permission bits: octal in quotes (`'0644'`) or symbolic (`u=rw,g=r,o=`). Left as they are without it.")
    .optional(),
  owner: p.string('Owner, by name or number.').optional(),
  group: p.string('Group, by name or number.').optional(),
};

export interface AttributeWish {
  readonly mode?: string | undefined;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
}

/** Numbers of the wanted accounts; `missing` where the host has none of that name, undefined where nobody asked. */
export interface Accounts {
  readonly uid?: number | 'missing' | undefined;
  readonly gid?: number | 'missing' | undefined;
}

const isNumber = (name: string): boolean => /^\d+$/.test(name);
const needsLookup = (name: string | undefined): name is string =>
  name !== undefined && name !== 'root' && !isNumber(name);

/** `q_gid NAME`: a group's number; from /etc/group where there is no getent. */
export const groupFunction = raw(`
q_gid() {
  if command -v getent >/dev/null 2>&1; then
    q_out=$(getent group "$1") || return
    q_out=\${q_out#*:*:}; printf '%s' "\${q_out%%:*}"
  else
    while IFS=: read -r q_name q_x q_id q_rest; do
      if [ "$q_name" = "$1" ]; then printf '%s' "$q_id"; return; fi
    done < /etc/group
  fi
}
`);

/** A probe's part that asks whether the wanted owner and group exist; nothing when nobody needs to ask. */
export function probeAccounts({owner, group}: AttributeWish): Script {
  const parts: Script[] = [];
  if (needsLookup(owner)) parts.push(sh`q_say owner.uid "$(id -u ${owner} 2>/dev/null)"`);
  if (needsLookup(group)) parts.push(groupFunction, sh`q_say group.gid "$(q_gid ${group})"`);
  return joinScripts(parts);
}

export function readAccounts(records: Records, {owner, group}: AttributeWish): Accounts {
  const number = (name: string | undefined, key: string): number | 'missing' | undefined => {
    if (name === undefined) return undefined;
    if (!needsLookup(name)) return name === 'root' ? 0 : Number(name);
    const text = records.get(key) ?? '';
    return /^\d+$/.test(text) ? Number(text) : 'missing';
  };
  return {uid: number(owner, 'owner.uid'), gid: number(group, 'group.gid')};
}

/** Accounts that an earlier task would make are not missing; their numbers are not known yet. */
export function overlayAccounts(accounts: Accounts, predicted: Predicted, {owner, group}: AttributeWish): Accounts {
  const made = (kind: string, name: string | undefined): boolean =>
    name !== undefined && predicted.get({kind, name}) !== undefined;
  return {
    uid: accounts.uid === 'missing' && made('user', owner) ? undefined : accounts.uid,
    gid: accounts.gid === 'missing' && (made('group', group) || made('user', group)) ? undefined : accounts.gid,
  };
}

/** The plan's refusal if an owner or group is wanted that the host has not. */
export function missingAccount(accounts: Accounts, {owner, group}: AttributeWish): Plan | undefined {
  if (accounts.uid === 'missing')
    return {
      plan: 'fail',
      why: `there is no user '${owner}' on this host`,
      hint: 'make it first with the module user, or give its number',
    };
  if (accounts.gid === 'missing')
    return {
      plan: 'fail',
      why: `there is no group '${group}' on this host`,
      hint: 'make it first with the module group, or give its number',
    };
  return undefined;
}

/** What is to be set, and how that reads in a diff. Empty when all is as wanted. */
export interface AttributeChange {
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly before: Data;
  readonly after: Data;
}

export const changesNothing = (change: AttributeChange): boolean => Object.keys(change.after).length === 0;

/** The mode a path has or, if it does not exist, begins with. */
const currentMode = (stat: PathSeen['stat'], isDirectory: boolean): number =>
  stat?.mode ?? (isDirectory ? newDirectoryMode : newFileMode);

export function attributeChange(
  stat: PathSeen['stat'],
  wish: AttributeWish,
  accounts: Accounts,
  kind: 'file' | 'directory' | 'link',
): AttributeChange {
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  const change: {mode?: number; owner?: string; group?: string} = {};
  if (wish.mode !== undefined && kind !== 'link') {
    const mode = resolveMode(wish.mode, currentMode(stat, kind === 'directory'), kind === 'directory');
    if (stat?.mode !== mode) {
      if (stat?.mode !== undefined) before.mode = octal4(stat.mode);
      after.mode = octal4(mode);
      change.mode = mode;
    }
  }
  for (const [name, id] of [
    ['owner', 'uid'],
    ['group', 'gid'],
  ] as const) {
    const wanted = wish[name];
    if (wanted === undefined || hasAccount(stat, name, wanted, accounts[id])) continue;
    if (stat?.[name] !== undefined) before[name] = stat[name];
    after[name] = wanted;
    change[name] = wanted;
  }
  return {...change, before, after};
}

function hasAccount(
  stat: Partial<PathStat> | undefined,
  name: 'owner' | 'group',
  wanted: string,
  number: Accounts['uid'],
): boolean {
  const id = name === 'owner' ? stat?.uid : stat?.gid;
  return id !== undefined && typeof number === 'number' ? id === number : stat?.[name] === wanted;
}

/**
 * Shell text that sets what differs on the path in the shell variable `q_path`, parts joined by `&&`.
 * Owner before mode: chown clears setuid and setgid.
 */
export function setAttributes(change: AttributeChange, follow = true): Script {
  const {mode, owner, group} = change;
  const parts: Script[] = [];
  const self = follow ? raw('') : raw('-h ');
  if (owner !== undefined || group !== undefined)
    parts.push(sh`chown ${self}-- ${`${owner ?? ''}${group === undefined ? '' : `:${group}`}`} "$q_path"`);
  if (mode !== undefined) parts.push(sh`chmod -- ${chmodDigits(mode)} "$q_path"`);
  return joinScripts(parts, ' && ');
}

/** What a path will be like after the change, as Ansible's results have it. */
export function resultAttributes(stat: PathSeen['stat'], change: AttributeChange): Data {
  const mode = change.mode ?? stat?.mode;
  const ids = {
    ...(change.owner === undefined ? {uid: stat?.uid} : {}),
    ...(change.group === undefined ? {gid: stat?.gid} : {}),
  };
  return defined({
    mode: mode === undefined ? undefined : octal4(mode),
    owner: change.owner ?? stat?.owner,
    group: change.group ?? stat?.group,
    ...ids,
  });
}

/** Without the members that are undefined. */
export const defined = (data: Readonly<Record<string, unknown>>): Data =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
