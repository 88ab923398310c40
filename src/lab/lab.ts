import {existsSync} from 'node:fs';
import {mkdir, rm, writeFile} from 'node:fs/promises';
import {dirname} from 'node:path';
import {LabError} from '../errors/index.js';
import {killAll, removeCgroups, setFrozen} from './cgroups.js';
import {LabHost} from './host.js';
import {ensureImage} from './image.js';
import {inventoryText} from './inventory.js';
import {withLock} from './lock.js';
import {leaveMachine, raiseLimits} from './machine.js';
import {ensureBridge, freeSubnets, homeElsewhere, removeNetwork} from './network.js';
import {ensureSecrets, hostsText, writeKnownHosts, writeOwnFiles} from './own_files.js';
import {ensurePackages, requireRoot} from './packages.js';
import {checkName, defaultName, LabFiles, placesOf} from './places.js';
import {readRecord, wantedCounts, withWantedHosts, writeRecord} from './record.js';
import {removeFolder} from './remove.js';
import {defaultAptPackages, ensureAptRepo} from './repo.js';
import {listStates, restoreState, saveState} from './saved.js';
import type {HostStatus, LabPlaces, LabRecord, OpenOptions, UpOptions} from './types.js';

/** A lab that is up (or was): its hosts, and the files a controller needs to reach them. */
export class Lab {
  readonly name: string;
  readonly files: LabFiles;
  readonly record: LabRecord;
  readonly hosts: readonly LabHost[];

  constructor(record: LabRecord, files: LabFiles) {
    this.name = record.name;
    this.files = files;
    this.record = record;
    this.hosts = record.hosts.map((host) => new LabHost(record, files, host));
  }

  get inventoryPath(): string {
    return this.files.inventory;
  }

  host(name: string): LabHost {
    const host = this.hosts.find((candidate) => candidate.name === name);
    if (host) return host;
    const names = this.hosts.map((candidate) => candidate.name).join(', ');
    throw new LabError({what: `the lab ${this.name} has no host ${name}`, hint: `it has ${names}`});
  }

  /** Boots the hosts that are not running, and waits for all. */
  async start(signal?: AbortSignal, lockFd?: number): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.launch(lockFd)));
    await Promise.all(this.hosts.map((host) => host.ready(signal)));
  }

  /** Keeps every host's disk under a name, as it is now; the hosts run on. */
  save(state: string): Promise<void> {
    const {name, record, files, hosts} = this;
    return withLock(files.lock, (fd) => saveState(name, record.imageRoot, files, hosts, state, fd));
  }

  /** Puts the disks back (of `hosts`, else of all), by a power cut and a boot of the hosts that ran when it was saved. */
  restore(state: string, hosts: readonly LabHost[] = this.hosts): Promise<void> {
    const {record, files} = this;
    return withLock(files.lock, (fd) => restoreState(record.imageRoot, files, hosts, state, fd));
  }

  savedStates(): Promise<string[]> {
    return listStates(this.files);
  }

  /** Boots the hosts as they were made, with nothing written. */
  async reset(hosts: readonly LabHost[] = this.hosts): Promise<void> {
    await withLock(this.files.lock, async (fd) => {
      await Promise.all(
        hosts.map(async (host) => {
          await host.kill();
          await host.wipe();
          await host.launch(fd);
        }),
      );
      await Promise.all(hosts.map((host) => host.ready()));
    });
  }

  status(): Promise<HostStatus[]> {
    return Promise.all(this.hosts.map((host) => host.status()));
  }

  down(): Promise<void> {
    return downAt(this.name, this.files);
  }
}

/** Makes the lab, or completes it: adds missing hosts, boots those that are off. What is there stays. */
export async function up(options: UpOptions = {}): Promise<Lab> {
  requireRoot();
  const name = checkName('lab', options.name ?? defaultName);
  const counts = wantedCounts(options);
  const places = placesOf(options);
  const files = new LabFiles(places, name);
  await ensurePackages(options);
  return withLock(
    files.lock,
    async (fd) => {
      try {
        return await boot(await prepare(name, counts, places, files, options), files, fd, options);
      } finally {
        // Refused before anything was made.
        if (!existsSync(files.root)) await rm(files.lock, {force: true});
      }
    },
    {signal: options.signal, onWait: () => options.say?.(`Waiting for another command on the lab ${name}`)},
  );
}

async function boot(record: LabRecord, files: LabFiles, lockFd: number, options: UpOptions): Promise<Lab> {
  const lab = new Lab(record, files);
  // A save that was cut short leaves the hosts frozen.
  await setFrozen(lab.name, undefined, false);
  const off = lab.hosts.filter((host) => !host.isRunning).map((host) => host.name);
  if (off.length > 0) options.say?.(`Booting ${off.join(', ')}`);
  await lab.start(options.signal, lockFd);
  await refreshHostsFiles(lab);
  return lab;
}

async function prepare(
  name: string,
  counts: ReadonlyMap<string, number>,
  places: LabPlaces,
  files: LabFiles,
  options: UpOptions,
): Promise<LabRecord> {
  await refuseElsewhere(name, files);
  const found = await readRecord(files);
  const hosts = withWantedHosts(found?.hosts ?? [], counts);
  if (hosts.length === 0)
    throw new LabError({what: `the lab ${name} would have no host`, hint: 'ask for --servers 3 --agents 2'});
  const imageRoot = found && existsSync(found.imageRoot) ? found.imageRoot : await ensureImage(places, options);
  const packages = options.aptPackages ?? defaultAptPackages;
  const kept = found !== undefined && options.aptPackages === undefined && existsSync(found.aptRepo);
  const aptRepo = kept ? found.aptRepo : await ensureAptRepo(places, imageRoot, packages, options);

  await mkdir(files.root, {recursive: true, mode: 0o700});
  const draft = {version: 1, name, subnet: found?.subnet ?? 0, imageRoot, aptRepo, hosts} as const;
  const record = await takeSubnet(draft, files);
  await raiseLimits(options.say);
  await ensureSecrets(files);
  for (const host of hosts) await writeOwnFiles(record, files, host);
  await writeKnownHosts(record, files);
  await writeFile(files.inventory, inventoryText(record, files), {mode: 0o644});
  return record;
}

async function refuseElsewhere(name: string, files: LabFiles): Promise<void> {
  const home = await homeElsewhere(name, files.root);
  if (home === undefined) return;
  throw new LabError({
    what: `a lab ${name} is up in ${home}`,
    hint: `give this one another --name, or use --dir ${dirname(home)}`,
  });
}

/** The record is written before the bridge is made, so that `down` knows of it whenever this is cut short. */
async function takeSubnet(draft: LabRecord, files: LabFiles): Promise<LabRecord> {
  const free = await freeSubnets(draft.name);
  for (const subnet of draft.subnet > 0 ? [draft.subnet, ...free] : free) {
    const record = {...draft, subnet};
    await writeRecord(files, record);
    if ((await ensureBridge(record, files.root)) === 'ready') return record;
  }
  throw new LabError({what: 'every network 10.213.N.0/24 is in use', hint: 'take other labs down'});
}

/** Hosts that ran before others were added learn their names; on the others the file is right already. */
async function refreshHostsFiles(lab: Lab): Promise<void> {
  const text = hostsText(lab.record);
  for (const host of lab.hosts) {
    const {stdout} = await host.exec(['cat', '/etc/hosts']);
    const missing = text.split('\n').filter((line) => line !== '' && !stdout.split('\n').includes(line));
    if (missing.length > 0) await host.exec(['tee', '-a', '/etc/hosts'], {input: `${missing.join('\n')}\n`});
  }
}

/** The lab as it was made; LabError when there is none of that name. */
export async function open(options: OpenOptions = {}): Promise<Lab> {
  requireRoot();
  const name = checkName('lab', options.name ?? defaultName);
  const files = new LabFiles(placesOf(options), name);
  const record = await readRecord(files);
  if (!record) throw new LabError({what: `there is no lab ${name} in ${files.root}`, hint: 'make it: quorate lab up'});
  return new Lab(record, files);
}

/** Removes the lab and all of it: processes, mounts, network, cgroups, files. Also what a crash left; may be repeated. */
export async function down(options: OpenOptions = {}): Promise<void> {
  requireRoot();
  const name = checkName('lab', options.name ?? defaultName);
  await downAt(name, new LabFiles(placesOf(options), name), options.signal);
}

async function downAt(name: string, files: LabFiles, signal?: AbortSignal): Promise<void> {
  await withLock(
    files.lock,
    async () => {
      await refuseElsewhere(name, files);
      await killAll(name);
      await removeNetwork(name, files.root);
      await removeCgroups(name);
      await leaveMachine();
      await removeFolder(files.root);
      await rm(files.lock, {force: true});
    },
    {signal},
  );
}
