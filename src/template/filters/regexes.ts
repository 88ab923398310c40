/** `regex_replace`, `regex_search`, `regex_findall`, `regex_escape`: Python's `re`. */
import {Fault} from '../python/faults.js';
import {tuple} from '../python/kinds.js';
import {coerceInt} from '../python/numbers.js';
import {groupText, pythonRegex, replacer} from '../python/regex.js';
import {type FilterTable, filter, flag, textOf} from './define.js';

function regexReplace(
  input: unknown,
  [pattern, replacement, ignoreCase, multiline, count, mandatory]: readonly unknown[],
): string {
  const text = textOf(input);
  const regex = pythonRegex(textOf(pattern), {ignoreCase: flag(ignoreCase), multiline: flag(multiline)}, 'g');
  const replace = replacer(textOf(replacement));
  const limit = coerceInt(count, 'the count');
  let done = 0;
  let out = '';
  let last = 0;
  for (const match of text.matchAll(regex)) {
    if (limit > 0 && done >= limit) break;
    out += text.slice(last, match.index) + replace(match);
    last = match.index + match[0].length;
    done++;
  }
  const wanted = coerceInt(mandatory, 'mandatory_count');
  if (wanted > 0 && done !== wanted) throw new Fault(`'${textOf(pattern)}' was replaced ${done} times, not ${wanted}`);
  return out + text.slice(last);
}

/** The groups asked for as `\\1` or `\\g<name>`. */
function groupName(argument: unknown): string {
  const text = textOf(argument);
  const match = /^\\g<(\S+)>/.exec(text) ?? /^\\(\d+)/.exec(text);
  if (!match) throw new Fault(`'${text}' is not a group: write '\\\\1' or '\\\\g<name>'`);
  return match[1] ?? '';
}

function regexSearch(
  input: unknown,
  pattern: unknown,
  rest: readonly unknown[],
  named: ReadonlyMap<string, unknown>,
): unknown {
  const groups = rest.map(groupName);
  const regex = pythonRegex(textOf(pattern), {
    ignoreCase: flag(named.get('ignorecase')),
    multiline: flag(named.get('multiline')),
  });
  const match = regex.exec(textOf(input));
  if (!match) return null;
  if (groups.length === 0) return match[0];
  return groups.map((group) => {
    groupText(match, group);
    return (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? null;
  });
}

function regexFindall(input: unknown, [pattern, multiline, ignoreCase]: readonly unknown[]): unknown[] {
  const regex = pythonRegex(textOf(pattern), {ignoreCase: flag(ignoreCase), multiline: flag(multiline)}, 'g');
  return [...textOf(input).matchAll(regex)].map((match) => {
    if (match.length === 1) return match[0];
    const groups = match.slice(1).map((group) => group ?? '');
    return groups.length === 1 ? groups[0] : tuple(groups);
  });
}

function regexEscape(input: unknown, type: unknown): string {
  const text = textOf(input);
  if (type === 'python') return text.replace(/[\t\n\v\f\r #$&()*+\-.?[\\\]^{|}~]/g, '\\$&');
  if (type === 'posix_basic') return text.replace(/[\][.^$*\\]/g, '\\$&');
  throw new Fault(`re_type must be python or posix_basic, not '${textOf(type)}'`);
}

export const regexFilters: FilterTable = {
  regex_replace: filter(
    "pattern='', replacement='', ignorecase=False, multiline=False, count=0, mandatory_count=0",
    regexReplace,
  ),
  regex_search: filter('regex, *rest, **named', (input, [pattern, rest, named]) =>
    regexSearch(input, pattern, rest as readonly unknown[], named as ReadonlyMap<string, unknown>),
  ),
  regex_findall: filter('regex, multiline=False, ignorecase=False', regexFindall),
  regex_escape: filter("re_type='python'", (input, [type]) => regexEscape(input, type)),
};
