/** Telling systemd that the service is up (Type=notify). */

import {execFile} from 'node:child_process';
import type {Logger} from './log.js';

/**
 * Sends READY=1 as this very process: K3s's unit has NotifyAccess=main, so systemd believes its main process alone.
 * Node has no datagram sockets of the unix kind; `systemd-notify --pid` sends with our pid as its credentials, as root may.
 */
export const notifyReady = (env: NodeJS.ProcessEnv, log: Logger): Promise<void> => {
  if (!env.NOTIFY_SOCKET) return Promise.resolve();
  return new Promise((resolve) => {
    execFile('systemd-notify', ['--ready', `--pid=${process.pid}`], {env}, (error) => {
      if (error) log.error(`systemd-notify: ${error.message}`);
      resolve();
    });
  });
};
