import {readFile} from 'node:fs/promises';
import {run} from './run.js';

/** Mount points below a folder, the deepest first. `mountinfo` writes a blank as \040; our own paths have none. */
export function mountsBelow(mountinfo: string, dir: string): string[] {
  const points = mountinfo.split('\n').map((line) => line.split(' ')[4] ?? '');
  return points.filter((point) => point === dir || point.startsWith(`${dir}/`)).sort((a, b) => b.length - a.length);
}

/**
 * Removes a folder, but nothing that is mounted in it: a root file system that was left half-made may have this machine's
 * own /dev or /proc in it, and what is removed there is gone from this machine.
 */
export async function removeFolder(dir: string): Promise<void> {
  for (const point of mountsBelow(await readFile('/proc/self/mountinfo', 'utf8'), dir)) await run(['umount', point]);
  await run(['rm', '-rf', '--one-file-system', '--', dir]);
}
