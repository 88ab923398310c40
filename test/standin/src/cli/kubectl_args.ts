/** kubectl's flags: a map of values and what is left over. */

/** Flags that stand alone; all others take a value. */
const SWITCHES = new Set([
  ...[
    'all-namespaces',
    'A',
    'no-headers',
    'ignore-not-found',
    'all',
    'overwrite',
    'force',
    'show-labels',
    'raw-output',
  ],
  ...[
    'ignore-daemonsets',
    'delete-emptydir-data',
    'delete-local-data',
    'disable-eviction',
    'client',
    'minify',
    'flatten',
    'short',
  ],
]);

/** Switches that kubectl also lets say `=false`. */
const OPTIONAL = new Set(['wait', 'raw-config', 'insecure-skip-tls-verify', 'server-side', 'now']);

const SHORT: Readonly<Record<string, string>> = {
  o: 'output',
  n: 'namespace',
  A: 'all-namespaces',
  l: 'selector',
  f: 'filename',
  k: 'kustomize',
};

export interface KubectlArgs {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

/** `raw` takes a path with `get` and stands alone with `config view`. */
export const parseKubectl = (args: readonly string[]): KubectlArgs => {
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  const add = (name: string, value: string) => flags.set(name, [...(flags.get(name) ?? []), value]);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const long = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    const short = long ? null : /^-([a-zA-Z])(.*)$/s.exec(arg);
    const letter = short?.[1] ?? '';
    const name = long?.[1] ?? SHORT[letter] ?? letter;
    const inline = long?.[2] ?? (short?.[2] ? short[2].replace(/^=/, '') : undefined);
    if (!long && !short) words.push(arg);
    else if (inline !== undefined) add(name, inline);
    else if (SWITCHES.has(name) || OPTIONAL.has(name) || (name === 'raw' && words[0] === 'config')) add(name, 'true');
    else add(name, args[++i] ?? '');
  }
  return {words, flags};
};
