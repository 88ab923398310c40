/** The command line of `ssh` as inventories write it (`ansible_ssh_common_args`), read into options. Pure. */
import {TransportError} from '../errors/index.js';

/**
 * Options by lower-case keyword, values in the order given; of most the first one counts, as in ssh.
 * The Map's own order is the order in which the keywords were first seen.
 */
export type SshOptions = ReadonlyMap<string, readonly string[]>;

/** What this transport does itself, whatever value it has. */
const honoured = new Set(
  `addressfamily bindaddress connecttimeout forwardagent globalknownhostsfile hostkeyalias hostname identitiesonly identityagent
  identityfile kbdinteractiveauthentication passwordauthentication port preferredauthentications proxycommand proxyjump
  pubkeyauthentication stricthostkeychecking user userknownhostsfile`.split(/\s+/),
);

/** What has no bearing here: the link is kept anyway, nothing is asked, no terminal, nothing is compressed. */
const pointless = new Set(
  `addkeystoagent batchmode canonicalizefallbacklocal checkhostip compression connectionattempts controlmaster controlpath
  controlpersist enableescapecommandline escapechar exitonforwardfailure fingerprinthash forkafterauthentication hashknownhosts
  ignoreunknown ipqos loglevel logverbose nohostauthenticationforlocalhost numberofpasswordprompts obscurekeystroketiming
  rekeylimit requesttty sendenv serveralivecountmax serveraliveinterval sessiontype streamlocalbindmask streamlocalbindunlink
  syslogfacility tag tcpkeepalive updatehostkeys usekeychain verifyhostkeydns visualhostkey warnweakcrypto xauthlocation`.split(
    /\s+/,
  ),
);

const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
};

const flagsWithoutValue = /^[146ACNTXYafgknqstvxGKMVy]+$/;
const flagOptions: Readonly<Record<string, readonly [string, string]>> = {
  '4': ['addressfamily', 'inet'],
  '6': ['addressfamily', 'inet6'],
  A: ['forwardagent', 'yes'],
  a: ['forwardagent', 'no'],
};
/** Flags that change nothing here: compression, no command, no terminal, quiet, verbose, no forwarding ... */
const pointlessFlags = 'CNTaknqtvxy';
const flagsWithValue: Readonly<Record<string, string>> = {
  b: 'bindaddress',
  i: 'identityfile',
  J: 'proxyjump',
  l: 'user',
  p: 'port',
};
const valueFlags = 'BbcDEeFIiJLlmOoPpQRSWw';

export interface SshArgs {
  readonly options: SshOptions;
  /** `-F`. */
  readonly configFile: string | undefined;
  /** `-W`. */
  readonly forward: string | undefined;
  /** Words that are no options: a host, a command. */
  readonly words: readonly string[];
}

/** The way out that every refusal of this kind names. */
export const opensshHint = 'set ansible_connection: openssh for this host: it runs the ssh program of this machine';

/** What the transport `ssh` cannot do, by name. */
export const unsupported = (host: string, feature: string, where: string): TransportError =>
  new TransportError({
    phase: 'config',
    what: `${feature} (${where}), which ${host} is to be reached with, cannot be done by the built-in ssh client`,
    hint: opensshHint,
  });

/** The words of ssh's command line. Throws TransportError `config` for what ssh itself would do and this client cannot. */
export function parseSshArgs(words: readonly string[], host: string, where = 'ansible_ssh_common_args'): SshArgs {
  const options = new Map<string, string[]>();
  const put = (keyword: string, value: string) => options.set(keyword, [...(options.get(keyword) ?? []), value]);
  let configFile: string | undefined;
  let forward: string | undefined;
  const rest: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      continue;
    }
    const letter = word[1] ?? '';
    if (!valueFlags.includes(letter)) {
      readFlags(word.slice(1), put, host, where);
      continue;
    }
    const value = word.length > 2 ? word.slice(2) : words[++index];
    if (value === undefined) throw badArgs(host, where, `-${letter} lacks its value`);
    const keyword = flagsWithValue[letter];
    if (keyword !== undefined) put(keyword, value);
    else if (letter === 'F') configFile ??= value;
    else if (letter === 'W') forward ??= value;
    else if (letter === 'o') putOption(value, put, host, where);
    else if (letter !== 'S' && letter !== 'e' && letter !== 'E')
      throw unsupported(host, `ssh's option -${letter}`, where);
  }
  return {options, configFile, forward, words: rest};
}

function readFlags(letters: string, put: (keyword: string, value: string) => void, host: string, where: string): void {
  if (!flagsWithoutValue.test(letters)) throw badArgs(host, where, `-${letters} is no option of ssh`);
  for (const letter of letters) {
    const option = flagOptions[letter];
    if (option) put(...option);
    else if (!pointlessFlags.includes(letter)) throw unsupported(host, `ssh's option -${letter}`, where);
  }
}

function putOption(text: string, put: (keyword: string, value: string) => void, host: string, where: string): void {
  const match = /^\s*([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/s.exec(text);
  if (!match) throw badArgs(host, where, `-o ${text} is not of the form Keyword=value`);
  const keyword = canonicalKeyword(match[1] ?? '');
  const value = unquoted((match[2] ?? '').trim());
  if (keyword === 'userknownhostsfile' || keyword === 'globalknownhostsfile')
    for (const file of splitSshArgs(value)) put(keyword, file);
  else if (honoured.has(keyword)) put(keyword, value);
  else if (!pointless.has(keyword) && !isHarmless(keyword, value))
    throw unsupported(host, `${match[1]}=${value}`, where);
}

export const canonicalKeyword = (keyword: string): string => aliases[keyword.toLowerCase()] ?? keyword.toLowerCase();

export const isHonoured = (keyword: string): boolean => honoured.has(canonicalKeyword(keyword));

/** Something switched off is not missed; and this client takes ssh-rsa keys without being told to. */
const isHarmless = (keyword: string, value: string): boolean =>
  /^(no|none|never|false)$/i.test(value) ||
  (/^(hostkeyalgorithms|pubkeyacceptedalgorithms)$/.test(keyword) &&
    /^\+(ssh-rsa|rsa-sha2-(256|512))(,(ssh-rsa|rsa-sha2-(256|512)))*$/.test(value));

const unquoted = (text: string): string => /^"([^"]*)"$/.exec(text)?.[1] ?? text;

const badArgs = (host: string, where: string, what: string): TransportError =>
  new TransportError({phase: 'config', what: `cannot read the ssh arguments of ${host} (${where}): ${what}`});

/**
 * Splits text into words as a shell would, without expanding anything: blanks part words, quotes and backslashes keep
 * them together. Throws TransportError `config` for a quote that is not closed.
 */
export function splitSshArgs(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? '';
    if (quote === "'" ? letter !== "'" : quote === '"' && letter !== '"') {
      const escaped = quote === '"' && letter === '\\' && /["\\$`]/.test(text[index + 1] ?? '');
      word = (word ?? '') + (escaped ? text[++index] : letter);
    } else if (quote !== '') {
      quote = '';
    } else if (letter === '"' || letter === "'") {
      quote = letter;
      word ??= '';
    } else if (letter === '\\' && index + 1 < text.length) {
      word = (word ?? '') + text[++index];
    } else if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + letter;
    }
  }
  if (quote !== '')
    throw new TransportError({
      phase: 'config',
      what: `a quote is not closed in the ssh arguments ${JSON.stringify(text)}`,
    });
  if (word !== undefined) words.push(word);
  return words;
}
