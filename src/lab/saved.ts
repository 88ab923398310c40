import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {LabError, UsageError} from '../errors/index.js';
import {setFrozen} from './cgroups.js';
import type {LabHost} from './host.js';
import type {LabFiles} from './places.js';
import {removeFolder} from './remove.js';
import {run} from './run.js';

/** What is kept beside the copies of the upper dirs. */
interface SavedState {
  readonly imageRoot: string;
  readonly hosts: readonly {readonly name: string; readonly running: boolean}[];
}

function stateDir(files: LabFiles, state: string): string {
  if (!/^[\w][\w.-]{0,60}$/.test(state))
    throw new UsageError({what: `${JSON.stringify(state)} cannot be the name of a saved state`});
  return join(files.saved, state);
}

const copy = (from: string, to: string, holdFd: number): Promise<unknown> =>
  run(['cp', '-a', '--reflink=auto', '--sparse=auto', '-T', '--', from, to], {holdFd});

/** Copies every host's upper dir while all of them are frozen: what a power cut would leave, without losing a write. */
export async function saveState(
  lab: string,
  imageRoot: string,
  files: LabFiles,
  hosts: readonly LabHost[],
  state: string,
  lockFd: number,
): Promise<void> {
  const dir = stateDir(files, state);
  const fresh = join(files.saved, `.new-${state}`);
  await removeFolder(fresh);
  await mkdir(fresh, {recursive: true});
  await setFrozen(lab, undefined, true);
  try {
    await Promise.all(hosts.map((host) => copy(host.files.upper, join(fresh, host.name), lockFd)));
  } finally {
    await setFrozen(lab, undefined, false);
  }
  const saved: SavedState = {imageRoot, hosts: hosts.map(({name, isRunning}) => ({name, running: isRunning}))};
  await writeFile(join(fresh, 'state.json'), `${JSON.stringify(saved, undefined, 2)}\n`);
  await removeFolder(dir);
  await rename(fresh, dir);
}

/** Cuts the power of the hosts that the state holds, puts their disks back, and boots those that ran. */
export async function restoreState(
  imageRoot: string,
  files: LabFiles,
  hosts: readonly LabHost[],
  state: string,
  lockFd: number,
): Promise<void> {
  const dir = stateDir(files, state);
  const saved = await readState(files, dir, state);
  if (saved.imageRoot !== imageRoot)
    throw new LabError({what: `the state ${state} was saved over another image`, hint: 'make and save it again'});
  await Promise.all(
    hosts.map(async (host) => {
      const was = saved.hosts.find((candidate) => candidate.name === host.name);
      if (!was) return;
      await host.kill();
      await host.wipe();
      await copy(join(dir, host.name), host.files.upper, lockFd);
      if (was.running) await host.launch(lockFd);
    }),
  );
  const running = new Set(saved.hosts.filter((host) => host.running).map((host) => host.name));
  await Promise.all(hosts.filter((host) => running.has(host.name)).map((host) => host.ready()));
}

async function readState(files: LabFiles, dir: string, state: string): Promise<SavedState> {
  const path = join(dir, 'state.json');
  if (existsSync(path)) return JSON.parse(await readFile(path, 'utf8')) as SavedState;
  const names = (await listStates(files)).join(', ') || 'none';
  throw new LabError({what: `there is no saved state ${state}`, hint: `saved are: ${names}`});
}

export async function listStates(files: LabFiles): Promise<string[]> {
  if (!existsSync(files.saved)) return [];
  return (await readdir(files.saved)).filter((name) => !name.startsWith('.')).sort();
}
