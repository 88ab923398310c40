import type {Duplex} from 'node:stream';

/**
 * Lets all that is written to a socket within one step leave together. The library writes a packet in three pieces (length,
 * body, tag); without Nagle's delay each would be a segment of its own, and wake the host up.
 */
export function wholePackets<T extends Duplex>(sock: T): T {
  const write = sock.write.bind(sock) as (...given: unknown[]) => boolean;
  const together = (...given: unknown[]): boolean => {
    if (sock.writableCorked === 0) {
      sock.cork();
      process.nextTick(() => sock.uncork());
    }
    return write(...given);
  };
  return Object.assign(sock, {write: together});
}
