import {existsSync} from 'node:fs';
import path from 'node:path';
import {UsageError, type Where} from '../errors/index.js';
import {isMapping} from '../inventory/index.js';
import type {Values, VarsLayer} from '../inventory/types.js';
import {parseFreeForm} from '../playbook/free_form.js';
import type {Loader} from '../playbook/index.js';
import {type PositionMap, parseYaml} from '../yaml/index.js';

export interface ExtraVarsOptions {
  readonly cwd: string;
  readonly loader: Pick<Loader, 'loadVars'>;
  readonly positions: PositionMap;
}

const where = {file: '-e', line: 1, column: 1};

/**
 * Variables as `-e` takes them: `key=value ...` (values stay text), YAML or JSON, `@file`; or plain data.
 * Later ones are stronger.
 */
export const extraVarsLayers = (given: readonly (string | Values)[], options: ExtraVarsOptions): VarsLayer[] =>
  given.map((one) => (typeof one === 'string' ? layerOfText(one, options) : dataLayer(one, 'extra variables')));

const dataLayer = (values: Values, label: string, place?: Where): VarsLayer => ({
  level: 'extraVars',
  label,
  values,
  template: true,
  ...(place === undefined ? {} : {where: place}),
});

function layerOfText(text: string, {cwd, loader, positions}: ExtraVarsOptions): VarsLayer {
  const trimmed = text.trim();
  if (trimmed.startsWith('@')) return layerOfFile(path.resolve(cwd, trimmed.slice(1)), trimmed, loader);
  if (/^[{[]/.test(trimmed)) {
    const {value} = parseYaml(trimmed, {file: '-e', positions});
    if (isMapping(value)) return dataLayer(value, '-e');
    throw new UsageError({what: `-e takes a mapping, not a list: ${trimmed.slice(0, 60)}`});
  }
  const {text: rest, options: values} = parseFreeForm(trimmed, where);
  if (rest === '') return dataLayer(values, '-e', where);
  throw new UsageError({
    what: `-e takes key=value, JSON or @file, not '${rest}'`,
    hint: existsSync(path.resolve(cwd, rest)) ? `to read the file, write -e @${rest}` : 'quote values that hold spaces',
  });
}

function layerOfFile(file: string, written: string, loader: Pick<Loader, 'loadVars'>): VarsLayer {
  if (!existsSync(file)) throw new UsageError({what: `-e ${written} names a file that does not exist: ${file}`});
  return loader.loadVars(file, 'extraVars');
}
