/** Users and groups as a host's own files and name services tell of them. */
import {raw, type Script, sh} from '../../src/shell/index.js';
import type {Records} from './records.js';

/** `q_entry passwd|group NAME`: the line of an account; from /etc where there is no getent. */
export const entryFunction: Script = raw(`
q_entry() {
  if command -v getent >/dev/null 2>&1; then getent "$1" "$2"
  else while IFS= read -r q_line; do case $q_line in "$2":*) printf '%s\\n' "$q_line"; return ;; esac; done < "/etc/$1"; fi
}
`);

export interface UserEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly comment: string;
  readonly home: string;
  readonly shell: string;
}

export const probeUserEntry = (name: string): Script => sh`q_say passwd "$(q_entry passwd ${name})"`;
export const probeGroupEntry = (name: string): Script => sh`q_say group "$(q_entry group ${name})"`;

export function readUserEntry(records: Records): UserEntry | undefined {
  const [name, , uid, gid, comment = '', home = '', shell = ''] = (records.get('passwd') ?? '').split(':');
  return name === undefined || name === ''
    ? undefined
    : {name, uid: Number(uid), gid: Number(gid), comment, home, shell};
}

export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
}

export function readGroupEntry(records: Records): GroupEntry | undefined {
  const [name, , gid] = (records.get('group') ?? '').split(':');
  return name === undefined || name === '' ? undefined : {name, gid: Number(gid)};
}

/** What can be an account's name on all hosts. */
export const accountName = /^[A-Za-z_][A-Za-z0-9_.-]*\$?$/;

/** What a host changes its accounts with: shadow (useradd and its kin), busybox's adduser, or nothing. */
export type AccountTool = 'shadow' | 'busybox' | 'none';

export const probeAccountTool: Script = raw(`if command -v useradd >/dev/null 2>&1; then q_say tool shadow
elif command -v adduser >/dev/null 2>&1 && command -v addgroup >/dev/null 2>&1; then q_say tool busybox; fi`);

export const readAccountTool = (records: Records): AccountTool => {
  const tool = records.get('tool');
  return tool === 'shadow' || tool === 'busybox' ? tool : 'none';
};

export const noAccountTool = {
  plan: 'fail',
  why: 'this host has neither useradd nor adduser to change accounts with',
  hint: 'install shadow (on Debian the package passwd)',
} as const;
