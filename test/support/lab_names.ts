import {existsSync, readdirSync} from 'node:fs';
import {down, placesOf} from '../../src/lab/index.js';

/** A name of its own for each test file's labs, so that files, and two checkouts, can be tested at the same time. */
export const labName = (purpose: string): string => `t-${purpose}-${process.pid}`.slice(0, 24);

/** A run that was killed could not take its labs down; those whose process is gone are nobody's. */
export async function removeOrphans(): Promise<void> {
  const {dir} = placesOf({});
  for (const entry of existsSync(dir) ? readdirSync(dir) : []) {
    const pid = /^t-.*-(\d+)$/.exec(entry)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) await down({name: entry});
  }
}
