/** `k3s token rotate` (and generate, list): the server re-seals its bootstrap data under the new token. */

import {randomInt} from 'node:crypto';
import {FatalError, messageOf} from '../base/fatal.js';
import {readIfThere} from '../base/files.js';
import {layoutOf} from '../base/layout.js';
import type {Logger} from '../base/log.js';
import {normalizeToken} from '../config/token.js';
import {openAccess} from '../server/access.js';
import {simpleArgs} from './simple_args.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const random = (length: number): string => Array.from({length}, () => LETTERS[randomInt(LETTERS.length)]).join('');

const rotate = async (flags: ReadonlyMap<string, string>, dataDir: string, log: Logger): Promise<void> => {
  const present = flags.get('token') ?? flags.get('t') ?? readIfThere(layoutOf(dataDir).token)?.trim();
  const next = flags.get('new-token');
  if (!present) throw new FatalError('token is required to rotate');
  if (!next) throw new FatalError('--new-token is required');
  const access = await openAccess(
    flags.get('server') ?? 'https://127.0.0.1:6443',
    present,
    {name: 'server', force: true},
    log,
  );
  const reply = await access.reply(
    'PUT',
    '/v1-k3s/token',
    {'content-type': 'application/json'},
    JSON.stringify({newToken: next}),
  );
  if (reply.status !== 200)
    throw new FatalError(`Error: see server log for details: ${reply.statusText}: ${reply.body}`);
  process.stdout.write(
    'WARNING: Recommended to keep a record of the old token. If restoring from a snapshot, you must use the token associated with that snapshot.\n',
  );
  process.stdout.write('Token rotated, restart k3s nodes with new token\n');
};

export const tokenCommand = async (args: readonly string[], dataDir: string, log: Logger): Promise<void> => {
  const {words, flags} = simpleArgs(args, ['debug']);
  switch (words[0]) {
    case 'rotate':
      if (flags.has('new-token')) {
        try {
          normalizeToken(flags.get('new-token') ?? '');
        } catch (error) {
          throw new FatalError(messageOf(error));
        }
      }
      return rotate(flags, dataDir, log);
    case 'generate':
      process.stdout.write(`${random(6)}.${random(16)}\n`);
      return undefined;
    case 'list':
      process.stdout.write('TOKEN  TTL  EXPIRES  USAGES  DESCRIPTION\n');
      return undefined;
    default:
      throw new FatalError(`the stand-in has no 'token ${words[0] ?? ''}': it has rotate, generate, list`);
  }
};
