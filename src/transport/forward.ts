/** Streams to TCP ports as a host sees them: through sshd's own forwarding, else through a program of the host. */
import {Duplex} from 'node:stream';
import {TransportError} from '../errors/index.js';
import {type Script, sh} from '../shell/index.js';
import {openShellChannel} from './become.js';
import {settles, within} from './timing.js';
import {type Channel, type Connection, type ForwardOptions, ForwardRefusedError} from './types.js';

const connectMs = 30_000;
/** How long the last words of a program that ended may take. */
const lastWordsMs = 500;
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
  const failed = (said: string): ForwardRefusedError =>
    new ForwardRefusedError({refusal: 'failed', said, what: `${host} cannot connect to ${name}: ${said}`});
  const timedOut = () =>
    new TransportError({
      phase: 'channel',
      what: `${host} did not open a connection to ${name} within ${timeoutMs / 1000} s`,
    });
  const words = listenTo(channel);
  try {
    channel.stdin.write(launch(target, nonce).source);
    const mark = await within({ms: timeoutMs, signals: [signal], timedOut}, () => markOf(channel, nonce));
    if (mark === 'none') throw forbidden;
    if (mark === 'ended') throw failed(await words());
    return streamOf(channel, async () => failed(await words()));
  } catch (error) {
    channel.destroy();
    throw error;
  }
}

/** Reads up to the mark and leaves what follows in the stream. */
function markOf({stdout, exit}: Channel, nonce: string): Promise<'open' | 'none' | 'ended'> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0);
    const done = (mark: 'open' | 'none' | 'ended'): void => {
      stdout.pause().removeListener('data', look);
      resolve(mark);
    };
    const look = (bytes: Buffer): void => {
      seen = Buffer.concat([seen, bytes]);
      const open = seen.indexOf(`\0${nonce}\0`);
      if (open !== -1) {
        const rest = seen.subarray(open + nonce.length + 2);
        done('open');
        if (rest.length > 0) stdout.unshift(rest);
      } else if (seen.includes(`\0${nonce} ${noProgram}\0`)) done('none');
    };
    stdout.on('data', look).resume();
    void exit.then(() => done('ended'));
  });
}

/** Collects what the program complains of; gives the last reason it names. */
function listenTo({stderr, exit}: Channel): () => Promise<string> {
  let said = '';
  stderr
    .on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-4096);
    })
    .on('error', () => undefined)
    .resume();
  return async () => {
    await settles(exit, lastWordsMs);
    const reasons = said
      .split('\n')
      .map((line) => /(?:^|: )([^:]+)$/.exec(line.trim())?.[1] ?? '')
      .filter((reason) => reason !== '');
    return reasons.find((reason) => !/^\/dev\/tcp/.test(reason)) ?? 'no reason given';
  };
}

/** A channel as one stream; ends with the program's own words if it failed without a byte. */
function streamOf(channel: Channel, failed: () => Promise<Error>): Duplex {
  const {stdin, stdout, exit} = channel;
  let received = false;
  let over = false;
  const stream = new Duplex({
    read: () => void stdout.resume(),
    // What a program that has ended no longer takes is told by its end.
    write: (bytes, _encoding, done) => void stdin.write(bytes, () => done()),
    final: (done) => {
      stdin.end();
      done();
    },
    destroy: (error, done) => {
      channel.destroy();
      done(error);
    },
  });
  stream.on('error', () => undefined);
  stdin.on('error', () => undefined);
  const end = async (): Promise<void> => {
    if (over) return;
    over = true;
    const ended = (await settles(exit, lastWordsMs)) ? await exit : undefined;
    if (!received && ended?.kind === 'exit' && ended.code !== 0) stream.destroy(await failed());
    else stream.push(null);
  };
  stdout
    .on('data', (bytes: Buffer) => {
      received = true;
      if (!stream.push(bytes)) stdout.pause();
    })
    .on('error', () => undefined)
    // Both come, in either order, and a channel that breaks off has no end.
    .once('end', () => void end())
    .once('close', () => void end());
  return stream;
}
