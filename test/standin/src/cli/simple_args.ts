/** Flags of the small commands: `--name value`, `--name=value`, and the words between. */

export interface SimpleArgs {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
}

export const simpleArgs = (args: readonly string[], switches: readonly string[]): SimpleArgs => {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [, name, inline] = /^--?([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) words.push(arg);
    else if (inline !== undefined) flags.set(name, inline);
    else if (switches.includes(name)) flags.set(name, 'true');
    else flags.set(name, args[++i] ?? '');
  }
  return {words, flags};
};
