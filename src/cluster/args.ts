import type {K3sConfig} from './config_file.js';
import {booleanKeys} from './config_keys.js';

/** Short names of flags (pkg/cli/cmds). */
const longNames: Readonly<Record<string, string>> = {
  c: 'config',
  d: 'data-dir',
  i: 'node-ip',
  l: 'log',
  o: 'write-kubeconfig',
  s: 'server',
  t: 'token',
};

const wordsOf = (args: string): string[] =>
  (args.match(/(?:[^\s"'\\]|"[^"]*"|'[^']*'|\\[\s\S])+/g) ?? []).map((word) =>
    word.replace(/"([^"]*)"|'([^']*)'|\\([\s\S])/g, '$1$2$3'),
  );

const isBoolean = (word: string | undefined): boolean => /^(true|false)$/i.test(word ?? '');

/**
 * Flags written as a command line (`--disable traefik --node-label a=b`), as a unit's ExecStart and k3s-io/k3s-ansible's
 * `extra_server_args` have them, as settings of config.yaml. A flag given twice becomes a list.
 */
export function settingsFromArgs(args: string): K3sConfig {
  const settings: Record<string, unknown> = {};
  const put = (key: string, value: unknown): void => {
    const present = settings[key];
    settings[key] = present === undefined ? value : [...(Array.isArray(present) ? present : [present]), value];
  };
  const words = wordsOf(args);
  for (let index = 0; index < words.length; index++) {
    const match = /^--?([a-z0-9-]+)(?:=(.*))?$/s.exec(words[index] ?? '');
    if (!match) continue;
    const [, written = '', given] = match;
    const key = longNames[written] ?? written;
    const next = words[index + 1];
    const takesNext = booleanKeys.has(key) ? isBoolean(next) : next !== undefined;
    if (given !== undefined) put(key, given);
    else if (takesNext) {
      put(key, next);
      index += 1;
    } else put(key, true);
  }
  return settings;
}

/** A unit's text with its continued lines joined by a space (systemd.syntax(7)). */
export const joinedLines = (unitText: string): string => unitText.replaceAll(/\\\r?\n/g, ' ');

/** The words after `k3s server` or `k3s agent` of a unit's ExecStart. */
export function execArgs(unitText: string): string {
  const line = /^ExecStart=(.*)/m.exec(joinedLines(unitText))?.[1] ?? '';
  const words = /(?:^|\s)['"]?(?:server|agent)['"]?\s(.*)/.exec(line)?.[1] ?? '';
  return words.trim();
}

/** Whether a unit starts K3s itself, as a server or an agent. */
export const startsK3s = (unitText: string): boolean =>
  /^ExecStart=\S*k3s['"]?\s+['"]?(server|agent)['"]?(\s|$)/m.test(joinedLines(unitText));
