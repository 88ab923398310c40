import {open} from 'node:fs/promises';

const partBytes = 1 << 20;
/** A release's name lies within this many bytes before and after its `+k3s`. */
const reachBytes = 32;
const release = /v\d{1,3}\.\d{1,3}\.\d{1,3}(?:-[0-9a-z.]+)?\+k3s\d+/g;

/**
 * The version of a K3s binary as it says it of itself: the one release name (v1.30.6+k3s1) that is in the file as text.
 * Undefined where there is none, or more than one. The file is not run, since it may be for other hardware.
 * @throws what reading the file throws
 */
export async function versionIn(path: string, signal?: AbortSignal): Promise<string | undefined> {
  const file = await open(path);
  try {
    const found = new Set<string>();
    const buffer = Buffer.alloc(2 * reachBytes + partBytes);
    let [kept, ended] = [0, false];
    while (!ended) {
      signal?.throwIfAborted();
      const {bytesRead} = await file.read(buffer, kept, partBytes);
      ended = bytesRead === 0;
      const filled = buffer.subarray(0, kept + bytesRead);
      // What is near the end is looked at with the next part, in which a name may go on.
      const end = ended ? filled.length : filled.length - reachBytes;
      let at = filled.indexOf('+k3s', Math.max(0, kept - reachBytes));
      for (; at !== -1 && at < end; at = filled.indexOf('+k3s', at + 1)) {
        const around = filled.toString('latin1', Math.max(0, at - reachBytes), at + reachBytes);
        for (const [name] of around.matchAll(release)) found.add(name);
      }
      kept = Math.min(2 * reachBytes, filled.length);
      filled.copy(buffer, 0, filled.length - kept);
    }
    const [only, second] = found;
    return second === undefined ? only : undefined;
  } finally {
    await file.close();
  }
}
