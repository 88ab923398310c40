import {type Command, InvalidArgumentError, Option} from 'commander';
import type {Flag, FlagGroup} from './flags.js';

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It takes a whole number above 0.');
  return Number(text);
};

const parsers: Readonly<Record<NonNullable<Flag['kind']>, (text: string, before: unknown) => unknown>> = {
  list: (text, before) => [...(Array.isArray(before) ? before : []), text],
  words: (text, before) => [
    ...(Array.isArray(before) ? before : []),
    ...text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ],
  count: (_text, before) => (typeof before === 'number' ? before : 0) + 1,
  whole: wholeNumber,
  seconds: wholeNumber,
};

/** Another name of a flag: it fills the same value and is not listed. */
class AliasOption extends Option {
  constructor(
    flags: string,
    private readonly target: string,
  ) {
    super(flags);
    this.hideHelp();
  }
  override attributeName(): string {
    return this.target;
  }
}

/** Adds flags to a command, under their groups' headings. */
export function addFlags(command: Command, groups: readonly FlagGroup[]): Command {
  for (const {title, flags} of groups) {
    for (const flag of flags) {
      const option = new Option(flag.flags, flag.about).helpGroup(`${title}:`);
      const value = /<.*>/.exec(flag.flags)?.[0];
      const aliases = (flag.aliases ?? []).map(
        (name) => new AliasOption(value === undefined ? name : `${name} ${value}`, option.attributeName()),
      );
      for (const one of [option, ...aliases]) {
        if (flag.kind !== undefined) one.argParser(parsers[flag.kind]);
        command.addOption(one);
      }
    }
  }
  return command;
}
