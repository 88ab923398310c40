/** Streams to TCP ports as a host sees them: through sshd's own forwarding, else through a program of the host. */
import type {Duplex} from 'node:stream';
import {TransportError} from '../errors/index.js';
import {type Script, sh} from '../shell/index.js';
import {openShellChannel} from './become.js';
import {ProgramStream} from './program_stream.js';
import {within} from './timing.js';
import {type Connection, type ForwardOptions, ForwardRefusedError} from './types.js';

const connectMs = 30_000;
/** What the host answers when it has none of the programs. */
const noProgram = 'no-program';

export interface ForwardSurroundings {
  /** The inventory's name, for messages. */
  readonly host: string;
  /** A word that no program prints by chance. */
  readonly nonce: string;
}

export interface ForwardTarget {
  readonly address: string;
  readonly port: number;
}

/** Throws ForwardRefusedError: `forbidden` only where the host has no program for it either. */
export async function openForward(
  connection: Connection,
  around: ForwardSurroundings,
  target: ForwardTarget,
  options: ForwardOptions,
): Promise<Duplex> {
  try {
    return await connection.forward(target.address, target.port, options);
  } catch (error) {
    if (!(error instanceof ForwardRefusedError) || error.refusal !== 'forbidden') throw error;
    return throughProgram(connection, around, target, options, error);
  }
}

/** bash's own sockets, and whoever closes first ends both directions. */
const bashSocket = String.raw`exec 3<>"/dev/tcp/$0/$1" 4<&0 || exit 1
printf '\000%s\000' "$2"
cat <&4 >&3 2>/dev/null &
cat <&3 2>/dev/null &
wait -n
kill %1 %2 2>/dev/null`;

/**
 * For a shell that then becomes the program; nothing else is sent until the mark has come, so it cannot read too far. With
 * bash the mark comes once the connection stands, with the others just before they try.
 */
const launch = ({address, port}: ForwardTarget, nonce: string): Script =>
  sh`LC_ALL=C; export LC_ALL; a=${address} p=${port} m=${nonce}
if command -v bash >/dev/null 2>&1; then exec bash -c ${bashSocket} "$a" "$p" "$m"
elif command -v nc >/dev/null 2>&1; then printf '\000%s\000' "$m"; exec nc "$a" "$p"
elif command -v socat >/dev/null 2>&1; then printf '\000%s\000' "$m"; exec socat - "TCP:$a:$p"
else printf '\000%s %s\000' "$m" ${noProgram}; fi
`;

async function throughProgram(
  connection: Connection,
  {host, nonce}: ForwardSurroundings,
  target: ForwardTarget,
  {signal, timeoutMs = connectMs}: ForwardOptions,
  forbidden: ForwardRefusedError,
): Promise<Duplex> {
  const channel = await openShellChannel(connection, undefined, {host, nonce: () => nonce, signal});
  const name = `${target.address}:${target.port}`;
  const timedOut = () =>
    new TransportError({
      phase: 'channel',
      what: `${host} did not open a connection to ${name} within ${timeoutMs / 1000} s`,
    });
  const stream = new ProgramStream(channel, {
    marks: {open: `\0${nonce}\0`, none: `\0${nonce} ${noProgram}\0`},
    failed: (said) =>
      new ForwardRefusedError({refusal: 'failed', said, what: `${host} cannot connect to ${name}: ${said}`}),
  });
  try {
    channel.stdin.write(launch(target, nonce).source);
    const mark = await within({ms: timeoutMs, signals: [signal], timedOut}, () => stream.mark);
    if (mark === 'none') throw forbidden;
    return stream;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}
