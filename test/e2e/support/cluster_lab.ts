import {type ChildProcess, spawn} from 'node:child_process';
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {RunEvent} from '../../../src/events/types.js';
import {type Lab, type LabHost, type UpOptions, type UpperEntry, up} from '../../../src/lab/index.js';
import {labName, removeOrphans} from '../../support/lab_names.js';
import {type K3sUnderTest, k3sUnderTest} from './k3s.js';

export interface RunOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly events: readonly RunEvent[];
}

export interface RunOptions {
  /** Playbook; site.yml without it. */
  readonly playbook?: string;
  /** Inventory; the lab's own without it. */
  readonly inventory?: string;
  /** SIGKILL for the controller as soon as this says so of its output. */
  readonly killWhen?: (output: string) => boolean;
  /** SIGKILL for the controller as soon as this is so, looked at again and again while it runs. */
  readonly killOnce?: () => Promise<boolean>;
}

/** A lab, K3s to install on it, and the command as a user runs it. */
export interface ClusterLab {
  readonly lab: Lab;
  readonly k3s: K3sUnderTest;
  run(args: readonly string[], options?: RunOptions): Promise<RunOutcome>;
  /** How the lab's hosts are reached, as variables of an inventory. */
  access(): Promise<Record<string, string>>;
  /** Variables of group k3s_cluster, beside the inventory. */
  setVariables(values: Readonly<Record<string, unknown>>): Promise<void>;
  /** What all hosts have written, by host; without what matches for that host, and what lies below. */
  listings(except?: (host: string) => readonly RegExp[]): Promise<Map<string, UpperEntry[]>>;
  /** MainPID of K3s, by host; hosts that are off are left out. */
  mainPids(): Promise<Map<string, string>>;
  /**
   * Puts a saved state back (of `hosts`, else of all) and waits, a minute at most, until the services of K3s that start at
   * boot run: what a test finds then does not depend on how fast a host boots. K3s answers before systemd knows that it runs.
   */
  restore(state: string, hosts?: readonly LabHost[]): Promise<void>;
  down(): Promise<void>;
}

const servicesRun = `n=0
for unit in k3s k3s-agent; do
  systemctl -q is-enabled "$unit" 2>/dev/null || continue
  until systemctl -q is-active "$unit" || [ "$n" -ge 600 ]; do n=$((n + 1)); sleep 0.1; done
done`;

const repository = resolve(import.meta.dirname, '../../..');

async function killAt(child: ChildProcess, due: () => Promise<boolean>): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await due()) child.kill('SIGKILL');
    await sleep(20);
  }
}

async function runCommand(
  inventory: string,
  args: readonly string[],
  {playbook = 'playbooks/site.yml', killWhen, killOnce}: RunOptions,
): Promise<RunOutcome> {
  const dir = await mkdtemp(join(tmpdir(), 'quorate-e2e-'));
  const log = join(dir, 'events.jsonl');
  const child = spawn(
    process.execPath,
    ['dist/quorate.js', 'run', playbook, '-i', inventory, '--report', `jsonl=${log}`, ...args],
    {
      cwd: repository,
      env: {...process.env, NO_COLOR: '1', CI: '1'},
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    if (killWhen?.(stdout) === true) child.kill('SIGKILL');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const closed = new Promise<number>((done) => child.on('close', (status) => done(status ?? -1)));
  if (killOnce !== undefined) await killAt(child, killOnce);
  const code = await closed;
  const lines = await readFile(log, 'utf8').catch(() => '');
  await rm(dir, {recursive: true, force: true});
  return {
    code,
    stdout,
    stderr,
    events: lines
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as RunEvent),
  };
}

/** Boots a lab of its own for one test file. */
export async function clusterLab(
  name: string,
  size: Pick<UpOptions, 'servers' | 'agents' | 'groups' | 'aptPackages'>,
): Promise<ClusterLab> {
  const k3s = k3sUnderTest();
  await removeOrphans();
  const lab = await up({name: labName(name), ...size});
  const folder = join(dirname(lab.inventoryPath), 'group_vars');
  const setVariables = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    await mkdir(folder, {recursive: true});
    const all = {
      k3s_binary: k3s.binary,
      k3s_version: k3s.version,
      k3s_server_config: k3s.settings,
      ...(k3s.real ? {k3s_agent_config: {snapshotter: 'native'}} : {}),
      ...values,
    };
    await writeFile(join(folder, 'k3s_cluster.json'), JSON.stringify(all));
  };
  await setVariables({});
  const running = () => lab.hosts.filter(({isRunning}) => isRunning);
  return {
    lab,
    k3s,
    setVariables,
    access: async () => {
      const text = await readFile(lab.inventoryPath, 'utf8');
      return Object.fromEntries(
        [...text.matchAll(/^ {4}(ansible_\w+): (.+)$/gm)].map(([, name = '', value = '']) => [name, value]),
      );
    },
    run: (args, options = {}) => runCommand(options.inventory ?? lab.inventoryPath, args, options),
    listings: async (except) =>
      new Map(
        await Promise.all(
          lab.hosts.map(async (host) => [host.name, await host.upperListing(except?.(host.name))] as const),
        ),
      ),
    mainPids: async () =>
      new Map(
        await Promise.all(
          running().map(async (host) => {
            const {stdout} = await host.exec([
              'systemctl',
              'show',
              '-p',
              'MainPID',
              '--value',
              host.group === 'server' ? 'k3s' : 'k3s-agent',
            ]);
            return [host.name, stdout.trim()] as const;
          }),
        ),
      ),
    async restore(state, hosts = lab.hosts) {
      await lab.restore(state, hosts);
      await Promise.all(hosts.map((host) => host.exec(['sh', '-c', servicesRun])));
    },
    down: () => lab.down(),
  };
}
