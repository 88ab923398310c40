/** What is known of the terminal this program writes to. */
import {
  asciiSymbols,
  createPalette,
  type Palette,
  type Symbols,
  type TextOptions,
  unicodeSymbols,
} from '../report/index.js';
import {lineAt, nameOfFile} from './faults.js';

type Env = Readonly<Record<string, string | undefined>>;

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

/** Colours: `--no-color` and NO_COLOR are stronger than FORCE_COLOR, that than whether it is a terminal. */
export function usesColor(
  flag: boolean | undefined,
  env: Env = process.env,
  isTerminal = process.stdout.isTTY,
): boolean {
  if (flag === false || isSet(env.NO_COLOR) || isSet(env.ANSIBLE_NOCOLOR)) return false;
  if (isSet(env.FORCE_COLOR) || isSet(env.ANSIBLE_FORCE_COLOR)) return env.FORCE_COLOR !== '0';
  return isTerminal === true && env.TERM !== 'dumb';
}

/** The live view needs a terminal that can be written over, and a person in front of it. */
export const isLive = (env: Env = process.env, isTerminal = process.stdout.isTTY): boolean =>
  isTerminal === true && env.TERM !== 'dumb' && !isSet(env.CI);

/** Marks beyond ASCII need a UTF-8 locale. */
export const symbolsFor = (env: Env = process.env): Symbols =>
  /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || '') ? unicodeSymbols : asciiSymbols;

/** Ansible's width where there is no terminal. */
const plainWidth = 80;

export function textOptions(flags: {readonly color?: boolean; readonly verbose?: number}): TextOptions {
  return {
    palette: paletteFor(flags),
    width: process.stdout.isTTY ? Math.max(plainWidth, process.stdout.columns) : plainWidth,
    verbosity: flags.verbose ?? 0,
    lineAt,
    nameOf: (file) => nameOfFile(file),
  };
}

export const paletteFor = (flags: {readonly color?: boolean}): Palette => createPalette(usesColor(flags.color));

/** Writes lines to standard output: for commands whose output is data. */
export const printLines = (lines: readonly string[]): void => {
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
};
