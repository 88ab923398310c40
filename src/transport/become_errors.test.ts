import test from 'ava';
import {BecomeError} from '../errors/index.js';
import {becomeRefused, FinalBecomeError} from './become_errors.js';

/** What the programs of different systems say, and the sentence it becomes. */
const sayings: readonly [method: 'sudo' | 'su' | 'doas', said: string, what: string, final: boolean][] = [
  ['sudo', 'sudo: a password is required', 'sudo on h wants a password to become root, and none was given', false],
  [
    'sudo',
    'sudo: no tty present and no askpass program specified',
    'sudo on h wants a password to become root, and none was given',
    false,
  ],
  [
    'sudo',
    'sudo: a terminal is required to read the password; either use the -S option',
    'sudo on h wants a password to become root, and none was given',
    false,
  ],
  ['sudo', 'Sorry, try again.\nsudo: 1 incorrect password attempt', 'sudo on h refused the password for root', true],
  [
    'sudo',
    'deploy is not in the sudoers file.  This incident will be reported.',
    'sudo on h does not allow this user to become root',
    true,
  ],
  [
    'sudo',
    "Sorry, user deploy is not allowed to execute '/bin/sh' as root on h.",
    'sudo on h does not allow this user to become root',
    true,
  ],
  ['sudo', 'Sorry, user deploy may not run sudo on h.', 'sudo on h does not allow this user to become root', true],
  ['sudo', 'sudo: sorry, you must have a tty to run sudo', 'sudo on h wants a terminal (requiretty)', false],
  ['sudo', 'sudo: unknown user: root', 'there is no user root on h to become', false],
  ['sudo', '/bin/sh: 1: exec: sudo: not found', 'h has no sudo', false],
  ['sudo', '/bin/sh: exec: line 1: sudo: not found', 'h has no sudo', false],
  [
    'sudo',
    'sudo: Account expired or PAM config lacks an "account" section',
    'sudo on h does not let this user in: the account or its password has expired',
    true,
  ],
  [
    'sudo',
    'sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the nosuid option',
    'sudo on h cannot gain rights: it is not setuid, or is started where that has no effect',
    false,
  ],
  ['su', 'su: Authentication failure', 'su on h refused the password for root', true],
  ['su', 'su: incorrect password', 'su on h refused the password for root', true],
  ['su', 'su: Permission denied', 'su on h does not allow this user to become root', true],
  [
    'su',
    'su: user root does not exist or the user entry does not contain all the required fields',
    'there is no user root on h to become',
    false,
  ],
  ['doas', 'doas: Authentication required', 'doas on h reads a password from a terminal only', false],
  ['doas', 'doas: Operation not permitted', 'doas on h does not allow this user to become root', true],
  ['sudo', 'something else', 'sudo on h did not give a shell as root', false],
  ['sudo', '', 'sudo on h did not give a shell as root', false],
];
for (const [method, said, what, final] of sayings)
  test(`${method} says: ${said.replaceAll('\n', ' ')}`, (t) => {
    const error = becomeRefused({method, user: 'root'}, 'h', said);
    t.true(error instanceof BecomeError);
    t.is(error.what, what);
    t.truthy(error.hint);
    t.is(error instanceof FinalBecomeError, final);
    t.is((error.cause as Error | undefined)?.message, said === '' ? undefined : said);
  });
