/** Files of the user's that hold secrets: 0600, replaced as a whole. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {messageOf, UsageError} from '../errors/index.js';

/** The text of a file, undefined where there is none. Throws UsageError where it cannot be read. */
export function readOwnFile(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError({what: `${file} cannot be read: ${messageOf(error)}`});
  }
}

/** Writes beside the file, readable by its owner only, and moves it there; a link stays one. Throws UsageError. */
export function writePrivateFile(file: string, text: string): void {
  const target = existsSync(file) ? realpathSync(file) : file;
  const beside = `${target}.${process.pid}.new`;
  try {
    const descriptor = openSync(beside, 'wx', 0o600);
    try {
      writeFileSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(beside, target);
  } catch (error) {
    rmSync(beside, {force: true});
    throw new UsageError({what: `${file} cannot be written: ${messageOf(error)}`});
  }
}
