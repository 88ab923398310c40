import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {UsageError} from '../errors/index.js';
import {seal} from '../vault/index.js';
import {printLines} from './console.js';
import {exitCodes} from './faults.js';
import {promptOnTerminal} from './prompt.js';
import type {VaultWork} from './vault_work.js';

interface Named {
  readonly name: string | undefined;
  readonly text: string;
}

/** `encrypt_string`: sealed values to paste into a variables file, as Ansible prints them. */
export async function encryptStrings(work: VaultWork): Promise<number> {
  const secret = work.sealing();
  const strings = await stringsOf(work);
  if (strings.length === 0)
    throw new UsageError({
      what: 'there is no string to encrypt',
      hint: 'give it with --prompt or on standard input with --stdin-name NAME: arguments can be seen by others',
    });
  printLines(
    strings.flatMap(({name, text}) => {
      const sealed = seal(text, secret.password.reveal(), {salt: randomBytes(32), id: secret.id});
      const body = sealed
        .trimEnd()
        .split('\n')
        .map((line) => `          ${line}`);
      return [name === undefined ? '!vault |' : `${name}: !vault |`, ...body];
    }),
  );
  return exitCodes.ok;
}

async function stringsOf({subjects, flags}: VaultWork): Promise<Named[]> {
  const names = flags.name ?? [];
  const given = subjects.map((text, index): Named => ({name: names[index], text}));
  const fromStdin =
    flags.stdinName === undefined ? [] : [{name: flags.stdinName || undefined, text: readFileSync(0, 'utf8')}];
  if (!flags.prompt) return [...given, ...fromStdin];
  const text = await promptOnTerminal('String to encrypt (hidden): ', {echo: false});
  const again = await promptOnTerminal('Once more: ', {echo: false});
  if (text === undefined || text === '') throw new UsageError({what: 'no string was typed'});
  if (text !== again) throw new UsageError({what: 'the two strings differ'});
  return [...given, ...fromStdin, {name: names[subjects.length], text}];
}
