import {type Edited, regex} from '../support/edit_file.js';

export interface BlockWish {
  readonly state: 'present' | 'absent';
  readonly block: string;
  readonly marker: string;
  readonly marker_begin: string;
  readonly marker_end: string;
  readonly insertafter?: string | undefined;
  readonly insertbefore?: string | undefined;
  readonly append_newline: boolean;
  readonly prepend_newline: boolean;
}

/** Lines with their ends, as Python's splitlines(True) has them. */
const linesOf = (text: string): string[] => text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];

/** Where a new block goes. */
function placeOf(lines: readonly string[], text: string, {insertafter, insertbefore}: BlockWish): number {
  const where = insertafter ?? insertbefore ?? 'EOF';
  if (where === 'EOF' && insertbefore === undefined) return lines.length;
  if (where === 'BOF' && insertbefore !== undefined) return 0;
  const compiled = regex('blockinfile', where);
  if (compiled.multiline) {
    const match = compiled.exec(text);
    if (match === null) return lines.length;
    const upTo = insertafter === undefined ? match.index : match.index + match[0].length;
    const count = text.slice(0, upTo).split('\n').length - 1;
    return insertafter === undefined ? count : count + 1;
  }
  const at = lines.findLastIndex((line) => compiled.test(line));
  return at < 0 ? lines.length : insertafter === undefined ? at : at + 1;
}

/** The text with the block between its markers, replaced, new or gone. `text` is undefined where there is no file. */
export function editBlock(text: string | undefined, wish: BlockWish): Edited {
  const original = text ?? '';
  const lines = linesOf(original);
  const begin = `${wish.marker.replaceAll('{mark}', wish.marker_begin)}\n`;
  const end = `${wish.marker.replaceAll('{mark}', wish.marker_end)}\n`;
  const present = wish.state === 'present';
  const body = wish.block === '' || wish.block.endsWith('\n') ? wish.block : `${wish.block}\n`;
  const block = present && body !== '' ? [begin, ...linesOf(body), end] : [];
  const first = lines.lastIndexOf(begin);
  const last = lines.lastIndexOf(end);
  let at: number;
  if (first >= 0 && last >= 0) {
    at = Math.min(first, last);
    lines.splice(at, Math.abs(first - last) + 1);
  } else at = Math.min(placeOf(lines, original, wish), lines.length);
  const previous = lines[at - 1];
  if (previous !== undefined && !previous.endsWith('\n')) lines[at - 1] = `${previous}\n`;
  if (wish.prepend_newline && present && at !== 0 && lines[at - 1] !== '\n') {
    lines.splice(at, 0, '\n');
    at += 1;
  }
  lines.splice(at, 0, ...block);
  const behind = at + block.length;
  if (wish.append_newline && present && behind < lines.length && lines[behind] !== '\n') lines.splice(behind, 0, '\n');
  const result = lines.join('');
  if (text !== undefined && result === text) return {text: undefined, msg: ''};
  return {
    text: result,
    msg: text === undefined ? 'File created' : block.length === 0 ? 'Block removed' : 'Block inserted',
  };
}
