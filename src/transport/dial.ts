/** The first steps of a connection, DNS and TCP, with errors that say which of the two failed. */
import net from 'node:net';
import {messageOf, TransportError} from '../errors/index.js';

export interface DialTarget {
  /** The inventory's name, for messages. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6 | undefined;
  readonly localAddress: string | undefined;
}

/** A connected socket without Nagle's delay. Throws TransportError `dns` or `tcp`, or the signal's reason. */
export function dial(
  target: DialTarget,
  signal: AbortSignal,
  progress: (phase: 'dns' | 'tcp') => void,
): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    progress(net.isIP(target.address) === 0 ? 'dns' : 'tcp');
    const socket = net.connect({
      host: target.address,
      port: target.port,
      noDelay: true,
      ...(target.family === undefined ? {} : {family: target.family}),
      ...(target.localAddress === undefined ? {} : {localAddress: target.localAddress}),
    });
    const stop = () => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', stop, {once: true});
    socket.on('lookup', (error) => {
      if (!error) progress('tcp');
    });
    socket.once('connect', () => {
      signal.removeEventListener('abort', stop);
      socket.removeListener('error', fail);
      // Until somebody takes the socket over, an error would end the program.
      socket.on('error', () => undefined);
      resolve(socket);
    });
    const fail = (error: Error) => {
      signal.removeEventListener('abort', stop);
      socket.destroy();
      reject(dialError(target, error));
    };
    socket.once('error', fail);
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'no answer',
  ECONNRESET: 'connection reset',
};

function dialError(target: DialTarget, error: Error): TransportError {
  // Every address of a name failed: the first failure stands for all.
  const cause = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if ('syscall' in cause && cause.syscall === 'getaddrinfo')
    return new TransportError({
      phase: 'dns',
      what: `the address of ${target.host} cannot be found: no answer for the name ${target.address} (${code})`,
      hint: 'correct the name, set ansible_host to an address, or look at the name server',
      cause,
    });
  return new TransportError({
    phase: 'tcp',
    what: `cannot connect to ${target.host} (${target.address}:${target.port}): ${reasons[code] ?? messageOf(cause)}`,
    hint:
      code === 'ECONNREFUSED'
        ? 'is sshd running there, and on this port (ansible_port)?'
        : 'is the host up, is ansible_host right, does a firewall stand between?',
    cause,
  });
}
