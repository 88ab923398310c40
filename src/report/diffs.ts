import {structuredPatch} from 'diff';
import type {EventDiff} from '../events/types.js';
import type {Palette} from './palette.js';
import {clean} from './text.js';
import {valueLines} from './values.js';

const contextLines = 3;
/** Texts further apart than this are not compared line by line: it would take seconds, and nobody would read it. */
const mostEdits = 4000;

const headers = (path: string, palette: Palette): string[] => [
  palette.strong(`--- before: ${clean(path)}`),
  palette.strong(`+++ after: ${clean(path)}`),
];

/** An empty range is named by the line before it. */
const range = (start: number, lines: number): string => `${lines === 0 ? start - 1 : start},${lines}`;

/** Unified hunks; a missing newline at the end is said, as diff(1) does. */
function hunkLines(before: string, after: string, palette: Palette): string[] {
  const patch = structuredPatch('', '', before, after, undefined, undefined, {
    context: contextLines,
    maxEditLength: mostEdits,
  });
  if (patch === undefined) return [palette.hunk(`@@ not shown: more than ${mostEdits} lines differ @@`)];
  return patch.hunks.flatMap((hunk) => [
    palette.hunk(`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`),
    ...hunk.lines.map((line) => paint(clean(line), palette)),
  ]);
}

const paint = (line: string, palette: Palette): string => {
  if (line.startsWith('+')) return palette.added(line);
  return line.startsWith('-') ? palette.removed(line) : line;
};

const side = (sign: '-' | '+', key: string, value: unknown, palette: Palette): string[] =>
  valueLines({[key]: value}).map((line) => paint(`${sign}${line}`, palette));

const same = (left: unknown, right: unknown): boolean =>
  left === right || JSON.stringify(left) === JSON.stringify(right);

function valueDiff(diff: Extract<EventDiff, {kind: 'values'}>, palette: Palette): string[] {
  const keys = [...new Set([...Object.keys(diff.before), ...Object.keys(diff.after)])];
  return keys.flatMap((key) => {
    const [before, after] = [diff.before[key], diff.after[key]];
    if (same(before, after)) return [];
    return [
      ...(key in diff.before ? side('-', key, before, palette) : []),
      ...(key in diff.after ? side('+', key, after, palette) : []),
    ];
  });
}

/** One change as a unified diff with headers; settings as lines `-key: before`, `+key: after`. */
export function diffLines(diff: EventDiff, palette: Palette): string[] {
  const head = headers(diff.path, palette);
  if (diff.kind === 'hidden') return [...head, palette.hunk(`@@ not shown: ${clean(diff.why)} @@`)];
  if (diff.kind === 'values') return [...head, ...valueDiff(diff, palette)];
  return [...head, ...hunkLines(diff.before, diff.after, palette)];
}
