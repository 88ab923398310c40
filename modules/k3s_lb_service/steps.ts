import type {Step, StepOutput, WaitVerdict} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';
import {loadedSum} from './seen.js';

export const enableStep = (name: string): Step => ({
  step: 'script',
  title: `enable ${name}`,
  script: sh`systemctl enable ${name} 2>&1`,
});

export interface LoadGiven {
  readonly name: string;
  readonly config: string;
  /** haproxy's own page, which names the process that serves it. */
  readonly socket?: string | undefined;
  readonly timeout_s: number;
}

/** `pid` of the process that serves the page (haproxy's configuration manual, "stats uri"); nothing where none does. */
const served = (socket: string): Script =>
  sh`curl -s --max-time 2 --unix-socket ${socket} http://localhost/ 2>/dev/null | sed -n 's/.*pid = <\/b> *\([0-9][0-9]*\).*/\1/p' | head -n 1`;

/** A reload ends before the new process serves, and the one before it serves until then. */
export function runsVerdict({stdout}: StepOutput, name: string): WaitVerdict {
  if (/^ActiveState=failed$/m.test(stdout))
    return {wait: 'failed', why: `${name} ended`, hint: `see \`journalctl -u ${name}\``};
  if (!/^ActiveState=active$/m.test(stdout)) return {wait: 'more'};
  const [before, now] = [/^before=(.*)$/m.exec(stdout)?.[1], /^now=(.*)$/m.exec(stdout)?.[1]];
  if (now === undefined) return {wait: 'done'};
  return now !== '' && now !== before
    ? {wait: 'done'}
    : {wait: 'more', progress: 'its new settings are not served yet'};
}

/**
 * Starts it or has it load its settings anew, waits until what runs has loaded them, and notes which settings those are. One that
 * is just starting may have read those of before: it is started again.
 */
export const loadSteps = (
  {name, config, socket, timeout_s: timeoutS}: LoadGiven,
  running: boolean,
): readonly Step[] => {
  const beside = `${loadedSum(name)}.next`;
  const pidBefore = `${loadedSum(name)}.pid`;
  const [noteBefore, pids] =
    socket === undefined
      ? [raw(''), raw('')]
      : [
          sh`${served(socket)} > ${pidBefore}`,
          sh`echo "before=$(cat ${pidBefore} 2>/dev/null)"; echo "now=$(${served(socket)})"`,
        ];
  return [
    {
      step: 'script',
      title: running ? `have ${name} load its settings anew` : `start ${name}`,
      script: sh`mkdir -p /run/quorate && sha256sum < ${config} | cut -d ' ' -f 1 > ${beside} || exit 1
${noteBefore}
${running ? sh`systemctl reload ${name}` : sh`systemctl reset-failed ${name} 2>/dev/null; systemctl restart --no-block ${name}`}`,
    },
    {
      step: 'wait',
      title: `${name} to run`,
      probe: sh`systemctl show ${name} -p ActiveState
${pids}`,
      until: (output) => runsVerdict(output, name),
      everyMs: 250,
      deadlineMs: timeoutS * 1000,
      follow: {journal: name, cause: () => undefined},
    },
    {
      step: 'script',
      title: 'note which settings it runs with',
      script: sh`rm -f ${pidBefore}; mv -f ${beside} ${loadedSum(name)} && touch ${loadedSum(name)}`,
    },
  ];
};
