/** To and from JSON and YAML. */

import {messageOf} from '../../errors/index.js';
import type {Runtime} from '../eval/runtime.js';
import {Fault} from '../python/faults.js';
import {isInt} from '../python/kinds.js';
import {coerceInt} from '../python/numbers.js';
import {truthy} from '../python/truth.js';
import {type FilterTable, filter, mustBeText, textOf} from './define.js';
import {readJson} from './json_read.js';
import {type JsonStyle, writeJson} from './json_write.js';
import {prettyPrint} from './pretty.js';
import {writeYaml, type YamlStyle} from './yaml_write.js';

type Named = ReadonlyMap<string, unknown>;

const jsonOptions = [
  'indent',
  'sort_keys',
  'ensure_ascii',
  'separators',
  'vault_to_text',
  'preprocess_unsafe',
  'allow_nan',
  'skipkeys',
];

function checkNames(named: Named, known: readonly string[]): void {
  for (const name of named.keys())
    if (!known.includes(name)) throw new Fault(`there is no argument '${name}' (there are: ${known.join(', ')})`);
}

function indentOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return isInt(value) ? ' '.repeat(Math.max(0, Number(value))) : textOf(value);
}

function toJson(input: unknown, named: Named, base: {readonly indent: unknown; readonly sortKeys: unknown}): string {
  checkNames(named, jsonOptions);
  const indent = indentOf(named.has('indent') ? named.get('indent') : base.indent);
  const separators = named.get('separators');
  const [item, key] = Array.isArray(separators) ? separators.map(textOf) : [indent === undefined ? ', ' : ',', ': '];
  const style: JsonStyle = {
    indent,
    sortKeys: truthy(named.get('sort_keys') ?? base.sortKeys),
    ascii: truthy(named.get('ensure_ascii') ?? true),
    itemSeparator: item ?? ', ',
    keySeparator: key ?? ': ',
  };
  return writeJson(input, style);
}

const yamlOptions = [
  'indent',
  'width',
  'sort_keys',
  'default_flow_style',
  'explicit_start',
  'explicit_end',
  'default_style',
  'allow_unicode',
  'line_break',
];

const quoteStyles: ReadonlyMap<unknown, YamlStyle['quotes']> = new Map<unknown, YamlStyle['quotes']>([
  [undefined, undefined],
  [null, undefined],
  ['', undefined],
  ["'", 'single'],
  ['"', 'double'],
]);

function toYaml(
  input: unknown,
  named: Named,
  base: {readonly indent: number; readonly flow: boolean | undefined},
): string {
  checkNames(named, yamlOptions);
  if (!quoteStyles.has(named.get('default_style')))
    throw new Fault(`default_style must be ' or ", not '${textOf(named.get('default_style'))}'`);
  const indent = coerceInt(named.get('indent') ?? base.indent, 'the indent');
  const flow = named.has('default_flow_style') ? named.get('default_flow_style') : base.flow;
  return writeYaml(input, {
    indent: indent > 1 && indent < 10 ? indent : 2,
    width: named.get('width') === undefined || named.get('width') === null ? 80 : Number(named.get('width')),
    sortKeys: truthy(named.get('sort_keys') ?? true),
    flow: flow === null || flow === undefined ? undefined : truthy(flow),
    explicitStart: truthy(named.get('explicit_start') ?? false),
    explicitEnd: truthy(named.get('explicit_end') ?? false),
    quotes: quoteStyles.get(named.get('default_style')),
  });
}

function fromYaml(runtime: Runtime, input: unknown): readonly unknown[] {
  const text = mustBeText(input);
  try {
    return runtime.library.parseYaml(text);
  } catch (error) {
    throw new Fault(`not YAML: ${messageOf(error)}`, {cause: error});
  }
}

function oneDocument(documents: readonly unknown[]): unknown {
  if (documents.length > 1)
    throw new Fault('the text holds more than one YAML document', {hint: 'use `from_yaml_all`'});
  return documents[0] ?? null;
}

/** Jinja's own `tojson`, safe inside HTML. */
const toHtmlJson = (input: unknown, indent: unknown): string =>
  writeJson(input, {
    indent: indentOf(indent),
    sortKeys: true,
    ascii: true,
    itemSeparator: indent === null ? ', ' : ',',
    keySeparator: ': ',
  }).replace(/[<>&']/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);

export const dataFilters: FilterTable = {
  to_json: filter('**named', (input, [named]) => toJson(input, named as Named, {indent: undefined, sortKeys: false})),
  to_nice_json: filter('indent=4, sort_keys=True, **named', (input, [indent, sortKeys, named]) =>
    toJson(input, named as Named, {indent, sortKeys}),
  ),
  from_json: filter('**named', (input) => readJson(mustBeText(input))),
  to_yaml: filter('**named', (input, [named]) => toYaml(input, named as Named, {indent: 2, flow: undefined})),
  to_nice_yaml: filter('indent=4, **named', (input, [indent, named]) =>
    toYaml(input, named as Named, {indent: coerceInt(indent, 'the indent'), flow: false}),
  ),
  from_yaml: filter('', (input, _args, runtime) =>
    typeof input === 'string' ? oneDocument(fromYaml(runtime, input)) : input,
  ),
  from_yaml_all: filter('', (input, _args, runtime) =>
    typeof input === 'string' ? [...fromYaml(runtime, input)] : input,
  ),
  tojson: filter('indent=None', (input, [indent]) => toHtmlJson(input, indent)),
  pprint: filter('', (input) => prettyPrint(input)),
};
