/** Where and how to connect, worked out: the spec wins over ssh arguments, those over ssh_config, that over ssh's defaults. */
import path from 'node:path';
import {TransportError} from '../errors/index.js';
import type {Secret} from '../shell/index.js';
import type {HostKeyTarget} from './host_keys.js';
import {type Jump, parseJumps, parseProxyCommand} from './jump_spec.js';
import {parseSshArgs, type SshOptions, unsupported} from './ssh_args.js';
import type {SshConfigFiles} from './ssh_config.js';
import type {ConnectionSpec, HostKeyPolicy} from './types.js';

export interface KeyFile {
  readonly path: string;
  /** Named by somebody; the default identities are not, and nobody is told when they are missing. */
  readonly named: boolean;
}

/** A host as the ssh client needs it; every name and path is resolved. */
export interface SshTarget {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly keyFiles: readonly KeyFile[];
  /** Keys of the agent count only if they are among {@link keyFiles}. */
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | undefined;
  readonly agentForward: boolean;
  readonly password: Secret | undefined;
  readonly passphrase: Secret | undefined;
  /** Names of methods as in PreferredAuthentications. */
  readonly methods: ReadonlySet<string>;
  readonly hostKeys: HostKeyTarget;
  readonly jumps: readonly Jump[];
  readonly connectTimeoutMs: number;
  readonly family: 4 | 6 | undefined;
  readonly localAddress: string | undefined;
}

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  /** The user who runs this program. */
  readonly localUser: string;
  readonly config: SshConfigFiles;
  readonly systemKnownHosts: readonly string[];
}

const defaultPort = 22;
const defaultKeys = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];
const allMethods = ['publickey', 'password', 'keyboard-interactive'];

/** Throws TransportError `config`. */
export async function resolveTarget(spec: ConnectionSpec, around: Surroundings): Promise<SshTarget> {
  const args = parseSshArgs(spec.sshArgs ?? [], spec.host);
  if (args.words.length > 0)
    throw new TransportError({
      phase: 'config',
      what: `the ssh arguments of ${spec.host} hold a word that is no option: ${args.words[0]}`,
    });
  const asked = spec.user ?? args.options.get('user')?.[0];
  const config = await around.config.lookUp(spec.address, spec.host, spec.sshConfigFile ?? args.configFile, asked);
  const options = merge(args.options, config);
  const first = (keyword: string): string | undefined => options.get(keyword)?.[0];

  const user = asked ?? first('user') ?? around.localUser;
  const port = spec.port ?? readPort(first('port'), spec.host) ?? defaultPort;
  const address = expand(first('hostname') ?? spec.address, {h: spec.address, n: spec.address, '%': '%'});
  const tokens = {
    h: address,
    n: spec.address,
    p: String(port),
    r: user,
    u: around.localUser,
    d: around.homeDir,
    k: first('hostkeyalias') ?? spec.address,
    '%': '%',
  };
  const file = (text: string): string => expandPath(text, tokens, around);
  const agent = first('identityagent');
  const alias = first('hostkeyalias');
  return {
    host: spec.host,
    address,
    port,
    user,
    keyFiles: keyFiles(spec, options, file, around.homeDir),
    identitiesOnly: isYes(first('identitiesonly')),
    agentSocket:
      agent === undefined || agent === 'SSH_AUTH_SOCK'
        ? around.env.SSH_AUTH_SOCK
        : agent === 'none'
          ? undefined
          : file(agent),
    agentForward: isYes(first('forwardagent')),
    password: spec.password,
    passphrase: spec.passphrase,
    methods: methods(first),
    hostKeys: {
      host: spec.host,
      name: alias === undefined ? {name: address, port} : {name: alias},
      policy: policy(spec.hostKeys, first('stricthostkeychecking')),
      files: knownHostsFiles(spec, options, file, around),
    },
    jumps: jumps(options, tokens, spec.host),
    connectTimeoutMs: spec.connectTimeoutMs,
    family: family(first('addressfamily')),
    localAddress: first('bindaddress'),
  };
}

/** The first map's values win, but for IdentityFile, which adds up; keywords stand in the order of their first appearance. */
function merge(over: SshOptions, under: SshOptions): SshOptions {
  const merged = new Map(over);
  for (const [keyword, values] of under) {
    const own = merged.get(keyword);
    if (own === undefined || keyword === 'identityfile') merged.set(keyword, [...(own ?? []), ...values]);
  }
  return merged;
}

function keyFiles(
  spec: ConnectionSpec,
  options: SshOptions,
  file: (text: string) => string,
  homeDir: string,
): KeyFile[] {
  const named = [
    ...(spec.privateKeyFile === undefined ? [] : [spec.privateKeyFile]),
    ...(options.get('identityfile') ?? []),
  ];
  if (named.length === 0) return defaultKeys.map((name) => ({path: path.join(homeDir, '.ssh', name), named: false}));
  const paths = new Set(named.filter((name) => name !== 'none').map(file));
  return [...paths].map((name) => ({path: name, named: true}));
}

function knownHostsFiles(
  spec: ConnectionSpec,
  options: SshOptions,
  file: (text: string) => string,
  around: Surroundings,
): string[] {
  if (spec.knownHostsFiles !== undefined) return spec.knownHostsFiles.map(file);
  const words = (keyword: string): string[] | undefined =>
    options
      .get(keyword)
      ?.filter((value) => value !== 'none')
      .map(file);
  const own =
    words('userknownhostsfile') ??
    ['known_hosts', 'known_hosts2'].map((name) => path.join(around.homeDir, '.ssh', name));
  return [...own, ...(words('globalknownhostsfile') ?? around.systemKnownHosts)];
}

function jumps(options: SshOptions, tokens: Readonly<Record<string, string>>, host: string): readonly Jump[] {
  // Of these two the one that comes first counts, as in ssh.
  const keyword = [...options.keys()].find((name) => name === 'proxyjump' || name === 'proxycommand');
  const value = keyword === undefined ? undefined : options.get(keyword)?.[0];
  if (value === undefined || value.toLowerCase() === 'none') return [];
  if (keyword === 'proxyjump') return parseJumps(expand(value, tokens), host);
  const jump = parseProxyCommand(value, tokens, host);
  if (jump === undefined)
    throw unsupported(host, `ProxyCommand ${JSON.stringify(value)}`, 'only ssh -W %h:%p BASTION is understood');
  return [jump];
}

function policy(asked: HostKeyPolicy, option: string | undefined): HostKeyPolicy {
  // `strict` is what holds when nobody asks; whoever wrote an option down has asked.
  if (asked !== 'strict') return asked;
  if (option === undefined || /^(yes|ask)$/i.test(option)) return 'strict';
  return /^accept-new$/i.test(option) ? 'accept-new' : /^(no|off)$/i.test(option) ? 'off' : 'strict';
}

function methods(first: (keyword: string) => string | undefined): ReadonlySet<string> {
  const names = new Set(first('preferredauthentications')?.split(/[\s,]+/) ?? allMethods);
  const off = (keyword: string) => /^(no|false)$/i.test(first(keyword) ?? 'yes');
  if (off('pubkeyauthentication')) names.delete('publickey');
  if (off('passwordauthentication')) names.delete('password');
  if (off('kbdinteractiveauthentication')) names.delete('keyboard-interactive');
  return names;
}

const isYes = (value: string | undefined): boolean => value !== undefined && /^(yes|true)$/i.test(value);
const family = (value: string | undefined): 4 | 6 | undefined =>
  value === 'inet' ? 4 : value === 'inet6' ? 6 : undefined;

function readPort(text: string | undefined, host: string): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new TransportError({phase: 'config', what: `the port of ${host} is no port: ${text}`});
}

/** `%h` and its like; what is not known stays as it is. */
const expand = (text: string, tokens: Readonly<Record<string, string>>): string =>
  text.replaceAll(/%(.)/g, (whole, letter: string) => tokens[letter] ?? whole);

function expandPath(text: string, tokens: Readonly<Record<string, string>>, around: Surroundings): string {
  const home = text === '~' || text.startsWith('~/') ? path.join(around.homeDir, text.slice(1)) : text;
  return expand(home, tokens).replaceAll(/\$\{(\w+)\}/g, (_, name: string) => around.env[name] ?? '');
}
