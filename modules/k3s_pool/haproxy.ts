import {type PoolSeen, parseStatistics} from '../../src/cluster/index.js';
import type {Step, StepOutput, WaitVerdict} from '../../src/module/index.js';
import {type Script, sh} from '../../src/shell/index.js';

/** Servers of the pool by name; undefined where haproxy does not answer. */
export type PoolSeenHere = ReadonlyMap<string, PoolSeen> | undefined;

export interface PoolPlace {
  readonly socket: string;
  readonly backend: string;
  readonly name: string;
}

export const statistics = (socket: string): Script =>
  sh`curl -s --max-time 5 --unix-socket ${socket} 'http://localhost/;csv' 2>/dev/null; :`;

export const seenIn = ({stdout}: StepOutput, backend: string): PoolSeenHere =>
  stdout.startsWith('# ') ? parseStatistics(stdout, backend) : undefined;

/** The page's form, as a browser sends it (haproxy's configuration manual, "stats admin"). */
const order = ({socket, backend, name}: PoolPlace, action: 'ready' | 'drain'): Step => ({
  step: 'script',
  title: `tell haproxy: ${name} ${action === 'ready' ? 'is ready' : 'gets nothing new'}`,
  script: sh`answer=$(curl -s --max-time 5 -o /dev/null -w '%{redirect_url}' --unix-socket ${socket} --data-urlencode s=${name} -d ${`action=${action}`} --data-urlencode b=${backend} http://localhost/)
case $answer in *st=DONE*) ;; *) echo "haproxy did not do it (answer: $answer)" >&2; exit 1;; esac`,
});

/** A server in use again, once haproxy itself finds it healthy. */
export function healthyVerdict(pool: PoolSeenHere, name: string): WaitVerdict {
  if (pool === undefined) return {wait: 'more', progress: 'haproxy does not answer'};
  const seen = pool.get(name);
  if (seen === undefined) return {wait: 'failed', why: `haproxy lists no server ${name} any more`};
  return seen.state === 'up' ? {wait: 'done'} : {wait: 'more', progress: `haproxy sees it ${seen.state}`};
}

/** No connection left, or time to go on without: those that never end by themselves are cut. */
export function emptyVerdict(pool: PoolSeenHere, name: string, looksLeft: number): WaitVerdict {
  const sessions = pool?.get(name)?.sessions ?? 0;
  if (sessions === 0 || looksLeft <= 0) return {wait: 'done', data: {sessions}};
  return {wait: 'more', progress: `${sessions} connection${sessions === 1 ? '' : 's'} left`};
}

export const readySteps = (place: PoolPlace, timeoutS: number): readonly Step[] => [
  order(place, 'ready'),
  {
    step: 'wait',
    title: `haproxy to see ${place.name} healthy`,
    probe: statistics(place.socket),
    until: (output) => healthyVerdict(seenIn(output, place.backend), place.name),
    everyMs: 500,
    deadlineMs: timeoutS * 1000,
  },
];

const lookEveryMs = 500;

export function drainSteps(place: PoolPlace, drainS: number): readonly Step[] {
  let looksLeft = Math.ceil((drainS * 1000) / lookEveryMs);
  return [
    order(place, 'drain'),
    {
      step: 'wait',
      title: `connections to ${place.name} to end`,
      probe: statistics(place.socket),
      until: (output) => emptyVerdict(seenIn(output, place.backend), place.name, looksLeft--),
      everyMs: lookEveryMs,
      // Beyond any number of looks: the count ends the wait.
      deadlineMs: drainS * 1000 + 60_000,
    },
  ];
}
