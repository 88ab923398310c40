import {sumsIn} from '../../src/cluster/index.js';
import {type Script, sh} from '../../src/shell/index.js';

/** Where our unit's ExecStartPre leaves the sums of all that the start depended on. */
export const startedSums = (service: string): string => `/run/quorate/${service}.sums`;

/** The helper that prints those sums; the unit runs it at each start, the probe to compare. */
export const sumsHelper = '/usr/local/lib/quorate/k3s-sums';

export interface ServiceSeen {
  /** `loaded`, `not-found`, `masked`, or empty without systemd. */
  readonly load: string;
  readonly active: string;
  readonly enabled: boolean;
  readonly restarts: number;
  /** Files that are not as they were when the service was started. */
  readonly stale: readonly string[];
  /** sha256 of each file at that start. */
  readonly started: ReadonlyMap<string, string>;
  /** The unit that runs was not started by ours: nothing tells what it runs with. */
  readonly foreign: boolean;
}

const marker = '-- sums --';

export const serviceProbe = (service: string): Script => sh`s=${service}
systemctl show "$s" -p LoadState,ActiveState,UnitFileState,NRestarts 2>/dev/null
echo ${marker}
cat ${startedSums(service)} 2>/dev/null
echo ${marker}
if [ -f ${sumsHelper} ]; then sh ${sumsHelper} "$s"; fi
:`;

/** Reads what {@link serviceProbe} printed. */
export function parseService(stdout: string): ServiceSeen {
  const [properties = '', before = '', now = ''] = stdout.split(`${marker}\n`);
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(properties)?.[1] ?? '';
  const started = sumsIn(before);
  const present = sumsIn(now);
  const paths = [...new Set([...started.keys(), ...present.keys()])].sort();
  return {
    load: value('LoadState'),
    active: value('ActiveState'),
    enabled: value('UnitFileState') === 'enabled',
    restarts: Number(value('NRestarts') || 0),
    stale: started.size === 0 ? [] : paths.filter((path) => started.get(path) !== present.get(path)),
    started,
    foreign: started.size === 0,
  };
}

/** Waits look at the unit's state and, at the first start, at how often systemd has restarted it. */
export const stateProbe = (service: string): Script =>
  sh`systemctl show ${service} -p ActiveState,SubState,NRestarts,Result 2>/dev/null; :`;
