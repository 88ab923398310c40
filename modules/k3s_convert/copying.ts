import {causeOf, isFinal, lastWords} from '../../src/cluster/index.js';
import type {Step, WaitVerdict} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {type ConversionPlace, diskProbe, etcdFunction, parseDisk, registryRange} from '../support/conversion.js';

const marker = '-- keys --';

/** What the journal said last: which key is being copied, and why K3s ended. */
interface Heard {
  key?: string;
  why?: string | undefined;
  hint?: string | undefined;
  /** Looks in a row that found it not running; a start that was only asked for takes a moment. */
  idle: number;
}

const idleLooks = 10;

function hear(heard: Heard, line: string): void {
  const key = /Migrating etcd key ([^"\s]+)/.exec(line)?.[1];
  if (key !== undefined) heard.key = key;
  const cause = causeOf(line);
  if (cause !== undefined) Object.assign(heard, {why: cause.why, hint: cause.hint});
  else heard.why = lastWords(line) ?? heard.why;
}

/** Done when SQLite has its new name, which K3s gives it after the last key, and the service is up. */
export function copyVerdict(stdout: string, heard: Heard): WaitVerdict {
  const {key, why, hint} = heard;
  const [disk = '', rest = ''] = stdout.split(`${marker}\n`);
  const seen = parseDisk(disk);
  const active = /^state (\S+)/m.exec(rest)?.[1] ?? '';
  const copied = /"count":"(\d+)"/.exec(rest)?.[1];
  const whole = seen.wal && (seen.migrated || !seen.stateDb);
  if (whole && active === 'active') return {wait: 'done'};
  heard.idle = seen.running ? 0 : heard.idle + 1;
  if (active === 'failed' || heard.idle >= idleLooks)
    return {
      wait: 'failed',
      why: `K3s ended ${whole ? 'after it had copied all keys' : `while it copied its keys${copied === undefined ? '' : ` (${copied} copied)`}`}${why === undefined ? '' : `: ${why}`}`,
      hint:
        hint ??
        'SQLite is whole and backed up, and nothing serves the half: run convert_to_etcd.yml again, which begins the copying anew',
    };
  if (!seen.running) return {wait: 'more', progress: 'K3s does not run yet'};
  if (whole) return {wait: 'more', progress: 'all keys are copied; K3s is starting'};
  if (copied === undefined) return {wait: 'more', progress: 'K3s is starting etcd'};
  return {wait: 'more', progress: `${copied} keys copied${key === undefined ? '' : `, now at ${key}`}`};
}

/** Waits while K3s copies; how far it is comes from etcd's own count and the journal. */
export function copyWait(place: ConversionPlace, timeoutS: number): Step {
  const heard: Heard = {idle: 0};
  return {
    step: 'wait',
    title: 'K3s to copy its keys to etcd',
    probe: sh`${diskProbe(place)}
echo ${marker}
echo "state $(systemctl show k3s -p ActiveState 2>/dev/null | cut -d = -f 2)"
${etcdFunction(place.data_dir)}
if [ -d "$t" ]; then etcd kv/range ${JSON.stringify({...registryRange, count_only: true})} 2>/dev/null; fi
:`,
    until: ({stdout}) => copyVerdict(stdout, heard),
    everyMs: 1000,
    deadlineMs: timeoutS * 1000,
    follow: {
      journal: 'k3s',
      cause: (line) => {
        hear(heard, line);
        return isFinal(line) ? causeOf(line) : undefined;
      },
    },
  };
}
