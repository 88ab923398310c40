import {replacer} from '../../src/template/python/regex.js';
import {type Edited, regex} from '../support/edit_file.js';

export interface LineWish {
  readonly state: 'present' | 'absent';
  readonly regexp?: string | undefined;
  readonly search_string?: string | undefined;
  readonly line?: string | undefined;
  readonly insertafter?: string | undefined;
  readonly insertbefore?: string | undefined;
  readonly backrefs: boolean;
  readonly firstmatch: boolean;
}

/** Lines with their newlines, as Python's readlines gives them. */
export const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const bare = (line: string): string => line.replace(/[\r\n]+$/, '');

const pattern = (text: string): RegExp => regex('lineinfile', text);

interface Found {
  readonly index: number;
  readonly match?: RegExpExecArray | undefined;
}

/** The last line that a test finds, or the first. */
function find(
  lines: readonly string[],
  first: boolean,
  test: (line: string) => RegExpExecArray | boolean | null,
): Found | undefined {
  let found: Found | undefined;
  for (const [index, line] of lines.entries()) {
    const hit = test(line);
    if (hit === null || hit === false) continue;
    found = {index, match: hit === true ? undefined : hit};
    if (first) break;
  }
  return found;
}

function matcher({regexp, search_string, line}: LineWish): (text: string) => RegExpExecArray | boolean | null {
  if (regexp !== undefined) {
    const compiled = pattern(regexp);
    return (text) => compiled.exec(text);
  }
  return search_string !== undefined ? (text) => text.includes(search_string) : (text) => bare(text) === line;
}

/** `state: absent`: every line that matches goes. */
export function removeLines(text: string, wish: LineWish): Edited {
  const matches = matcher(wish);
  const lines = linesOf(text);
  const kept = lines.filter((line) => {
    const hit = matches(line);
    return hit === null || hit === false;
  });
  const found = lines.length - kept.length;
  return {text: found === 0 ? undefined : kept.join(''), msg: `${found} line(s) removed`, more: {found}};
}

const withNewline = (line: string): string => (line.endsWith('\n') ? line : `${line}\n`);

/** Where a new line goes: after the end, before the beginning, or by the last (or first) line that matches. */
function insert(lines: string[], line: string, wish: LineWish): boolean {
  const {insertafter, insertbefore, firstmatch} = wish;
  const place = insertafter ?? insertbefore ?? 'EOF';
  if (place === 'BOF' && (insertafter === 'BOF' || insertbefore === 'BOF')) {
    lines.unshift(withNewline(line));
    return true;
  }
  const compiled =
    place === 'EOF' && insertafter !== undefined ? undefined : place === 'EOF' ? undefined : pattern(place);
  const found = compiled === undefined ? undefined : find(lines, firstmatch, (text) => compiled.exec(text));
  const at = found === undefined ? lines.length : insertafter === undefined ? found.index : found.index + 1;
  const last = lines[at - 1];
  if (at === lines.length && last !== undefined && !/[\r\n]$/.test(last)) lines[at - 1] = `${last}\n`;
  if (found === undefined) {
    lines.push(withNewline(line));
    return true;
  }
  // Not once more where it stands already; just behind the end it is the line before that counts, as in Ansible.
  const neighbour = insertafter === undefined ? undefined : lines[at === lines.length ? at - 1 : at];
  if (neighbour !== undefined && bare(neighbour) === line) return false;
  lines.splice(at, 0, withNewline(line));
  return true;
}

/** `state: present`: a line that matches is replaced, else the line is inserted unless it is there. */
export function ensureLine(text: string, wish: LineWish): Edited {
  const line = wish.line ?? '';
  const lines = linesOf(text);
  const searched = wish.regexp !== undefined || wish.search_string !== undefined;
  const matched = searched ? find(lines, wish.firstmatch, matcher(wish)) : undefined;
  const exact = matched === undefined ? find(lines, false, (one) => bare(one) === line) : undefined;
  const found = matched ?? exact;
  if (found !== undefined) {
    const wanted = withNewline(wish.backrefs && matched?.match ? replacer(line)(matched.match) : line);
    if (lines[found.index] === wanted) return {text: undefined, msg: ''};
    lines[found.index] = wanted;
    return {text: lines.join(''), msg: 'line replaced'};
  }
  // Without a match there is nothing to fill the references with.
  if (wish.backrefs) return {text: undefined, msg: ''};
  return insert(lines, line, wish) ? {text: lines.join(''), msg: 'line added'} : {text: undefined, msg: ''};
}
