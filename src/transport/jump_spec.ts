/** Bastions as `ProxyJump` and the old `ProxyCommand ssh -W %h:%p BASTION` name them. Pure. */
import {TransportError} from '../errors/index.js';
import {parseSshArgs, splitSshArgs} from './ssh_args.js';

export interface Jump {
  readonly address: string;
  readonly user: string | undefined;
  readonly port: number | undefined;
  /** Options of the ProxyCommand that named it, for {@link parseSshArgs}. */
  readonly sshArgs: readonly string[];
}

/** `[user@]host[:port]` or `ssh://...`, separated by commas; the first is the one reached directly. */
export const parseJumps = (text: string, host: string): Jump[] =>
  text.split(',').map((part) => parseJump(part.trim(), host));

function parseJump(text: string, host: string): Jump {
  const plain = text.replace(/^ssh:\/\//, '').replace(/\/$/, '');
  const match =
    /^(?:(?<user>[^@\s]+)@)?(?:\[(?<v6>[^\]\s]+)\]|(?<name>[^:@[\]\s]+)|(?<bare>[0-9a-fA-F:.]+))(?::(?<port>\d{1,5}))?$/.exec(
      plain,
    );
  const address = match?.groups?.v6 ?? match?.groups?.name ?? match?.groups?.bare;
  if (address === undefined)
    throw new TransportError({
      phase: 'config',
      what: `the jump host ${JSON.stringify(text)} of ${host} cannot be read`,
      hint: 'write [user@]host[:port], several separated by commas',
    });
  const port = match?.groups?.port;
  return {address, user: match?.groups?.user, port: port === undefined ? undefined : Number(port), sshArgs: []};
}

/**
 * The bastion of a ProxyCommand that is nothing but another ssh with `-W %h:%p`; undefined for any other command.
 * The command's own options stay with the bastion.
 */
export function parseProxyCommand(
  command: string,
  tokens: Readonly<Record<string, string>>,
  host: string,
): Jump | undefined {
  let words: string[];
  try {
    words = splitSshArgs(command);
  } catch {
    return undefined;
  }
  const [program = '', ...rest] = words;
  if (!/(^|\/)ssh$/.test(program) || /[;&|<>`$]/.test(command)) return undefined;
  const args = parseSshArgs(rest, host, 'ProxyCommand');
  const target = args.forward;
  if (target !== '%h:%p' && target !== '[%h]:%p' && target !== `${tokens.h}:${tokens.p}`) return undefined;
  const [where, ...more] = args.words;
  if (where === undefined || more.length > 0) return undefined;
  const own = [...args.options].flatMap(([keyword, values]) =>
    values.flatMap((value) => ['-o', `${keyword}=${value}`]),
  );
  return {...parseJump(where, host), sshArgs: args.configFile === undefined ? own : [...own, '-F', args.configFile]};
}
