/** What contestants need to know of the place they run in. */
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Lab} from '../src/lab/index.js';
import {adminUser} from '../src/lab/recipe.js';

const here = path.dirname(fileURLToPath(import.meta.url));

export const programFile = (name: string): string => path.join(here, 'programs', name);
export const playbookFile = (name: string): string => path.join(here, 'playbooks', name);
/** As users have it: the built command. */
export const quorateFile = path.join(here, '..', 'dist', 'quorate.js');

/** Where the playbooks write. */
export const hostFolder = `/home/${adminUser.name}/bench`;
export const uploadedFile = `/home/${adminUser.name}/bench_upload`;

/** The job of programs/floor.mjs. */
export interface FloorJob {
  readonly addresses: readonly string[];
  readonly user: string;
  readonly keyFile: string;
  readonly script: string;
  readonly upload?: string;
  readonly repeat: number;
}

export const floorJob = (lab: Lab, job: Pick<FloorJob, 'script' | 'upload' | 'repeat'>): string =>
  JSON.stringify({
    addresses: lab.hosts.map(({address}) => address),
    user: adminUser.name,
    keyFile: lab.files.key,
    ...job,
  });

/** What the playbook of that many folders, with or without commands between them, comes to. */
export const floorScript = (folders: number, command: string | undefined): string =>
  Array.from({length: folders}, (_, index) => {
    const folder = `${hostFolder}/folder${index + 1}`;
    return [
      `mkdir -p ${folder} && chmod 0755 ${folder} || exit`,
      ...(command === undefined ? [] : [`${command} || exit`]),
    ];
  })
    .flat()
    .join('\n')
    .concat('\n');

/** Puts the hosts back to where nothing of the playbooks is there. */
export async function makeBare(lab: Lab): Promise<void> {
  await Promise.all(lab.hosts.map((host) => host.exec(['rm', '-rf', hostFolder, uploadedFile])));
}
