/** Runs a program and says what it cost: here, on the lab's hosts, and on the wire between. */
import {spawn} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {cgroupDirs} from '../src/lab/cgroups.js';
import type {Lab} from '../src/lab/index.js';
import {bridgeName} from '../src/lab/record.js';
import type {Sample} from './types.js';

/** GNU time counts what a program and its children used; Node cannot ask for that. */
const gnuTime = '/usr/bin/time';
export const hasGnuTime = (): boolean => existsSync(gnuTime);

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface ProgramRun {
  readonly sample: Sample;
  readonly stdout: string;
}

/** Runs a program to its end. Throws with the end of its output if it fails. */
export async function measure(
  lab: Lab,
  [program, ...args]: readonly [string, ...string[]],
  options: ProgramOptions = {},
): Promise<ProgramRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-bench-'));
  const report = path.join(folder, 'time');
  const command: readonly [string, ...string[]] = hasGnuTime()
    ? [gnuTime, '-o', report, '-f', '%U %S %M', program, ...args]
    : [program, ...args];
  try {
    const hosts = hostsCpuMs(lab);
    const bytes = bridgeBytes(lab);
    const since = performance.now();
    const stdout = await runProgram(command, options);
    const wallMs = performance.now() - since;
    const [user = Number.NaN, system = Number.NaN, kilobytes = Number.NaN] = existsSync(report)
      ? readFileSync(report, 'utf8').trim().split(' ').map(Number)
      : [];
    const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
    return {
      stdout,
      sample: {
        wallMs,
        cpuMs: known((user + system) * 1000),
        rssBytes: known(kilobytes * 1024),
        hostsCpuMs: known(hostsCpuMs(lab) - hosts),
        bytesPerHost: (bridgeBytes(lab) - bytes) / lab.hosts.length,
      },
    };
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

function runProgram([program, ...args]: readonly [string, ...string[]], options: ProgramOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {...process.env, ...options.env},
      ...(options.cwd === undefined ? {} : {cwd: options.cwd}),
    });
    const out: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => {
      out.push(bytes);
      all.push(bytes);
    });
    child.stderr.on('data', (bytes: Buffer) => all.push(bytes));
    child.once('error', reject);
    // Not `close`: a program's own helpers may hold its streams after it has ended.
    child.once('exit', (code) => {
      if (code === 0) return resolve(Buffer.concat(out).toString());
      const last = Buffer.concat(all).toString().trimEnd().split('\n').slice(-15).join('\n');
      reject(new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${last}`));
    });
  });
}

/** CPU time of everything that runs on the hosts, since they were booted; NaN where cgroups do not count it. */
function hostsCpuMs(lab: Lab): number {
  for (const dir of cgroupDirs(lab.name)) {
    const old = path.join(dir, 'cpuacct.usage');
    if (existsSync(old)) return Number(readFileSync(old, 'utf8')) / 1e6;
    const unified = path.join(dir, 'cpu.stat');
    const usage = existsSync(unified) ? /^usage_usec (\d+)$/m.exec(readFileSync(unified, 'utf8')) : null;
    if (usage) return Number(usage[1]) / 1000;
  }
  return Number.NaN;
}

/** What went over the lab's bridge, both ways. */
function bridgeBytes(lab: Lab): number {
  const folder = `/sys/class/net/${bridgeName(lab.record.subnet)}/statistics`;
  return ['rx_bytes', 'tx_bytes'].reduce((sum, name) => sum + Number(readFileSync(path.join(folder, name), 'utf8')), 0);
}
