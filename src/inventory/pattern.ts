/** Host patterns as in `hosts:` and `--limit`: names, globs, `a:b`, `a,b`, `:&`, `:!`, `~regex`, slices, `@file`. */
import {readFileSync} from 'node:fs';
import {InventoryError, messageOf, nearest, type Where} from '../errors/index.js';
import {isLocalName} from './local_names.js';
import {isAddress} from './range.js';
import type {Host, Inventory} from './types.js';

/** Hosts that match, and the parts of the pattern that match nothing. */
export interface Matched {
  readonly hosts: readonly string[];
  readonly unknown: readonly {readonly pattern: string; readonly nearest?: string}[];
}

/** Splits at commas and colons, but not at those inside brackets or of an IPv6 address. */
export function splitPatterns(text: string): string[] {
  if (text.includes(',')) return text.split(',').flatMap((part) => splitAtColons(part.trim()));
  return splitAtColons(text.trim());
}

function splitAtColons(text: string): string[] {
  if (text === '') return [];
  if (isLocalName(text) || isAddress(text.replace(/^[&!]/, ''))) return [text];
  const parts: string[] = [];
  let part = '';
  let depth = 0;
  for (const character of text) {
    if (character === '[') depth++;
    if (character === ']') depth--;
    if (character === ':' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  parts.push(part);
  return parts.map((piece) => piece.trim()).filter((piece) => piece !== '');
}

/** A shell pattern as a regular expression over the whole name. */
export function globToRegex(glob: string): RegExp {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    const close = character === '[' ? glob.indexOf(']', at + 2) : -1;
    if (character === '*') source += '[\\s\\S]*';
    else if (character === '?') source += '[\\s\\S]';
    else if (close > 0) {
      const inner = glob
        .slice(at + 1, close)
        .replaceAll('\\', '\\\\')
        .replace(/^!/, '^')
        .replace(/(?!^)\[/g, '\\[');
      source += `[${inner}]`;
      at = close;
    } else source += character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  }
  return new RegExp(`^${source}$`);
}

function matcher(pattern: string, where: Where | undefined): (name: string) => boolean {
  if (!pattern.startsWith('~')) {
    const regex = globToRegex(pattern);
    return (name) => regex.test(name);
  }
  try {
    // Python's re.match: anchored at the beginning only.
    const regex = new RegExp(`^(?:${pattern.slice(1)})`);
    return (name) => regex.test(name);
  } catch (error) {
    throw new InventoryError({
      what: `the host pattern '${pattern}' is no regular expression: ${messageOf(error)}`,
      where,
    });
  }
}

interface Subscript {
  readonly first: number;
  /** Inclusive, as Ansible's ranges are; absent for a single host. */
  readonly last?: number | undefined;
  readonly isRange: boolean;
}

function splitSubscript(pattern: string): {readonly base: string; readonly subscript?: Subscript} {
  const found = pattern.startsWith('~') ? null : /^(.+)\[(?:(-?\d+)|(\d+)([:-])(\d*))\]$/.exec(pattern);
  if (!found?.[1]) return {base: pattern};
  if (found[2] !== undefined) return {base: found[1], subscript: {first: Number(found[2]), isRange: false}};
  // Also `[1-3]`, which could be a set of characters: Ansible reads it as a range.
  const last = found[5] ? Number(found[5]) : undefined;
  return {base: found[1], subscript: {first: Number(found[3]), last, isRange: true}};
}

const applySubscript = (hosts: readonly string[], subscript: Subscript | undefined): readonly string[] => {
  if (!subscript) return hosts;
  if (subscript.isRange)
    return hosts.slice(subscript.first, subscript.last === undefined ? undefined : subscript.last + 1);
  const one = hosts.at(subscript.first);
  return one === undefined ? [] : [one];
};

function namesMatching(inventory: Inventory, pattern: string, where: Where | undefined): readonly string[] | undefined {
  if (pattern === 'all' || pattern === '*') return inventory.hostsOf('all');
  const isMatch = matcher(pattern, where);
  const isPattern = pattern.startsWith('~') || /[.?*[]/.test(pattern);
  if (!isPattern) {
    if (inventory.groups.has(pattern)) return inventory.hostsOf(pattern);
    if (inventory.hosts.has(pattern)) return [pattern];
    return isLocalName(pattern) ? [pattern] : undefined;
  }
  const groups = [...inventory.groups.keys()].filter(isMatch);
  const hosts = [...inventory.hosts.keys()].filter(isMatch);
  if (groups.length + hosts.length === 0) return isLocalName(pattern) ? [pattern] : undefined;
  return [...new Set([...groups.flatMap((group) => inventory.hostsOf(group)), ...hosts])];
}

/** Hosts of a pattern, in the pattern's order; unions first, then intersections, then exclusions, wherever they stand. */
export function matchHosts(inventory: Inventory, pattern: string | readonly string[], where?: Where): Matched {
  const parts = (typeof pattern === 'string' ? [pattern] : pattern).flatMap((text) => splitPatterns(text));
  const unknown: {pattern: string; nearest?: string}[] = [];
  const resolve = (text: string): readonly string[] => {
    // A whole name may look like a slice: it is looked up first.
    const whole = inventory.hosts.has(text) ? {base: text} : splitSubscript(text);
    const names = namesMatching(inventory, whole.base, where);
    if (names === undefined) {
      const near = nearest(whole.base, [...inventory.groups.keys(), ...inventory.hosts.keys()]);
      unknown.push(near === undefined ? {pattern: text} : {pattern: text, nearest: near});
      return [];
    }
    return applySubscript(names, 'subscript' in whole ? whole.subscript : undefined);
  };
  const unions = parts.filter((part) => !/^[&!]/.test(part));
  const found = new Set((unions.length > 0 || parts.length === 0 ? unions : ['all']).flatMap(resolve));
  for (const part of parts.filter((text) => text.startsWith('&'))) {
    const kept = new Set(resolve(part.slice(1)));
    for (const host of [...found]) if (!kept.has(host)) found.delete(host);
  }
  for (const part of parts.filter((text) => text.startsWith('!'))) {
    for (const host of resolve(part.slice(1))) found.delete(host);
  }
  return {hosts: [...found], unknown};
}

/**
 * Hosts that `--limit` leaves, as a set; `@file` names a file of patterns, one a line. Throws InventoryError for a
 * name that is nowhere: a misspelt exclusion would else run on the host it was to spare.
 */
export function limitHosts(inventory: Inventory, limit: string): ReadonlySet<string> {
  const patterns = limit
    .split(',')
    .flatMap((part) => (part.trim().startsWith('@') ? linesOf(part.trim().slice(1)) : [part]));
  const {hosts, unknown} = matchHosts(inventory, patterns);
  const [first] = unknown;
  if (first)
    throw new InventoryError({
      what: `--limit names '${first.pattern}', which is neither a host nor a group of the inventory`,
      hint: first.nearest === undefined ? groupsHint(inventory) : `did you mean '${first.nearest}'?`,
    });
  return new Set(hosts);
}

const groupsHint = (inventory: Inventory): string =>
  `groups are ${[...inventory.groups.keys()].slice(0, 12).join(', ')}`;

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    throw new InventoryError({what: `--limit @${file} cannot be read: ${messageOf(error)}`, cause: error});
  }
}

/** The host of that name; names outside the inventory (a delegate, localhost) get one that only `all` applies to. */
export function hostNamed(inventory: Inventory, name: string): Host {
  const known = inventory.hosts.get(name);
  if (known) return known;
  const values = isLocalName(name) ? {ansible_connection: 'local'} : {};
  return {
    name,
    groups: ['all'],
    layers: [
      {level: 'inventoryFileHostVars', label: 'implicit localhost', values, template: false},
      ...(inventory.implicitLayers?.get(name) ?? []),
    ],
  };
}
