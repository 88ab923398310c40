import {existsSync, readFileSync, rmdirSync, rmSync, writeFileSync} from 'node:fs';
import {withLock} from './lock.js';
import {anyBridge} from './network.js';

/** All hosts' root is this machine's root: they share its inotify instances, and Debian's 128 are soon used up. */
const setting = '/proc/sys/fs/inotify/max_user_instances';
const enough = 2048;
const kept = '/run/quorate-lab.inotify';
const lockFile = '/run/quorate-lab.lock';

/** Raises the machine's limit of inotify instances while labs are up. Call it when the lab's bridge is there. */
export const raiseLimits = (say: ((line: string) => void) | undefined): Promise<void> =>
  withLock(lockFile, async () => {
    const now = Number(readFileSync(setting, 'utf8'));
    if (now >= enough) return;
    if (!existsSync(kept)) writeFileSync(kept, `${now}\n`);
    writeFileSync(setting, String(enough));
    say?.(`Raising ${setting} from ${now} to ${enough} until the last lab is down`);
  });

/** When no lab is left: puts the limit back, removes the folder that systemd-nspawn needs. */
export const leaveMachine = (): Promise<void> =>
  withLock(lockFile, async () => {
    if (await anyBridge()) return;
    if (existsSync(kept)) writeFileSync(setting, readFileSync(kept, 'utf8').trim());
    rmSync(kept, {force: true});
    tryRmdir('/run/systemd/nspawn');
    rmSync(lockFile, {force: true});
  });

function tryRmdir(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not there, or another container's.
  }
}
