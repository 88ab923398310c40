/** When a service counts as running with its settings. Its page is a file here, which curl is played to give. */
import test from 'ava';
import type {WaitVerdict} from '../../src/module/index.js';
import {hostShells, playedPrograms} from '../../test/support/played_programs.js';
import {loadSteps, runsVerdict} from './steps.js';

const active = 'ActiveState=active\n';
const rows: Record<string, readonly [string, WaitVerdict['wait']]> = {
  'it runs, and has no page': [active, 'done'],
  'it is starting': ['ActiveState=activating\n', 'more'],
  'it is loading': ['ActiveState=reloading\nbefore=7\nnow=8\n', 'more'],
  'it ended': ['ActiveState=failed\nbefore=7\nnow=\n', 'failed'],
  'nobody serves its page': [`${active}before=\nnow=\n`, 'more'],
  'the process of before serves': [`${active}before=7\nnow=7\n`, 'more'],
  'another process serves': [`${active}before=7\nnow=8\n`, 'done'],
  'a process serves where none did': [`${active}before=\nnow=8\n`, 'done'],
};
for (const [title, [stdout, wait]] of Object.entries(rows))
  test(title, (t) => {
    t.is(runsVerdict({rc: 0, stdout, stderr: ''}, 'haproxy').wait, wait);
  });

const given = {name: 'haproxy', config: '/etc/haproxy/haproxy.cfg', socket: '/run/haproxy-k3s.sock', timeout_s: 30};
for (const shell of hostShells)
  test(`${shell[0]}: the process that serves is read from its page`, (t) => {
    const {run} = playedPrograms(t, {
      curl: "printf '<hr>\\n<p><b>pid = </b> 521 (process #1, nbproc = 1, nbthread = 2)<br>\\n'",
      systemctl: 'echo ActiveState=active',
    });
    const wait = loadSteps(given, true).find(({step}) => step === 'wait');
    if (wait?.step !== 'wait') return t.fail();
    t.is(run(shell, wait.probe).stdout, 'ActiveState=active\nbefore=\nnow=521\n');
    return undefined;
  });
