const escapes = /\x1b\[[0-9;]*m/g;

/** Text from a host, made safe for a terminal: colours go, line ends are \n, other control characters become visible. */
export function clean(text: string): string {
  return text
    .replace(escapes, '')
    .replace(/\r\n?/g, '\n')
    .replace(
      /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}

/** Lines of a text without the empty ones at its end. */
export const linesOf = (text: string): string[] => {
  const trimmed = clean(text).replace(/\s+$/, '');
  return trimmed === '' ? [] : trimmed.split('\n');
};

const printableAscii = /^[\x20-\x7e]*$/;
const zeroWidth = /^(?:\p{Mn}|\p{Me}|\p{Cf}|\p{Cc})/u;
const doubleWidth =
  /\p{Emoji_Presentation}|\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u;

const clusterWidth = (cluster: string): number => {
  if (zeroWidth.test(cluster)) return 0;
  return doubleWidth.test(cluster) ? 2 : 1;
};

const clustersOf = (text: string): string[] =>
  [...new Intl.Segmenter('en', {granularity: 'grapheme'}).segment(text)].map(({segment}) => segment);

/** Columns a text takes on a terminal; colour codes take none, CJK and emoji two. */
export function widthOf(text: string): number {
  const plain = text.replace(escapes, '');
  if (printableAscii.test(plain)) return plain.length;
  return clustersOf(plain).reduce((sum, cluster) => sum + clusterWidth(cluster), 0);
}

/** Cuts a line so that it fits into `width` columns, the last of them an ellipsis; colours are closed. */
export function cut(line: string, width: number, ellipsis = '…'): string {
  if (widthOf(line) <= width) return line;
  const room = width - widthOf(ellipsis);
  if (room < 0) return '';
  let used = 0;
  let colored = false;
  let kept = '';
  for (const part of line.split(/(\x1b\[[0-9;]*m)/)) {
    if (part.startsWith('\x1b')) {
      colored = true;
      kept += part;
      continue;
    }
    for (const cluster of clustersOf(part)) {
      used += clusterWidth(cluster);
      if (used > room) return `${kept}${ellipsis}${colored ? '\x1b[0m' : ''}`;
      kept += cluster;
    }
  }
  return kept;
}

/** Fills with spaces up to `width` columns. */
export const pad = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - widthOf(text)));

export const indent = (lines: readonly string[], by: string): string[] =>
  lines.map((line) => (line === '' ? '' : by + line));

/** `0.1s`, `12.4s`, `3m 07s`, `1h 02m`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}

/** `1 host`, `2 hosts`. */
export const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
