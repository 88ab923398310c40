/** Settings only the stand-in has: how fast it is, and the faults tests ask of it. */

import {load} from 'js-yaml';
import {readIfThere} from '../base/files.js';

export interface Tuning {
  /** how often the leader looks at learners; K3s: 15 s */
  readonly learnerMs: number;
  /** how long post-start hooks fail in /readyz after READY=1 */
  readonly readyzDelayMs: number;
  /** how long a new node is NotReady */
  readonly nodeReadyMs: number;
  /** how often a node renews its lease; Kubernetes: 10 s */
  readonly heartbeatMs: number;
  /** age of a lease from which its node counts as lost; Kubernetes: 40 s */
  readonly nodeLostMs: number;
  readonly etcdHeartbeatMs: number;
  readonly etcdElectionMs: number;
  /** pause after each migrated key; 0 migrates in batches */
  readonly migrateDelayMs: number;
  /** end the process (as kill -9 would) after this many migrated keys; 0: never */
  readonly migrateDieAfter: number;
  /** leave this key out of the migration */
  readonly migrateLose: string;
  /** change the last byte of this key's value */
  readonly migrateAlter: string;
  /** leave the last page (500 keys) out */
  readonly migrateSkipLast: boolean;
  /** pause before the datastore is opened */
  readonly startDelayMs: number;
  /** pause between a member's addition and the start of its etcd */
  readonly joinDelayMs: number;
  /** stop a joining etcd for good as soon as it has made its log, in which there is nothing yet */
  readonly stopAtLog: boolean;
}

const DEFAULTS: Tuning = {
  learnerMs: 2000,
  readyzDelayMs: 2500,
  nodeReadyMs: 3000,
  heartbeatMs: 5000,
  nodeLostMs: 40_000,
  etcdHeartbeatMs: 200,
  etcdElectionMs: 2000,
  migrateDelayMs: 0,
  migrateDieAfter: 0,
  migrateLose: '',
  migrateAlter: '',
  migrateSkipLast: false,
  startDelayMs: 0,
  joinDelayMs: 0,
  stopAtLog: false,
};

export const TUNING_FILE = '/etc/rancher/k3s/standin.yaml';

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `learnerMs` is `learner-ms` in the file and K3S_STANDIN_LEARNER_MS in the environment, which wins. */
export const readTuning = (env: Readonly<Record<string, string | undefined>>, file = TUNING_FILE): Tuning => {
  const written = (load(readIfThere(file) || '{}') ?? {}) as Record<string, unknown>;
  const read = Object.entries(DEFAULTS).map(([name, otherwise]) => {
    const key = kebab(name);
    const given = env[`K3S_STANDIN_${key.toUpperCase().replaceAll('-', '_')}`] ?? written[key];
    if (given === undefined) return [name, otherwise];
    if (typeof otherwise === 'number') return [name, Number(given)];
    if (typeof otherwise === 'boolean') return [name, String(given) === 'true'];
    return [name, String(given)];
  });
  return Object.fromEntries(read) as unknown as Tuning;
};
