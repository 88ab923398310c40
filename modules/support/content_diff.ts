import {isUtf8} from 'node:buffer';
import type {Diff} from '../../src/module/index.js';

/** Larger contents are named in a diff, not shown. */
export const shownUpTo = 100_000;

const isText = (bytes: Buffer): boolean => bytes.length <= shownUpTo && !bytes.includes(0) && isUtf8(bytes);

/**
 * How a file's content changes. `before`: undefined if there was none, `unread` if it was not looked at (no `--diff`,
 * or too large).
 */
export function contentDiff(path: string, before: Buffer | undefined | 'unread', after: Buffer | 'large'): Diff {
  if (before === 'unread' || after === 'large')
    return {kind: 'hidden', path, why: after === 'large' ? 'the content is large' : 'the content differs'};
  const old = before ?? Buffer.alloc(0);
  if (!isText(old) || !isText(after))
    return {
      kind: 'hidden',
      path,
      why: old.length > shownUpTo || after.length > shownUpTo ? 'the content is large' : 'the content is binary',
    };
  return {kind: 'text', path, before: old.toString(), after: after.toString()};
}
