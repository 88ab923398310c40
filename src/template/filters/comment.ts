/** `comment`: text as a comment of some language. */
import {Fault} from '../python/faults.js';
import {coerceInt} from '../python/numbers.js';
import {textOf} from './define.js';

interface Style {
  readonly beginning?: string;
  readonly decoration: string;
  readonly end?: string;
}

const styles: Readonly<Record<string, Style>> = {
  plain: {decoration: '# '},
  erlang: {decoration: '% '},
  c: {decoration: '// '},
  cblock: {beginning: '/*', decoration: ' * ', end: ' */'},
  xml: {beginning: '<!--', decoration: ' - ', end: '-->'},
};

export function comment(text: string, styleName: string, named: ReadonlyMap<string, unknown>): string {
  const style = styles[styleName];
  if (!style) throw new Fault(`there is no style '${styleName}' (there are: ${Object.keys(styles).join(', ')})`);
  const option = (name: string, otherwise: string): string => (named.has(name) ? textOf(named.get(name)) : otherwise);
  const count = (name: string): number => coerceInt(named.get(name) ?? 1, name);
  const decoration = option('decoration', style.decoration);
  const newline = option('newline', '\n');
  const prefix = option('prefix', decoration.trimEnd());
  const postfix = option('postfix', decoration.trimEnd());
  const beginning = option('beginning', style.beginning ?? '');
  const end = option('end', style.end ?? '');
  const bare = `${decoration.trimEnd()}${newline}`;
  const body = (decoration + text.replaceAll(newline, newline + decoration)).replaceAll(decoration + newline, bare);
  const before = prefix === '' ? '' : (prefix === newline ? newline : prefix + newline).repeat(count('prefix_count'));
  return (
    (beginning === '' ? '' : beginning + newline) +
    before +
    body +
    (newline + postfix).repeat(count('postfix_count')) +
    (end === '' ? '' : newline + end)
  );
}
