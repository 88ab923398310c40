import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import ava from 'ava';
import {folderWith, quorate} from '../support/cli.js';

/** One at a time: each starts a program of its own. */
const test = ava.serial;

/** A task that says its process, waits for a file, and says that it is done. */
const playbook = `- hosts: localhost
  gather_facts: false
  tasks:
    - name: Long
      shell: |
        echo $$ > pid
        n=0
        while [ ! -e go ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n+1)); done
        echo done > finished
      args: {chdir: "{{ playbook_dir }}"}
    - name: Next
      file: {path: "{{ playbook_dir }}/next", state: touch}
`;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !holds(); tries += 1) await sleep(50);
}

test('Ctrl-C once lets the present task end and begins no other', async (t) => {
  t.timeout(90_000);
  const cwd = folderWith(t, {'play.yml': playbook});
  let isTold = false;
  const {code, stdout} = await quorate(['run', 'play.yml'], {
    cwd,
    watch(child, output) {
      if (!isTold && output.includes('TASK [Long]')) {
        isTold = true;
        void until(() => existsSync(path.join(cwd, 'pid'))).then(() => child.kill('SIGINT'));
      }
      if (output.includes('INTERRUPTED')) writeFileSync(path.join(cwd, 'go'), '');
    },
  });
  t.is(code, 99);
  t.regex(stdout, /Stopping when the present tasks are done/);
  t.regex(stdout, /in flight: \[localhost\] Long/);
  t.true(existsSync(path.join(cwd, 'finished')));
  t.false(existsSync(path.join(cwd, 'next')));
  t.regex(stdout, /localhost +: ok=1 +changed=1 /);
});

test('twice kills what runs', async (t) => {
  t.timeout(90_000);
  const cwd = folderWith(t, {'play.yml': playbook});
  const steps = [
    (output: string) => output.includes('TASK [Long]'),
    (output: string) => output.includes('INTERRUPTED'),
  ];
  const {code, stdout} = await quorate(['run', 'play.yml'], {
    cwd,
    watch(child, output) {
      if (steps[0]?.(output)) {
        steps.shift();
        void until(() => existsSync(path.join(cwd, 'pid'))).then(() => child.kill('SIGINT'));
      }
    },
  });
  t.is(code, 99);
  t.regex(stdout, /Aborting: what runs on hosts is being killed/);
  const pid = Number(readFileSync(path.join(cwd, 'pid'), 'utf8'));
  await until(() => !isAlive(pid));
  t.false(isAlive(pid));
  t.false(existsSync(path.join(cwd, 'finished')));
});
