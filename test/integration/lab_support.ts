import {existsSync, readdirSync, readFileSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {$} from 'zx';
import {down, type Lab, type LabHost, placesOf, type UpOptions, up} from '../../src/lab/index.js';
import {removeOrphans} from '../support/lab_names.js';

/** The first run makes the hosts' root, which takes a while on a busy machine. */
const limitMs = 300_000;

export const isRoot = process.getuid?.() === 0;

/** A test that boots hosts: not run without root, and its title says so. */
export function labTest(title: string, implementation: (t: ExecutionContext) => Promise<void>): void {
  if (isRoot)
    test.serial(title, async (t) => {
      t.timeout(limitMs);
      await implementation(t);
    });
  else test.skip(`${title} (not run: a lab needs root)`, implementation);
}

if (isRoot)
  test.before(async (t) => {
    t.timeout(limitMs);
    await removeOrphans();
  });

/** A lab that is taken down when the test ends, however it ends. */
export async function labFor(t: ExecutionContext, name: string, options: UpOptions): Promise<Lab> {
  t.teardown(() => down({name}));
  return up({...options, name});
}

/** The system's ssh, as the lab's inventory would have it used: host keys are checked, nothing is learnt. */
export async function ssh(
  lab: Lab,
  host: LabHost,
  command: string,
  options: {readonly user?: string; readonly input?: string} = {},
): Promise<{readonly code: number | null; readonly stdout: string; readonly stderr: string}> {
  const settings = [
    `UserKnownHostsFile=${lab.files.knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'BatchMode=yes',
  ];
  const argv = ['ssh', '-F', 'none', '-i', lab.files.key, ...settings.flatMap((setting) => ['-o', setting])];
  const target = `${options.user ?? 'admin'}@${host.address}`;
  const output = await $({quiet: true, nothrow: true, input: options.input ?? ''})`${argv} ${target} ${command}`;
  return {code: output.exitCode, stdout: output.stdout, stderr: output.stderr};
}

/** Whatever is still there of a lab: processes, mounts, namespaces, links, cgroups, files. */
export async function leftovers(name: string): Promise<string[]> {
  const root = `${placesOf({}).dir}/${name}`;
  const files = [root, `/run/quorate-lab.${name}.lock`].filter((path) => existsSync(path));
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`${root}/`) || line.includes(`/ql.${name}.`));
  // The folder is made with the machine's first namespace.
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const netns = namespaces.filter((entry) => entry.startsWith(`ql.${name}.`));
  const {stdout: linkText} = await $({quiet: true})`ip link show`;
  const links = linkText.split('\n').filter((line) => line.includes(`quorate lab ${name} `));
  const {stdout: cgroupText} = await $({
    quiet: true,
    nothrow: true,
  })`find /sys/fs/cgroup -path ${`*/quorate-lab/${name}`}`;
  return [...files, ...mounts, ...netns, ...links, ...cgroupText.split('\n').filter(Boolean), ...processesOf(root)];
}

function processesOf(root: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return command.includes(`${root}/`) ? [`process ${pid}: ${command.slice(0, 80)}`] : [];
      } catch {
        return [];
      }
    });
}
