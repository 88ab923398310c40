/**
 * From `ansible_*` variables, keywords and the command line to the way to a host. Of the three, variables are the
 * strongest and the command line the weakest, as in Ansible: `ansible_become: true` beats a task's `become: false`.
 */
import {InventoryError} from '../errors/index.js';
import {splitWords} from '../inventory/words.js';
import {type Masker, Secret} from '../shell/index.js';
import type {Become, BecomeMethod, ConnectionSpec, HostKeyPolicy} from '../transport/types.js';

/** What a task or play says; rendered. */
export interface ConnectionKeywords {
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: string;
  readonly connection?: string;
  readonly remoteUser?: string;
  readonly port?: number;
}

export interface ConnectionSource {
  /** The host that is connected to: the delegate, when the task is delegated. */
  readonly host: string;
  readonly inInventory: boolean;
  /** A variable of that host, rendered; undefined when nobody defined it. */
  value(name: string): unknown;
  readonly keywords: ConnectionKeywords;
}

/** What the command line and ansible.cfg say. */
export interface ConnectionDefaults {
  readonly connection?: string | undefined;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly password?: Secret | undefined;
  readonly passphrase?: Secret | undefined;
  readonly hostKeys: HostKeyPolicy;
  readonly knownHostsFiles?: readonly string[] | undefined;
  readonly sshConfigFile?: string | undefined;
  /** `--ssh-common-args` and `--ssh-extra-args`, each as typed. */
  readonly sshCommonArgs?: string | undefined;
  readonly sshExtraArgs?: string | undefined;
  readonly connectTimeoutMs: number;
  readonly become?: boolean | undefined;
  readonly becomeUser?: string | undefined;
  readonly becomeMethod?: string | undefined;
  readonly becomePassword?: Secret | undefined;
  /** `~` in key files. */
  readonly home: string;
  /** Passwords from variables are made known to it. */
  readonly masker: Masker;
}

export interface HostConnection {
  readonly spec: ConnectionSpec;
  readonly become?: Become | undefined;
}

/** Names of one setting, the strongest first. */
const names = {
  address: ['ansible_host', 'ansible_ssh_host'],
  port: ['ansible_port', 'ansible_ssh_port'],
  user: ['ansible_user', 'ansible_ssh_user'],
  password: ['ansible_password', 'ansible_ssh_password', 'ansible_ssh_pass'],
  key: ['ansible_private_key_file', 'ansible_ssh_private_key_file'],
  passphrase: ['ansible_ssh_private_key_passphrase', 'ansible_private_key_passphrase'],
  hostKeyChecking: ['ansible_host_key_checking', 'ansible_ssh_host_key_checking'],
  timeout: ['ansible_ssh_timeout', 'ansible_timeout'],
  become: ['ansible_become'],
  becomeUser: ['ansible_become_user'],
  becomeMethod: ['ansible_become_method'],
  becomePassword: ['ansible_become_password', 'ansible_become_pass'],
} as const;

const kinds: Readonly<Record<string, ConnectionSpec['kind']>> = {
  ssh: 'ssh',
  smart: 'ssh',
  paramiko: 'ssh',
  paramiko_ssh: 'ssh',
  openssh: 'openssh',
  local: 'local',
};
const methods: readonly BecomeMethod[] = ['sudo', 'su', 'doas'];

/** Makes the function that works out connections. It throws InventoryError for values that make no sense. */
export const createConnectionOf =
  (defaults: ConnectionDefaults) =>
  (source: ConnectionSource): HostConnection => {
    const read = new Reader(source, defaults);
    return {spec: read.spec(), become: read.become()};
  };

class Reader {
  constructor(
    private readonly source: ConnectionSource,
    private readonly defaults: ConnectionDefaults,
  ) {}

  /** The first of these variables that is set and not empty, with its name. */
  #first(candidates: readonly string[]): {readonly name: string; readonly value: unknown} | undefined {
    for (const name of candidates) {
      const value = this.source.value(name);
      if (value !== undefined && value !== null && value !== '') return {name, value};
    }
    return undefined;
  }

  #fail(name: string, value: unknown, wanted: string, hint?: string): never {
    throw new InventoryError({
      what: `${name} of host '${this.source.host}' is '${String(value)}', not ${wanted}`,
      hint,
    });
  }

  #text(candidates: readonly string[]): string | undefined {
    const found = this.#first(candidates);
    if (found && typeof found.value === 'object') this.#fail(found.name, JSON.stringify(found.value), 'a text');
    return found && String(found.value);
  }

  #number(candidates: readonly string[], largest: number): number | undefined {
    const found = this.#first(candidates);
    if (!found) return undefined;
    const number = Number(found.value);
    if (!Number.isFinite(number) || number <= 0 || number > largest)
      this.#fail(found.name, found.value, `a number from 1 to ${largest}`);
    return number;
  }

  #boolean(candidates: readonly string[]): boolean | undefined {
    const found = this.#first(candidates);
    if (!found) return undefined;
    const text = String(found.value).toLowerCase();
    if (['true', 'yes', 'on', '1', 't', 'y'].includes(text)) return true;
    if (['false', 'no', 'off', '0', 'f', 'n'].includes(text)) return false;
    return this.#fail(found.name, found.value, 'true or false');
  }

  #secret(candidates: readonly string[]): Secret | undefined {
    const text = this.#text(candidates);
    if (text === undefined) return undefined;
    this.defaults.masker.add(text);
    return new Secret(text);
  }

  #kind(): ConnectionSpec['kind'] {
    const {source, defaults} = this;
    const isImplicitLocal = !source.inInventory && ['localhost', '127.0.0.1', '::1'].includes(source.host);
    const written =
      this.#text(['ansible_connection']) ??
      source.keywords.connection ??
      (isImplicitLocal ? 'local' : (defaults.connection ?? 'ssh'));
    const kind = kinds[written.replace(/^ansible\.(?:builtin|legacy|netcommon)\./, '')];
    return (
      kind ?? this.#fail('ansible_connection', written, 'a kind of connection there is', 'it is ssh, openssh or local')
    );
  }

  #words(text: string | undefined, name: string): string[] {
    if (text === undefined) return [];
    return splitWords(text) ?? this.#fail(name, text, 'a list of words: a quote is not closed');
  }

  #sshArgs(): string[] {
    const {defaults} = this;
    const common = this.#text(['ansible_ssh_common_args']) ?? defaults.sshCommonArgs;
    const extra = this.#text(['ansible_ssh_extra_args']) ?? defaults.sshExtraArgs;
    return [
      ...this.#words(this.#text(['ansible_ssh_args']), 'ansible_ssh_args'),
      ...this.#words(common, 'ansible_ssh_common_args'),
      ...this.#words(extra, 'ansible_ssh_extra_args'),
    ];
  }

  spec(): ConnectionSpec {
    const {source, defaults} = this;
    const kind = this.#kind();
    const timeoutS = this.#number(names.timeout, 86_400);
    const base = {
      kind,
      host: source.host,
      connectTimeoutMs: timeoutS === undefined ? defaults.connectTimeoutMs : timeoutS * 1000,
    };
    const isChecked = this.#boolean(names.hostKeyChecking);
    const hostKeys: HostKeyPolicy = isChecked === undefined ? defaults.hostKeys : isChecked ? 'strict' : 'off';
    if (kind === 'local') return {...base, hostKeys, address: 'localhost'};
    const key = this.#text(names.key) ?? defaults.privateKeyFile;
    const sshArgs = this.#sshArgs();
    const optional = {
      port: this.#number(names.port, 65_535) ?? source.keywords.port ?? defaults.port,
      user: this.#text(names.user) ?? source.keywords.remoteUser ?? defaults.user,
      privateKeyFile: key?.replace(/^~(?=\/|$)/, defaults.home),
      password: this.#secret(names.password) ?? defaults.password,
      passphrase: this.#secret(names.passphrase) ?? defaults.passphrase,
      knownHostsFiles: defaults.knownHostsFiles,
      sshConfigFile: defaults.sshConfigFile,
      sshArgs: sshArgs.length > 0 ? sshArgs : undefined,
    };
    const set = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
    return {...base, hostKeys, address: this.#text(names.address) ?? source.host, ...set};
  }

  become(): Become | undefined {
    const {keywords} = this.source;
    const {defaults} = this;
    if (!(this.#boolean(names.become) ?? keywords.become ?? defaults.become ?? false)) return undefined;
    const written = this.#text(names.becomeMethod) ?? keywords.becomeMethod ?? defaults.becomeMethod ?? 'sudo';
    const method = methods.find((name) => name === written.replace(/^(?:ansible\.builtin|community\.general)\./, ''));
    if (!method) this.#fail('become_method', written, 'a method there is', `it is ${methods.join(', ')}`);
    const password =
      this.#secret([...names.becomePassword, `ansible_${method}_pass`, `ansible_${method}_password`]) ??
      defaults.becomePassword;
    const user = this.#text(names.becomeUser) ?? keywords.becomeUser ?? defaults.becomeUser ?? 'root';
    return {method, user, ...(password ? {password} : {})};
  }
}
