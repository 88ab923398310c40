import {Interrupted} from './faults.js';

const enter = /[\r\n]/;
const interrupt = '\x03';
const endOfInput = '\x04';
const eraseLine = '\x15';
const erase = /^[\x7f\b]$/;

/** What was typed so far and what came of it; pure, so that it can be tried without a terminal. */
export interface Typed {
  readonly line: string;
  /** The line is complete, or the reader gave up (Ctrl-C, Ctrl-D on an empty line). */
  readonly end?: 'line' | 'interrupt' | 'nothing';
  /** What came after the line: it belongs to the next question. */
  readonly rest: string;
}

/** Takes up what was typed, keys for correction included. */
export function takeTyped(line: string, data: string): Typed {
  let text = line;
  const characters = [...data];
  for (const [index, character] of characters.entries()) {
    const rest = characters.slice(index + 1).join('');
    if (enter.test(character)) return {line: text, end: 'line', rest};
    if (character === interrupt) return {line: '', end: 'interrupt', rest};
    if (character === endOfInput) {
      if (text === '') return {line: '', end: 'nothing', rest};
      continue;
    }
    if (character === eraseLine) text = '';
    else if (erase.test(character)) text = [...text].slice(0, -1).join('');
    else text += character;
  }
  return {line: text, rest: ''};
}

/**
 * Asks on the terminal; undefined where there is none. Without echo nothing that is typed appears. The question goes to
 * standard error, so that output stays data. Ctrl-C throws {@link Interrupted}.
 */
export async function promptOnTerminal(
  question: string,
  options: {readonly echo: boolean},
): Promise<string | undefined> {
  const {stdin, stderr} = process;
  if (!stdin.isTTY) return undefined;
  stderr.write(asked(question));
  if (!options.echo) stdin.setRawMode(true);
  try {
    return await readLine();
  } finally {
    if (!options.echo) {
      stdin.setRawMode(false);
      stderr.write('\n');
    }
    stdin.pause();
  }
}

/** Room between the question and the answer. */
const asked = (question: string): string => {
  if (/\s$/.test(question)) return question;
  return /[:?]$/.test(question) ? `${question} ` : `${question}: `;
};

function readLine(): Promise<string | undefined> {
  const {stdin} = process;
  return new Promise((resolve, reject) => {
    let line = '';
    const finish = (settle: () => void): void => {
      stdin.off('data', onData);
      stdin.off('end', onEnd);
      process.off('SIGINT', onInterrupt);
      stdin.pause();
      settle();
    };
    const onInterrupt = (): void => finish(() => reject(new Interrupted('interrupted')));
    const onEnd = (): void => finish(() => resolve(undefined));
    const onData = (chunk: Buffer | string): void => {
      const typed = takeTyped(line, chunk.toString());
      line = typed.line;
      if (typed.end === undefined) return;
      finish(() => {
        // Lines that were pasted at once answer the questions to come.
        if (typed.rest !== '') stdin.unshift(Buffer.from(typed.rest));
        if (typed.end === 'interrupt') {
          reject(new Interrupted('interrupted'));
          if (process.listenerCount('SIGINT') > 0) process.kill(process.pid, 'SIGINT');
        } else resolve(typed.end === 'line' ? typed.line : undefined);
      });
    };
    // In raw mode Ctrl-C is a character, otherwise a signal.
    process.once('SIGINT', onInterrupt);
    stdin.on('data', onData);
    stdin.once('end', onEnd);
    stdin.resume();
  });
}
