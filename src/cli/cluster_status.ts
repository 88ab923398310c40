import {randomBytes} from 'node:crypto';
import {clusterStatus, type Health} from '../cluster/index.js';
import {statusJson} from './cluster_json.js';
import {statusLines} from './cluster_screen.js';
import {type ClusterFlags, seeCluster} from './cluster_work.js';
import {printLines, textOptions} from './console.js';

/** What `cluster status` ends with; beside these, the numbers of every command. */
export const healthCodes: Readonly<Record<Health, number>> = {
  healthy: 0,
  degraded: 2,
  broken: 3,
  unknown: 4,
  bare: 6,
};

/** `quorate cluster status`: changes nothing. */
export async function showStatus(flags: ClusterFlags): Promise<number> {
  const {project, seen} = await seeCluster(flags);
  const now = new Date();
  const status = clusterStatus({...seen, now, random: randomBytes});
  const {palette, width} = textOptions(flags);
  const lines = flags.json
    ? [JSON.stringify(statusJson(status, now), null, 2)]
    : statusLines(status, {palette, width, now});
  // Lines of a host's journal are among them.
  printLines(lines.map((line) => project.masker.mask(line)));
  return healthCodes[status.health];
}
