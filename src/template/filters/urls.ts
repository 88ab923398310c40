/** Taking URLs apart and putting them together. */
import {Fault} from '../python/faults.js';
import {isSequence, itemsOf} from '../python/iterate.js';
import {entriesOf, isMapping} from '../python/mapping.js';
import {type FilterTable, filter, mustBeText, textOf} from './define.js';

/** The parts of a URL as Python's `urlsplit` sees them; what is not there is an empty text, or None for host, port and user. */
export interface UrlParts {
  readonly scheme: string;
  readonly netloc: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
  readonly hostname: string | null;
  readonly port: number | null;
  readonly username: string | null;
  readonly password: string | null;
}

export function splitUrl(url: string): UrlParts {
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(url.trim());
  const [, scheme = '', netloc = '', path = '', query = '', fragment = ''] = match ?? [];
  const at = netloc.lastIndexOf('@');
  const user = at === -1 ? undefined : netloc.slice(0, at);
  const host = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(netloc.slice(at + 1));
  const colon = user?.indexOf(':') ?? -1;
  return {
    scheme: scheme.toLowerCase(),
    netloc,
    path,
    query,
    fragment,
    hostname: (host?.[1] ?? '').replace(/^\[|\]$/g, '').toLowerCase() || null,
    port: portOf(host?.[2]),
    username: user === undefined ? null : colon === -1 ? user : user.slice(0, colon),
    password: user === undefined || colon === -1 ? null : user.slice(colon + 1),
  };
}

function portOf(text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) throw new Fault(`'${text}' is not a port`);
  return port;
}

function urlSplit(input: unknown, query: unknown): unknown {
  const parts: UrlParts = splitUrl(mustBeText(input));
  const name = textOf(query);
  if (name === '') return Object.fromEntries(Object.entries(parts).sort());
  if (!Object.hasOwn(parts, name))
    throw new Fault(`a URL has no '${name}' (it has: ${Object.keys(parts).sort().join(', ')})`);
  return parts[name as keyof UrlParts];
}

/** Python's `quote`: letters, digits, `_.-~` and the safe characters stay. */
function percentEncode(text: string, safe: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return byte < 128 && (/[A-Za-z0-9_.~-]/.test(character) || safe.includes(character))
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

const formPart = (value: unknown): string => percentEncode(textOf(value), ' ').replaceAll(' ', '+');

function urlEncode(input: unknown): string {
  if (!isMapping(input) && !isSequence(input)) return percentEncode(textOf(input), '/');
  const pairs = isMapping(input) ? entriesOf(input) : input.map((pair) => itemsOf(pair));
  return pairs.map(([key, value]) => `${formPart(key)}=${formPart(value)}`).join('&');
}

function urlDecode(text: string): string {
  const bytes = Buffer.from(text.replaceAll('+', ' '), 'utf8')
    .toString('latin1')
    .replace(/%([0-9a-fA-F]{2})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

export const urlFilters: FilterTable = {
  urlsplit: filter("query=''", (input, [query]) => urlSplit(input, query)),
  urlencode: filter('', urlEncode),
  urldecode: filter('', (input) => urlDecode(mustBeText(input))),
};
