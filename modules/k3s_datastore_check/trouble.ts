import type {Duplex} from 'node:stream';
import type {Address, Trouble} from '../../src/cluster/index.js';
import {addressText} from '../../src/cluster/index.js';
import {messageOf, TransportError} from '../../src/errors/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {ForwardRefusedError} from '../../src/transport/types.js';

/** How long one connection may take to open, and one answer to come. */
export const answerMs = 10_000;

/** A trial that cannot go on, with the reason as data. */
export class TrialEnded extends Error {
  override readonly name = 'TrialEnded';
  readonly trouble: Trouble;
  constructor(trouble: Trouble) {
    super(trouble.trouble === 'said' ? trouble.said : trouble.trouble);
    this.trouble = trouble;
  }
}

const said = (code: string, words: string): TrialEnded => new TrialEnded({trouble: 'said', code, said: words});

/** Anything that a client library throws, as the words it carries. */
export function endedBy(error: unknown, at: string): TrialEnded {
  if (error instanceof TrialEnded) return error;
  if (error instanceof ForwardRefusedError)
    return new TrialEnded(
      error.refusal === 'forbidden'
        ? {trouble: 'closed', hint: error.hint ?? ''}
        : {trouble: 'unconnected', at, said: error.said},
    );
  if (error instanceof TransportError && /within [\d.]+ s$/.test(error.what))
    return new TrialEnded({trouble: 'silent', at, afterMs: answerMs});
  if (!(error instanceof Error)) return said('', String(error));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code === 'ETIMEDOUT' || /^timeout expired|connect ETIMEDOUT/.test(error.message))
    return new TrialEnded({trouble: 'silent', at, afterMs: answerMs});
  // A stream that broke carries the reason of its end as the cause.
  if (error.cause instanceof ForwardRefusedError) return endedBy(error.cause, at);
  return said(code, tlsWords(messageOf(error)));
}

/** OpenSSL's words without its numbers and places in its source. */
const tlsWords = (words: string): string => /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(words)?.[1] ?? words;

/** Opens a stream from the host to the database; throws TrialEnded. */
export async function reach(network: HostNetwork, address: Address): Promise<Duplex> {
  try {
    return await network.connect(address.host, address.port, {timeoutMs: answerMs});
  } catch (error) {
    // A link that broke is not the database's fault: the engine says so.
    if (error instanceof TransportError && error.phase !== 'channel') throw error;
    throw endedBy(error, addressText(address));
  }
}

/** Waits for an answer only so long. */
export async function inTime<T>(work: Promise<T>, address: Address, ms = answerMs): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TrialEnded({trouble: 'silent', at: addressText(address), afterMs: ms})), ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    if (error instanceof TransportError && error.phase !== 'channel') throw error;
    throw endedBy(error, addressText(address));
  } finally {
    clearTimeout(timer);
  }
}
