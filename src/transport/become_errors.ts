/** What sudo, su and doas say when they refuse, and what that means. Pure. */
import {BecomeError} from '../errors/index.js';
import type {Become} from './types.js';

interface Refusal {
  /** Looked for in the stderr of the program that refuses, in the C locale. */
  readonly said: RegExp;
  readonly what: (become: Become, host: string) => string;
  readonly hint: string;
  /** Another attempt with this password would count against the account. */
  readonly final?: true;
}

const askHint = 'give it with -K / --ask-become-pass or ansible_become_password, or allow it without one (NOPASSWD)';

const refusals: readonly Refusal[] = [
  {
    said: /incorrect password|sorry, try again|authentication fail|authentication error/i,
    what: (become, host) => `${become.method} on ${host} refused the password for ${become.user}`,
    hint: 'it was given once only, so that the account is not locked; correct ansible_become_password or what was typed at -K',
    final: true,
  },
  {
    said: /a password is required|no tty present and no askpass|a terminal is required to read the password/i,
    what: (become, host) => `${become.method} on ${host} wants a password to become ${become.user}, and none was given`,
    hint: askHint,
  },
  {
    said: /not in the sudoers file|is not allowed to (execute|run)|may not run sudo|operation not permitted|su: permission denied/i,
    what: (become, host) => `${become.method} on ${host} does not allow this user to become ${become.user}`,
    hint: 'allow it in /etc/sudoers.d (visudo -f) or doas.conf, or log in as a user who may',
    final: true,
  },
  {
    said: /you must have a tty to run sudo/i,
    what: (_, host) => `sudo on ${host} wants a terminal (requiretty)`,
    hint: 'scripts run without one; switch it off for this user in /etc/sudoers.d: Defaults:USER !requiretty',
  },
  {
    said: /doas: authentication required|a tty is required|\/dev\/tty/i,
    what: (become, host) => `${become.method} on ${host} reads a password from a terminal only`,
    hint: 'allow it without one (`permit nopass` in doas.conf), or use ansible_become_method: sudo',
  },
  {
    said: /unknown user|user .{1,64} does not exist|no passwd entry/i,
    what: (become, host) => `there is no user ${become.user} on ${host} to become`,
    hint: 'correct become_user, or make the user first',
  },
  {
    said: /(sudo|su|doas): (command )?not found|exec: .*not found|no such file or directory/i,
    what: (become, host) => `${host} has no ${become.method}`,
    hint: 'install it, set ansible_become_method, or log in as the user itself',
  },
  {
    said: /account .*expired|password .*expired|account validation failure|account is locked/i,
    what: (become, host) =>
      `${become.method} on ${host} does not let this user in: the account or its password has expired`,
    hint: 'renew the account (chage, passwd) on the host',
    final: true,
  },
  {
    said: /effective uid is not 0|must be setuid|must be owned by uid 0|no new privileges/i,
    what: (become, host) =>
      `${become.method} on ${host} cannot gain rights: it is not setuid, or is started where that has no effect`,
    hint: 'look at its owner and mode, and at nosuid mounts and containers without new privileges',
  },
];

/** A refusal after which nobody should try again with the same words: it would count against the account. */
export class FinalBecomeError extends BecomeError {}

/** The error for a refusal. */
export function becomeRefused(become: Become, host: string, said: string): BecomeError {
  const text = said.trim();
  const refusal = refusals.find((candidate) => candidate.said.test(text));
  const parts = {
    what: refusal?.what(become, host) ?? `${become.method} on ${host} did not give a shell as ${become.user}`,
    hint: refusal?.hint ?? `try it by hand: ${become.method} there, as the same user`,
    cause: text === '' ? undefined : new Error(text),
  };
  return refusal?.final ? new FinalBecomeError(parts) : new BecomeError(parts);
}

/** The program asked for a password and there is none to give. */
export const becomeWantsPassword = (become: Become, host: string): BecomeError =>
  becomeRefused(become, host, 'a password is required');

export const becomeTimedOut = (become: Become, host: string, said: string, seconds: number): BecomeError =>
  new BecomeError({
    what: `${become.method} on ${host} neither let us become ${become.user} nor refused within ${seconds} s`,
    hint:
      said.trim() === ''
        ? 'sudo may be waiting for a name server: is the host in its own /etc/hosts?'
        : 'it asks for something that cannot be answered here (a second factor, another prompt: `Defaults passprompt_override`)',
    cause: said.trim() === '' ? undefined : new Error(said.trim()),
  });
