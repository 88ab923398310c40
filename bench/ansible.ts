/** Ansible in the three forms people use it in, from Debian's packages. */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import type {Lab} from '../src/lab/index.js';
import {measure} from './measure.js';
import {playbookFile} from './surroundings.js';
import type {Absent, Contestant} from './types.js';

const program = '/usr/bin/ansible-playbook';
const mitogenStrategies = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy';

const forms: readonly {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly needs: string;
}[] = [
  {
    name: 'Ansible with Mitogen',
    needs: mitogenStrategies,
    env: {ANSIBLE_STRATEGY_PLUGINS: mitogenStrategies, ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_PIPELINING: 'True'},
  },
  {name: 'Ansible with pipelining', needs: program, env: {ANSIBLE_PIPELINING: 'True'}},
  {name: 'Ansible as installed', needs: program, env: {ANSIBLE_PIPELINING: 'False'}},
];

const packageOf = (file: string): string => (file === program ? 'ansible-core' : 'ansible-mitogen');

/** All hosts at once in every form, no fact gathering, from a machine that has no connection open. */
export function ansibleContestants(
  lab: Lab,
  playbook: string,
  rounds: number,
): {readonly contestants: readonly Contestant[]; readonly absent: readonly Absent[]} {
  const present = forms.filter(({needs}) => existsSync(needs) && existsSync(program));
  return {
    contestants: present.map(({name, env}) => ({
      name,
      from: 'done',
      rounds,
      run: () => runAnsible(lab, playbook, env),
    })),
    absent: [
      ...forms
        .filter((form) => !present.includes(form))
        .map(({name, needs}) => ({
          name,
          why: `Debian's ${existsSync(program) ? packageOf(needs) : 'ansible-core'} is not installed on this machine`,
        })),
      {name: 'pyinfra', why: 'it is not among Debian 12 packages'},
    ],
  };
}

async function runAnsible(lab: Lab, playbook: string, env: Readonly<Record<string, string>>) {
  const home = mkdtempSync(path.join(tmpdir(), 'quorate-bench-ansible-'));
  const sockets = path.join(home, 'cp');
  try {
    const {sample} = await measure(
      lab,
      [program, playbookFile(playbook), '-i', lab.inventoryPath, '--forks', String(lab.hosts.length)],
      {
        cwd: home,
        env: {
          ANSIBLE_HOME: home,
          ANSIBLE_LOCAL_TEMP: path.join(home, 'tmp'),
          ANSIBLE_SSH_CONTROL_PATH_DIR: sockets,
          ANSIBLE_NOCOLOR: '1',
          // What a version manager puts before the system's own would be found first.
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
          ...env,
        },
      },
    );
    return sample;
  } finally {
    closeMasters(sockets);
    rmSync(home, {recursive: true, force: true});
  }
}

/** The connections that Ansible leaves open for a minute would spare the next run its own. */
function closeMasters(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    try {
      execFileSync('ssh', ['-O', 'exit', '-o', `ControlPath=${path.join(folder, name)}`, 'any'], {stdio: 'ignore'});
    } catch {
      // It had ended by itself.
    }
  }
}
