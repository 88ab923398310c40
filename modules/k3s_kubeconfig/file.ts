/** The user's kubeconfig on the controller: read, and replaced as a whole. */
import {chmod, chown, copyFile, mkdir, open, readFile, realpath, rename, rm, stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import {dirname, resolve} from 'node:path';
import {messageOf, TaskError} from '../../src/errors/index.js';

export interface FileSeen {
  /** With links followed. */
  readonly path: string;
  readonly exists: boolean;
  readonly text: string;
  /** Octal, as `600`. */
  readonly mode: string;
}

export const wantedMode = '600';

const hasCode = (error: unknown, code: string): boolean => (error as {readonly code?: unknown}).code === code;

/** `~` is the home folder; a link is followed, so that it stays one. Throws TaskError for a file that cannot be read. */
export async function readKubeconfigFile(written: string): Promise<FileSeen> {
  const home = process.env.HOME || homedir();
  const wanted = resolve(written.replace(/^~(?=\/|$)/, home));
  try {
    const path = await realpath(wanted);
    const [text, {mode}] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return {path, exists: true, text, mode: (mode & 0o777).toString(8)};
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return {path: wanted, exists: false, text: '', mode: ''};
    throw new TaskError({what: `${wanted} cannot be read: ${messageOf(error)}`});
  }
}

/** `config.4711.2026-11-28@21:04:05~`, as Ansible names backups. */
const backupName = (path: string, now: Date): string =>
  `${path}.${process.pid}.${now.toISOString().slice(0, 19).replace('T', '@')}~`;

/**
 * Replaces the file under kubectl's own lock (`FILE.lock`): a copy first, then written beside and moved. The text is made
 * from the file as it is under the lock. Resolves to the backup, where there was a file.
 */
export async function replaceKubeconfigFile(
  written: string,
  now: Date,
  textFrom: (seen: FileSeen) => string | undefined,
): Promise<{readonly seen: FileSeen; readonly backup?: string}> {
  const {path} = await readKubeconfigFile(written);
  await mkdir(dirname(path), {recursive: true, mode: 0o700});
  const lock = `${path}.lock`;
  await takeLock(lock);
  try {
    const seen = await readKubeconfigFile(path);
    const text = textFrom(seen);
    if (text === undefined) {
      if (seen.exists && seen.mode !== wantedMode) await chmod(path, 0o600);
      return {seen};
    }
    const backup = seen.exists ? await backUp(path, now) : undefined;
    await writeBeside(path, text);
    return {seen, ...(backup === undefined ? {} : {backup})};
  } finally {
    await rm(lock, {force: true});
  }
}

async function takeLock(lock: string): Promise<void> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw new TaskError({what: `${lock} cannot be written: ${messageOf(error)}`});
    throw new TaskError({
      what: `${lock} is there: another program changes that file now`,
      hint: 'run again in a moment; if no such program runs, remove it',
    });
  }
}

async function backUp(path: string, now: Date): Promise<string> {
  const backup = backupName(path, now);
  await copyFile(path, backup);
  await chmod(backup, 0o600);
  return backup;
}

async function writeBeside(path: string, text: string): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = await open(beside, 'w', 0o600);
    try {
      await file.chmod(0o600);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await keepOwner(path, beside);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, {force: true});
    throw error;
  }
}

/** Run through sudo, the file stays its user's. */
async function keepOwner(path: string, beside: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  try {
    const {uid, gid} = await stat(path);
    await chown(beside, uid, gid);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
