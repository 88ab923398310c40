/** What is said when a shell is lost, or never was there. Pure. */
import {TransportError} from '../errors/index.js';
import type {ChannelExit} from './types.js';

export const shellLost = (host: string, why: string): TransportError =>
  new TransportError({
    phase: 'lost',
    what: `the link to ${host} was lost while a script ran there: ${why}`,
    hint: 'what the script had begun may have gone on, or stopped half-way',
  });

export function neverBegan(host: string, exit: Exclude<ChannelExit, {kind: 'lost'}>, said: string): TransportError {
  const how = exit.kind === 'exit' ? `exit code ${exit.code}` : exit.signal;
  return new TransportError({
    phase: 'session',
    what: `no shell on ${host}: /bin/sh ended at once (${how})${after(said)}`,
    hint: "does this user's login shell run commands (`ssh HOST /bin/sh`)?",
  });
}

export const silent = (host: string, waitedMs: number, said: string): TransportError =>
  new TransportError({
    phase: 'session',
    what: `no shell on ${host}: /bin/sh did not answer within ${waitedMs / 1000} s${after(said)}`,
    hint: "does this user's login shell run commands (`ssh HOST /bin/sh`), and does its start-up file wait for something?",
  });

const after = (said: string): string => (said.trim() === '' ? '' : `, after saying: ${said.trim()}`);
