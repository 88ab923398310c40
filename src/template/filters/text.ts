/** Text: case, trimming, indenting, quoting, wrapping. */

import {replaceText, strMethods} from '../methods/str.js';
import {Fault} from '../python/faults.js';
import {tuple} from '../python/kinds.js';
import {entriesOf, isMapping, makeDict} from '../python/mapping.js';
import {asIndex, coerceFloat} from '../python/numbers.js';
import {percentFormat} from '../python/percent_format.js';
import {capitalize, characters, splitLines, splitText, strip, textLength} from '../python/text.js';
import {comment} from './comment.js';
import {type FilterTable, filter, flag, mustBeText, textOf} from './define.js';
import {wordWrap} from './wrap.js';

/** Jinja's own title case: a word begins after white space, a hyphen or an opening bracket. */
const title = (text: string): string =>
  text
    .split(/([-\s({[<]+)/u)
    .map((word) =>
      word === '' ? '' : (characters(word)[0] ?? '').toUpperCase() + characters(word).slice(1).join('').toLowerCase(),
    )
    .join('');

function indent(text: string, width: unknown, first: boolean, blank: boolean): string {
  const prefix = typeof width === 'string' ? width : ' '.repeat(asIndex(width, 'the width'));
  // Jinja adds a line feed before it counts lines, so that a final one keeps an (empty) line after it.
  const [head = '', ...rest] = splitLines(`${text}\n`);
  const lines = rest.map((line) => (blank || line !== '' ? prefix + line : line));
  const indented = [head, ...lines].join('\n');
  return first ? prefix + indented : indented;
}

function truncate(text: string, [lengthValue, killWords, endValue, leewayValue]: readonly unknown[]): string {
  const length = asIndex(lengthValue, 'the length');
  const leeway = leewayValue === null ? 5 : asIndex(leewayValue, 'the leeway');
  const end = textOf(endValue);
  const all = characters(text);
  if (length < textLength(end)) throw new Fault(`the length must be at least ${textLength(end)}`);
  if (all.length <= length + leeway) return text;
  const kept = all.slice(0, length - textLength(end)).join('');
  if (flag(killWords)) return kept + end;
  const cut = kept.lastIndexOf(' ');
  return (cut === -1 ? kept : kept.slice(0, cut)) + end;
}

function format(input: unknown, rest: unknown, named: unknown): string {
  const [values, names] = [rest as readonly unknown[], named as ReadonlyMap<string, unknown>];
  if (values.length > 0 && names.size > 0) throw new Fault('positional and named values cannot be mixed');
  return percentFormat(textOf(input), names.size > 0 ? makeDict(names) : tuple(values));
}

function replace(input: unknown, [old, fresh, count]: readonly unknown[]): string {
  return replaceText(textOf(input), textOf(old), textOf(fresh), count === null ? -1 : asIndex(count, 'the count'));
}

function split(input: unknown, separator: unknown, limit: unknown): string[] {
  if (separator === '') throw new Fault('the separator is empty');
  return splitText(
    mustBeText(input),
    separator === null ? null : mustBeText(separator, 'the separator'),
    asIndex(limit, 'the limit'),
  );
}

/** For a shell, in the form Ansible's users see; not the project's own quoting, whose result differs in letters. */
const shellQuote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;

const htmlEscapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => htmlEscapes[character] ?? character);

const entities: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  '#34': '"',
  '#39': "'",
};

const stripTags = (text: string): string =>
  splitText(text.replace(/<!--[\s\S]*?-->/g, '').replace(/<[^>]*>/g, ''), null, -1)
    .join(' ')
    .replace(/&(#?\w+);/g, (whole, name: string) => entities[name] ?? whole);

function fileSize(value: number, binary: boolean): string {
  const base = binary ? 1024 : 1000;
  const prefixes = binary
    ? ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB', 'ZiB', 'YiB']
    : ['kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];
  if (value === 1) return '1 Byte';
  if (value < base) return `${Math.trunc(value)} Bytes`;
  let unit = base;
  let name = prefixes[0] ?? '';
  for (const prefix of prefixes) {
    name = prefix;
    if (value < unit * base) break;
    if (prefix !== prefixes.at(-1)) unit *= base;
  }
  return `${(value / unit).toFixed(1)} ${name}`;
}

const center = (input: unknown, width: unknown): unknown => strMethods.get('center')?.run(textOf(input), [width, ' ']);

const escaped = filter('', (input) => escapeHtml(textOf(input)));

export const textFilters: FilterTable = {
  lower: filter('', (input) => textOf(input).toLowerCase()),
  upper: filter('', (input) => textOf(input).toUpperCase()),
  capitalize: filter('', (input) => capitalize(textOf(input))),
  title: filter('', (input) => title(textOf(input))),
  trim: filter('chars=None', (input, [set]) => strip(textOf(input), set === null ? null : textOf(set), 'both')),
  replace: filter('old, new, count=None', replace),
  indent: filter('width=4, first=False, blank=False', (input, [width, first, blank]) =>
    indent(mustBeText(input), width, flag(first), flag(blank)),
  ),
  center: filter('width=80', (input, [width]) => center(input, width)),
  truncate: filter("length=255, killwords=False, end='...', leeway=None", (input, args) =>
    truncate(mustBeText(input), args),
  ),
  wordwrap: filter(
    'width=79, break_long_words=True, wrapstring=None, break_on_hyphens=True',
    (input, [width, breakLong, joiner, hyphens]) =>
      wordWrap(textOf(input), asIndex(width, 'the width'), {
        breakLong: breakLong !== false,
        hyphens: hyphens !== false,
        joiner: joiner === null ? '\n' : textOf(joiner),
      }),
  ),
  wordcount: filter('', (input) => textOf(input).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
  format: filter('*rest, **named', (input, [rest, named]) => format(input, rest, named)),
  comment: filter("style='plain', **named", (input, [style, named]) =>
    comment(textOf(input), textOf(style), named as ReadonlyMap<string, unknown>),
  ),
  quote: filter('', (input) => shellQuote(input === null ? '' : textOf(input))),
  split: filter('sep=None, maxsplit=-1', (input, [separator, limit]) => split(input, separator, limit)),
  striptags: filter('', (input) => stripTags(textOf(input))),
  escape: escaped,
  e: escaped,
  forceescape: escaped,
  safe: filter('', textOf),
  xmlattr: filter('autospace=True', (input, [space]) => xmlAttributes(input, flag(space))),
  filesizeformat: filter('binary=False', (input, [binary]) => fileSize(coerceFloat(input, 'the input'), flag(binary))),
};

function xmlAttributes(input: unknown, space: boolean): string {
  if (!isMapping(input)) throw new Fault('the input must be a dict');
  const parts = entriesOf(input)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${escapeHtml(textOf(name))}="${escapeHtml(textOf(value))}"`);
  return parts.length > 0 && space ? ` ${parts.join(' ')}` : parts.join(' ');
}
