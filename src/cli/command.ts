import type {FlagGroup} from './flags.js';

export interface CommandSpec {
  readonly name: string;
  /** Arguments as commander reads them: `<playbook...>`. */
  readonly args: string;
  readonly about: string;
  readonly flags: readonly FlagGroup[];
  readonly load: () => Promise<CommandBody>;
}

/** Takes arguments and flags, returns the exit code. */
export type CommandBody = (args: readonly (string | readonly string[] | undefined)[], flags: object) => Promise<number>;
