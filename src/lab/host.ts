import {existsSync} from 'node:fs';
import {mkdir, readFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {LabError} from '../errors/index.js';
import {answersSsh, bootReport, isBooted} from './boot.js';
import {cgroupDirs, initPid, killAll, memoryBytes, pidsOf, removeCgroups, setFrozen} from './cgroups.js';
import {launch} from './launcher.js';
import {listTree, type UpperEntry} from './listing.js';
import {setPath} from './network.js';
import type {HostFiles, LabFiles} from './places.js';
import {addressOf, linkName, netnsName} from './record.js';
import {removeFolder} from './remove.js';
import {run} from './run.js';
import type {ExecOptions, ExecResult, HostRecord, HostState, HostStatus, LabRecord} from './types.js';

const readyLimitMs = 90_000;
const stopLimitMs = 90_000;
const pollMs = 50;
/** SIGRTMIN+4: systemd as process 1 powers off. */
const powerOffSignal = 38;

/** One host of a lab: its power button, its cable, a way in that needs no ssh, and its disk. */
export class LabHost {
  readonly name: string;
  readonly group: string;
  readonly address: string;
  readonly files: HostFiles;
  readonly #lab: LabRecord;
  readonly #labFiles: LabFiles;
  readonly #record: HostRecord;
  readonly #hashes = new Map<string, string>();

  constructor(lab: LabRecord, labFiles: LabFiles, record: HostRecord) {
    this.name = record.name;
    this.group = record.group;
    this.address = addressOf(lab.subnet, record.number);
    this.files = labFiles.host(record.name);
    this.#lab = lab;
    this.#labFiles = labFiles;
    this.#record = record;
  }

  /** The folder that holds all the host has written, as overlayfs keeps it. */
  get upperDir(): string {
    return this.files.upper;
  }

  get isRunning(): boolean {
    return pidsOf(this.#lab.name, this.name).length > 0;
  }

  /** The host's process 1 as this machine sees it. */
  get pid(): number | undefined {
    return initPid(this.#lab.name, this.name);
  }

  /** Boots the host unless it runs, and waits until it is up and its sshd answers. */
  async start(signal?: AbortSignal): Promise<void> {
    await this.launch();
    await this.ready(signal);
  }

  /** Boots the host unless it runs, without waiting. */
  async launch(lockFd?: number): Promise<void> {
    if (this.isRunning) return;
    for (const dir of [this.files.upper, this.files.work, this.files.root]) await mkdir(dir, {recursive: true});
    await launch(this.#lab, this.#labFiles, this.#record, lockFd);
  }

  /**
   * Waits until a user can log in and systemd has started what the distribution brings. It does not wait for units in
   * /etc/systemd/system: a cluster's server may wait for others there, for ever. Throws with the console's last lines.
   */
  async ready(signal?: AbortSignal): Promise<void> {
    const deadline = Date.now() + readyLimitMs;
    let launched = false;
    while (!(await this.#isReady())) {
      signal?.throwIfAborted();
      const running = this.isRunning;
      launched ||= running;
      if (launched && !running) throw await this.#notReady('it ended while it was booting');
      if (Date.now() > deadline) throw await this.#notReady(`it was not up within ${readyLimitMs / 1000} s`);
      await sleep(pollMs);
    }
  }

  async #isReady(): Promise<boolean> {
    if (this.pid === undefined || !(await answersSsh(this.address))) return false;
    const {stdout} = await this.exec(['sh', '-c', bootReport], {check: false});
    return isBooted(stdout);
  }

  async #notReady(why: string): Promise<LabError> {
    const log = existsSync(this.files.console) ? await readFile(this.files.console, 'utf8') : '';
    return new LabError({
      what: `${this.name} did not boot: ${why}`,
      hint: `its console is in ${this.files.console}`,
      cause: log.trim().split('\n').slice(-10).join('\n') || 'the console shows nothing',
    });
  }

  async #systemState(): Promise<HostState> {
    const {stdout} = await this.exec(['systemctl', 'is-system-running'], {check: false});
    const word = stdout.trim();
    if (word === 'running' || word === 'degraded' || word === 'stopping') return word;
    return 'booting';
  }

  /** Powers the host off as its power button would, and waits until all of it has ended. */
  async stop(): Promise<void> {
    const {pid} = this;
    if (pid === undefined) return this.kill();
    process.kill(pid, powerOffSignal);
    const deadline = Date.now() + stopLimitMs;
    while (this.isRunning) {
      if (Date.now() > deadline)
        throw new LabError({what: `${this.name} did not power off within ${stopLimitMs / 1000} s`, hint: 'use kill'});
      await sleep(pollMs);
    }
    await this.kill();
  }

  /** A power cut: every process of the host dies at once, its network goes; its disk stays as it is. */
  async kill(): Promise<void> {
    await killAll(this.#lab.name, this.name);
    await run(['ip', 'link', 'del', linkName(this.#lab.subnet, this.#record.number)], {check: false});
    await run(['ip', 'netns', 'del', netnsName(this.#lab.name, this.name)], {check: false});
    if (cgroupDirs(this.#lab.name, this.name).length > 0) await removeCgroups(this.#lab.name, this.name);
  }

  /** Stops every process of the host where it is, or lets them go on; its kernel still answers pings. */
  async setPaused(paused: boolean): Promise<void> {
    await setFrozen(this.#lab.name, this.name, paused);
  }

  /** Pulls the network cable, or puts it back. A start puts it back too. */
  async setLink(state: 'up' | 'down'): Promise<void> {
    await run(['ip', 'link', 'set', linkName(this.#lab.subnet, this.#record.number), state]);
  }

  /** Cuts this host off from others, both ways, or mends that; each still sees the rest. A boot of either mends its half. */
  async setPeers(state: 'cut' | 'open', peers: readonly LabHost[]): Promise<void> {
    for (const peer of peers) {
      await setPath(netnsName(this.#lab.name, this.name), peer.address, state);
      await setPath(netnsName(this.#lab.name, peer.name), this.address, state);
    }
  }

  /** What the host has written: the upper dir's entries, by path. */
  upperListing(except: readonly RegExp[] = []): Promise<UpperEntry[]> {
    return listTree(this.files.upper, {except, hashes: this.#hashes});
  }

  /**
   * Runs a command as root inside the host, not through ssh; `input` is its stdin. It ends when all that holds its
   * output has ended: what shall go on in the background has to send its output elsewhere.
   */
  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    const {pid} = this;
    if (pid === undefined) throw new LabError({what: `${this.name} is not running`, hint: 'start it first'});
    // First into the host's cgroups: what is left running there ends with the host.
    const script = 'for d in $1; do mkdir -p "$d" && echo 0 > "$d/cgroup.procs"; done; shift; exec "$@"';
    const dirs = cgroupDirs(this.#lab.name, this.name);
    const enter = ['nsenter', '--target', String(pid), '-m', '-u', '-i', '-n', '-p', '-C', '--wd', '--'];
    const env = ['env', '-i', 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME=/root'];
    const words = [dirs.map((dir) => `${dir}/backdoor`).join(' '), ...enter, ...env, 'LANG=C.UTF-8', ...argv];
    return run(['sh', '-c', script, 'sh', ...words], options);
  }

  async status(): Promise<HostStatus> {
    const {pid} = this;
    const processes = pidsOf(this.#lab.name, this.name).length;
    const state = pid !== undefined ? await this.#systemState() : processes > 0 ? 'booting' : 'stopped';
    return {
      name: this.name,
      group: this.group,
      address: this.address,
      state,
      pid,
      processes,
      memoryBytes: memoryBytes(this.#lab.name, this.name),
    };
  }

  /** Forgets all that the host has written. It must not be running. */
  async wipe(): Promise<void> {
    if (this.isRunning) throw new LabError({what: `${this.name} is running`, hint: 'stop or kill it first'});
    for (const dir of [this.files.upper, this.files.work]) {
      await removeFolder(dir);
      await mkdir(dir, {recursive: true});
    }
  }
}
