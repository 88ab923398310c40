import type {Step} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {loadedSum} from './seen.js';

export const enableStep = (name: string): Step => ({
  step: 'script',
  title: `enable ${name}`,
  script: sh`systemctl enable ${name} 2>&1`,
});

/** Starts it or has it load its settings anew, waits until it runs, and notes which settings those are. */
export const loadSteps = (name: string, config: string, running: boolean, timeoutS: number): readonly Step[] => {
  const beside = `${loadedSum(name)}.next`;
  return [
    {
      step: 'script',
      title: running ? `have ${name} load its settings anew` : `start ${name}`,
      script: sh`mkdir -p /run/quorate && sha256sum < ${config} | cut -d ' ' -f 1 > ${beside} || exit 1
${running ? sh`systemctl reload ${name}` : sh`systemctl reset-failed ${name} 2>/dev/null; systemctl start --no-block ${name}`}`,
    },
    {
      step: 'wait',
      title: `${name} to run`,
      probe: sh`systemctl show ${name} -p ActiveState`,
      until: ({stdout}) =>
        stdout.includes('=active')
          ? {wait: 'done'}
          : stdout.includes('=failed')
            ? {wait: 'failed', why: `${name} ended`, hint: `see \`journalctl -u ${name}\``}
            : {wait: 'more'},
      everyMs: 250,
      deadlineMs: timeoutS * 1000,
      follow: {journal: name, cause: () => undefined},
    },
    {
      step: 'script',
      title: 'note which settings it runs with',
      script: sh`mv -f ${beside} ${loadedSum(name)} && touch ${loadedSum(name)}`,
    },
  ];
};
