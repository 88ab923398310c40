/** `ini` and `csvfile`: single values out of files. */

import {textOf} from '../filters/define.js';
import {Fault} from '../python/faults.js';
import {pythonRegex} from '../python/regex.js';
import {splitLines} from '../python/text.js';
import {isOn, type LookupTable, lookup, type Options, texts} from './define.js';
import {readOnPath} from './files.js';

type Sections = Map<string, Map<string, string>>;

/** `[section]`, `key = value` or `key: value`, indented lines go on with a value; `#` and `;` begin comments. */
function readIni(text: string, caseSensitive: boolean, allowNoValue: boolean): Sections {
  const sections: Sections = new Map();
  let section: Map<string, string> | undefined;
  let last: string | undefined;
  for (const line of splitLines(text)) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    if (header) {
      section = sections.get(header[1] ?? '') ?? new Map<string, string>();
      sections.set(header[1] ?? '', section);
      last = undefined;
    } else if (/^\s/.test(line) && section && last !== undefined)
      section.set(last, `${section.get(last)}\n${line.trim()}`.replace(/^\n/, ''));
    else {
      const match = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line.trim());
      if (!section || (!match && !allowNoValue))
        throw new Fault(`'${line.trim()}' is neither a section nor a key with a value`);
      last = caseSensitive ? (match?.[1] ?? line.trim()) : (match?.[1] ?? line.trim()).toLowerCase();
      section.set(last, match?.[2] ?? '');
    }
  }
  return sections;
}

/** Java properties have no sections. */
const propertiesSection = 'java_properties';

function iniLookup(terms: readonly string[], options: Options, runtime: Parameters<typeof readOnPath>[0]): unknown[] {
  const file = textOf(options.get('file') ?? 'ansible.ini');
  const properties = textOf(options.get('type') ?? 'ini') === 'properties';
  const {text} = readOnPath(runtime, 'files', file);
  const caseSensitive = isOn(options, 'case_sensitive', false);
  const sections = readIni(
    properties ? `[${propertiesSection}]\n${text}` : text,
    caseSensitive,
    isOn(options, 'allow_no_value', false) || isOn(options, 'allow_none', false),
  );
  const name = properties ? propertiesSection : textOf(options.get('section') ?? 'global');
  const section = sections.get(name);
  return terms.flatMap((term) => {
    const key = caseSensitive ? term : term.toLowerCase();
    if (isOn(options, 're', false)) {
      const regex = pythonRegex(term);
      return [...(section ?? [])].filter(([candidate]) => regex.test(candidate)).map(([, value]) => value);
    }
    return [section?.get(key) ?? options.get('default') ?? ''];
  });
}

function csvLookup(terms: readonly string[], options: Options, runtime: Parameters<typeof readOnPath>[0]): unknown[] {
  const {text} = readOnPath(runtime, 'files', textOf(options.get('file') ?? 'ansible.csv'));
  const given = textOf(options.get('delimiter') ?? 'TAB');
  const delimiter = given === 'TAB' || given === 't' ? '\t' : given;
  const column = Number(options.get('col') ?? 1);
  const keyColumn = Number(options.get('keycol') ?? 0);
  const rows = splitLines(text).map((line) => readCsvLine(line, delimiter));
  return terms.flatMap((term) => {
    const row = rows.find((cells) => cells[keyColumn] === term);
    const value = row?.[column] ?? options.get('default');
    return value === undefined ? [] : [value];
  });
}

function readCsvLine(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (character === '"' && quoted && line[at + 1] === '"') cell += line[++at];
    else if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

/** `key=value` words after the first one in a term, as old playbooks write them. */
function oldOptions(term: string, options: Options): {term: string; options: Options} {
  const [name = '', ...words] = term.split(/\s+(?=\w+=)/);
  const extra = words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] as const);
  return {term: name, options: new Map([...options, ...extra])};
}

type Reader = (terms: readonly string[], options: Options, runtime: Parameters<typeof readOnPath>[0]) => unknown[];

const withOldOptions =
  (read: Reader) =>
  (terms: readonly unknown[], options: Options, runtime: Parameters<typeof readOnPath>[0]): unknown[] =>
    texts(terms).flatMap((text) => {
      const single = oldOptions(text, options);
      return read([single.term], single.options, runtime);
    });

export const iniLookups: LookupTable = {
  ini: lookup(
    ['file', 'section', 'default', 're', 'type', 'encoding', 'case_sensitive', 'allow_no_value', 'allow_none'],
    withOldOptions(iniLookup),
  ),
  csvfile: lookup(['file', 'delimiter', 'col', 'keycol', 'default', 'encoding'], withOldOptions(csvLookup)),
};
