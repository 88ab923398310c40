import {createInterface} from 'node:readline';
import {Writable} from 'node:stream';
import {Interrupted} from './faults.js';

/**
 * Asks on the terminal; undefined where there is none. Without echo nothing that is typed appears. The question goes to
 * standard error, so that output stays data.
 */
export async function promptOnTerminal(
  question: string,
  options: {readonly echo: boolean},
): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  process.stderr.write(question);
  const output = options.echo ? process.stderr : new Writable({write: (_chunk, _encoding, done) => done()});
  const reader = createInterface({input: process.stdin, output, terminal: true});
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      reader.once('line', resolve);
      reader.once('close', () => resolve(undefined));
      // While a line is read the terminal is raw: Ctrl-C comes as a character, not as a signal.
      reader.once('SIGINT', () => {
        reject(new Interrupted('interrupted'));
        if (process.listenerCount('SIGINT') > 0) process.kill(process.pid, 'SIGINT');
      });
    });
  } finally {
    reader.close();
    if (!options.echo) process.stderr.write('\n');
  }
}

/** A question answered with y or n; `undefined` where nobody can be asked. */
export async function confirmOnTerminal(question: string): Promise<boolean | undefined> {
  const answer = await promptOnTerminal(`${question} [y/N] `, {echo: true});
  return answer === undefined ? undefined : /^y(es)?$/i.test(answer.trim());
}
