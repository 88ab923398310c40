/** Command line, config file and environment into one set of settings: CLI over file over environment. */

import {FatalError} from '../base/fatal.js';
import {DEFAULT_CONFIG, readConfig} from './file.js';
import {type Flag, findFlag, flagsOf, type Role} from './flags.js';

export interface Settings {
  readonly role: Role;
  /** The arguments after the config file was folded in, as K3s records them on its Node. */
  readonly args: readonly string[];
  readonly unknownKeys: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** all values of a repeatable flag, commas split as K3s splits most of them */
  list(name: string): readonly string[];
  /** the same, commas left alone: `--etcd-arg` and its kind */
  each(name: string): readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads `-c FILE`, `--config=FILE` or K3S_CONFIG_FILE, which wins. */
const configPath = (args: readonly string[], env: Env): {path: string; set: boolean} => {
  if (env.K3S_CONFIG_FILE) return {path: env.K3S_CONFIG_FILE, set: true};
  for (const [index, arg] of args.entries()) {
    if (arg === '--config' || arg === '-c') return {path: args[index + 1] ?? '', set: true};
    const inline = /^(?:--config|-c)=(.*)$/.exec(arg)?.[1];
    if (inline !== undefined) return {path: inline, set: true};
  }
  return {path: DEFAULT_CONFIG, set: false};
};

const isBool = (value: string): boolean => /^(true|false|1|0|t|f)$/i.test(value);

/** Splits arguments into flag values; a flag K3s does not know ends it, as it ends K3s. */
export const parseArguments = (role: Role, args: readonly string[]): Map<string, string[]> => {
  const values = new Map<string, string[]>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const found = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(arg);
    if (!found?.[1]) continue;
    const flag = findFlag(role, found[1]);
    if (!flag) throw new FatalError(`flag provided but not defined: -${found[1]}`);
    const value = takeValue(flag, found[2], args[i + 1]);
    if (value.took) i++;
    values.set(flag.name, [...(values.get(flag.name) ?? []), value.text]);
  }
  return values;
};

const takeValue = (flag: Flag, inline: string | undefined, next: string | undefined): {text: string; took: boolean} => {
  if (inline !== undefined) return {text: inline, took: false};
  if (flag.kind !== 'bool') {
    if (next === undefined) throw new FatalError(`flag needs an argument: -${flag.name}`);
    return {text: next, took: true};
  }
  // K3s's own node-args show `--cluster-init true`, which urfave/cli reads as the flag and a stray argument.
  return next !== undefined && isBool(next) ? {text: next, took: true} : {text: 'true', took: false};
};

export const readSettings = (role: Role, cli: readonly string[], env: Env): Settings => {
  const {path, set} = configPath(cli, env);
  const file = readConfig(role, path, set);
  const values = parseArguments(role, file.args);
  for (const [name, given] of parseArguments(role, cli)) values.set(name, given);
  for (const flag of flagsOf(role)) {
    const fromEnv = flag.env ? env[flag.env] : undefined;
    if (fromEnv && !values.has(flag.name)) values.set(flag.name, flag.kind === 'list' ? fromEnv.split(',') : [fromEnv]);
  }
  const text = (name: string) => values.get(name)?.at(-1) || undefined;
  return {
    role,
    args: [role, ...file.args, ...cli],
    unknownKeys: file.unknown,
    text,
    flag: (name) => /^(true|1|t)$/i.test(text(name) ?? ''),
    each: (name) => values.get(name) ?? [],
    list: (name) =>
      (values.get(name) ?? [])
        .flatMap((one) => one.split(','))
        .map((one) => one.trim())
        .filter(Boolean),
  };
};
