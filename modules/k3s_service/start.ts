import {causeOf, lastWords, startCauses} from '../../src/cluster/index.js';
import type {Step, WaitVerdict} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {startedSums, stateProbe, sumsHelper} from './seen.js';

/** A start that systemd had to try this often without success is a restart loop. */
const restartLoop = 4;

const property = (stdout: string, name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';

/** What the journal said last of why the service ended. */
interface LastWords {
  why?: string | undefined;
  hint?: string | undefined;
}

/** Keeps the last cause, and otherwise the last fatal message, for a restart loop to be told by. */
function hear(last: LastWords, line: string): void {
  const cause = causeOf(line);
  if (cause !== undefined) Object.assign(last, {why: cause.why, hint: cause.hint});
  else if (last.hint === undefined) last.why = lastWords(line) ?? last.why;
}

function startVerdict(name: string, stdout: string, restartsBefore: number, last: LastWords): WaitVerdict {
  const active = property(stdout, 'ActiveState');
  if (active === 'active') return {wait: 'done'};
  const restarts = Number(property(stdout, 'NRestarts') || 0) - restartsBefore;
  if (active === 'failed')
    return {
      wait: 'failed',
      why: `systemd gave up on ${name} (${property(stdout, 'Result')})`,
      hint: `see \`journalctl -u ${name}\``,
    };
  if (restarts >= restartLoop)
    return {
      wait: 'failed',
      why: `${name} ended ${restarts} times while starting${last.why === undefined ? '' : `: ${last.why}`}`,
      hint: last.hint ?? `the last lines of \`journalctl -u ${name}\` say more`,
    };
  return {wait: 'more', progress: `${active}${restarts > 0 ? `, restarted ${restarts} times` : ''}`};
}

/** `--no-block`, then a wait that shows progress: Type=notify would hold the command until K3s is ready. */
export function startSteps(name: string, verb: 'start' | 'restart', timeoutS: number): Step[] {
  return [
    {
      step: 'script',
      title: `${verb} ${name}`,
      // reset-failed sets systemd's counter of restarts to nought, so that the wait counts those of this start.
      script: sh`systemctl daemon-reload && { systemctl reset-failed ${name} 2>/dev/null; systemctl ${verb} --no-block ${name}; }`,
    },
    startWait(name, 0, timeoutS),
  ];
}

/** Waits for a start that is under way already. */
export function startWait(name: string, restartsBefore: number, timeoutS: number): Step {
  const last: LastWords = {};
  const causes = startCauses();
  return {
    step: 'wait',
    title: `${name} to start`,
    probe: stateProbe(name),
    until: (output) => startVerdict(name, output.stdout, restartsBefore, last),
    everyMs: 1000,
    deadlineMs: timeoutS * 1000,
    follow: {
      journal: name,
      cause: (line) => {
        hear(last, line);
        return causes(line);
      },
    },
  };
}

export const stopSteps = (name: string): Step[] => [
  {step: 'script', title: `stop ${name}`, script: sh`systemctl stop --no-block ${name}`},
  {
    step: 'wait',
    title: `${name} to stop`,
    probe: stateProbe(name),
    until: (output) => (/^ActiveState=(inactive|failed)$/m.test(output.stdout) ? {wait: 'done'} : {wait: 'more'}),
    everyMs: 500,
    deadlineMs: 120_000,
  },
];

/** What the service runs with, as its own start would have written it. */
export const noteStep = (name: string): Step => ({
  step: 'script',
  title: `note what ${name} runs with`,
  script: sh`systemctl daemon-reload; mkdir -p /run/quorate && sh ${sumsHelper} ${name} >${startedSums(name)}`,
});

export const enableStep = (name: string, enabled: boolean): Step => {
  const verb = enabled ? 'enable' : 'disable';
  return {step: 'script', title: `${verb} ${name}`, script: sh`systemctl ${verb} ${name} 2>&1`};
};
