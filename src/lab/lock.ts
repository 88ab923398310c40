import {closeSync, fstatSync, mkdirSync, openSync, statSync} from 'node:fs';
import {dirname} from 'node:path';
import {run} from './run.js';

/**
 * Runs `work` while holding the lock file, waiting for whoever holds it now.
 *
 * flock(1) locks the open file, not the process: the lock lives until this process and every child that was given the
 * descriptor are gone. So a crash frees it, but not before the commands that were under way have ended.
 */
export async function withLock<T>(
  path: string,
  work: (fd: number) => Promise<T>,
  options: {readonly signal?: AbortSignal | undefined; readonly onWait?: () => void} = {},
): Promise<T> {
  mkdirSync(dirname(path), {recursive: true, mode: 0o755});
  for (;;) {
    const fd = openSync(path, 'a', 0o600);
    try {
      const free = await run(['flock', '--exclusive', '--nonblock', '3'], {holdFd: fd, check: false});
      if (free.code !== 0) {
        options.onWait?.();
        await run(['flock', '--exclusive', '3'], {holdFd: fd, signal: options.signal});
      }
      // Whoever held it may have removed the file: then this lock guards nothing.
      if (isSameFile(path, fd)) return await work(fd);
    } finally {
      closeSync(fd);
    }
  }
}

function isSameFile(path: string, fd: number): boolean {
  const named = statSync(path, {throwIfNoEntry: false});
  return named !== undefined && named.ino === fstatSync(fd).ino;
}
