/** Small file helpers: what K3s writes is written whole (beside, then renamed) and with its mode from the start. */

import {mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';

/** The file's text, or undefined when there is none. */
export const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      return undefined;
    }
    throw error;
  }
};

export const isThere = (path: string): boolean => statSync(path, {throwIfNoEntry: false}) !== undefined;

/** Writes a file atomically, parents made 0755 if missing. */
export const writeWhole = (path: string, content: string | Buffer, mode = 0o600): void => {
  mkdirSync(dirname(path), {recursive: true});
  const beside = `${path}.tmp${process.pid}`;
  writeFileSync(beside, content, {mode});
  renameSync(beside, path);
};

export const removeIfThere = (path: string): void => {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
};
