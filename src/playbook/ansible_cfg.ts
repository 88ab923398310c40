/** The settings of an ansible.cfg that matter here. Only what is set is returned, each with its place. */
import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {messageOf, PlaybookError, type Where} from '../errors/index.js';

export interface Setting<T> {
  readonly value: T;
  readonly where: Where;
}

export interface AnsibleConfig {
  readonly file: string;
  readonly rolesPath?: Setting<readonly string[]>;
  readonly collectionsPath?: Setting<readonly string[]>;
  readonly inventory?: Setting<readonly string[]>;
  readonly hostKeyChecking?: Setting<boolean>;
  readonly forks?: Setting<number>;
  readonly timeout?: Setting<number>;
  readonly vaultPasswordFile?: Setting<string>;
  readonly vaultIdentityList?: Setting<readonly string[]>;
  readonly remoteUser?: Setting<string>;
  readonly remotePort?: Setting<number>;
  readonly privateKeyFile?: Setting<string>;
  readonly become?: Setting<boolean>;
  readonly becomeMethod?: Setting<string>;
  readonly becomeUser?: Setting<string>;
  readonly becomeAskPass?: Setting<boolean>;
  readonly sshArgs?: Setting<string>;
  readonly sshCommonArgs?: Setting<string>;
  readonly gathering?: Setting<string>;
  readonly strategy?: Setting<string>;
  readonly anyErrorsFatal?: Setting<boolean>;
}

type Key = Exclude<keyof AnsibleConfig, 'file'>;
type Kind = 'text' | 'path' | 'paths' | 'list' | 'boolean' | 'number';

/** section/key of the file -> our name and how the value reads. */
const settings: Readonly<Record<string, readonly [Key, Kind]>> = {
  'defaults/roles_path': ['rolesPath', 'paths'],
  'defaults/collections_path': ['collectionsPath', 'paths'],
  'defaults/collections_paths': ['collectionsPath', 'paths'],
  'defaults/inventory': ['inventory', 'list'],
  'defaults/host_key_checking': ['hostKeyChecking', 'boolean'],
  'defaults/forks': ['forks', 'number'],
  'defaults/timeout': ['timeout', 'number'],
  'defaults/vault_password_file': ['vaultPasswordFile', 'path'],
  'defaults/vault_identity_list': ['vaultIdentityList', 'list'],
  'defaults/remote_user': ['remoteUser', 'text'],
  'defaults/remote_port': ['remotePort', 'number'],
  'defaults/private_key_file': ['privateKeyFile', 'path'],
  'defaults/gathering': ['gathering', 'text'],
  'defaults/strategy': ['strategy', 'text'],
  'defaults/any_errors_fatal': ['anyErrorsFatal', 'boolean'],
  'privilege_escalation/become': ['become', 'boolean'],
  'privilege_escalation/become_method': ['becomeMethod', 'text'],
  'privilege_escalation/become_user': ['becomeUser', 'text'],
  'privilege_escalation/become_ask_pass': ['becomeAskPass', 'boolean'],
  'ssh_connection/ssh_args': ['sshArgs', 'text'],
  'ssh_connection/ssh_common_args': ['sshCommonArgs', 'text'],
};

export interface ConfigLookup {
  readonly cwd: string;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The first config file there is: $ANSIBLE_CONFIG, ./ansible.cfg, ~/.ansible.cfg, /etc/ansible/ansible.cfg. */
export function findAnsibleConfig(lookup: ConfigLookup): string | undefined {
  const named = lookup.env.ANSIBLE_CONFIG;
  const local = path.join(lookup.cwd, 'ansible.cfg');
  const candidates = [
    ...(named ? [isFolder(named) ? path.join(named, 'ansible.cfg') : named] : []),
    // Anyone could put a file into a world-writable folder; Ansible passes it over, and so do we.
    ...(isWorldWritable(lookup.cwd) ? [] : [local]),
    path.join(lookup.home, '.ansible.cfg'),
    '/etc/ansible/ansible.cfg',
  ];
  return candidates.find((file) => existsSync(file));
}

const isFolder = (file: string): boolean => statSync(file, {throwIfNoEntry: false})?.isDirectory() ?? false;
const isWorldWritable = (folder: string): boolean =>
  ((statSync(folder, {throwIfNoEntry: false})?.mode ?? 0) & 0o002) !== 0;

/** Reads the config that applies here, or undefined if there is none. Throws PlaybookError for a value of the wrong kind. */
export function readAnsibleConfig(lookup: ConfigLookup): AnsibleConfig | undefined {
  const file = findAnsibleConfig(lookup);
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PlaybookError({what: `${file} cannot be read: ${messageOf(error)}`, cause: error});
  }
  return parseAnsibleConfig(text, path.resolve(file), lookup);
}

/** Settings of a config's text; relative paths start at the file's folder. */
export function parseAnsibleConfig(
  text: string,
  file: string,
  lookup: Pick<ConfigLookup, 'home' | 'env'>,
): AnsibleConfig {
  const found: Partial<Record<Key, Setting<unknown>>> = {};
  let section = '';
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) {
      section = header.trim();
      continue;
    }
    const [, key = '', written = ''] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    const known = settings[`${section}/${key.trim().toLowerCase()}`];
    // A semicolon after a space begins a comment; '#' does not.
    const value = written.replace(/\s+;.*$/, '').trim();
    if (!known || value === '') continue;
    const where = {file, line: index + 1, column: raw.indexOf(key.trim()) + 1};
    found[known[0]] = {value: readValue(value, known[1], key.trim(), where, lookup), where};
  }
  return {file, ...(found as Partial<AnsibleConfig>)};
}

function readValue(
  text: string,
  kind: Kind,
  key: string,
  where: Where,
  lookup: Pick<ConfigLookup, 'home' | 'env'>,
): string | number | boolean | readonly string[] {
  const folder = path.dirname(where.file);
  const asPath = (part: string): string => {
    const expanded = part
      .trim()
      .replace(/^~(?=\/|$)/, lookup.home)
      .replace(/\{\{\s*CWD\s*\}\}/g, folder)
      .replace(/\$\{?(\w+)\}?/g, (whole, name: string) => lookup.env[name] ?? whole);
    return path.resolve(folder, expanded);
  };
  switch (kind) {
    case 'path':
      return asPath(text);
    case 'paths':
      return text
        .split(':')
        .filter((part) => part.trim() !== '')
        .map(asPath);
    case 'list': {
      const parts = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      if (key !== 'inventory') return parts;
      return text.endsWith(',') ? [text] : parts.map(asPath);
    }
    case 'boolean':
      if (/^(?:true|yes|on|1|t|y)$/i.test(text)) return true;
      if (/^(?:false|no|off|0|f|n)$/i.test(text)) return false;
      throw new PlaybookError({what: `${key} is '${text}', neither true nor false`, where});
    case 'number':
      if (/^\d+$/.test(text)) return Number(text);
      throw new PlaybookError({what: `${key} is '${text}', not a whole number`, where});
    default:
      return text;
  }
}
