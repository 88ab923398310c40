import {mkdir, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import type {ClusterLab} from './cluster_lab.js';

/** One thing that is wrong, and nothing else. */
export interface Broken {
  /** Arguments of the run. */
  readonly args?: readonly string[];
  /** Files beside the inventory; `broken.yml` is given as a second inventory. */
  readonly files?: Readonly<Record<string, string>>;
  /** A change on a host, and how it is put back. */
  readonly host?: {readonly name: string; readonly breaks: string; readonly mends: string};
  /** Words of this case that differ from one K3s to another, each with its name in the text. */
  readonly masks?: Readonly<Record<string, string>>;
}

/** Makes a program of this name on a host say something else: found first, and put back with `rm`. */
export const fakeProgram = (name: string, program: string, body: string): NonNullable<Broken['host']> => ({
  name,
  breaks: `printf '%s\\n' '#!/bin/sh' '${body}' > /usr/local/sbin/${program} && chmod 755 /usr/local/sbin/${program}`,
  mends: `rm /usr/local/sbin/${program}`,
});

/** Breaks, lets the test look, and mends whatever came of it. */
export async function whileBroken<Result>(
  {lab}: ClusterLab,
  {args = [], files = {}, host}: Broken,
  look: (args: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const folder = dirname(lab.inventoryPath);
  const paths = Object.keys(files).map((name) => join(folder, name));
  const onHost = async (script: string): Promise<void> => {
    if (host !== undefined) await lab.host(host.name).exec(['sh', '-c', script]);
  };
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), {recursive: true});
      await writeFile(join(folder, name), text);
    }
    await onHost(host?.breaks ?? ':');
    return await look([...('broken.yml' in files ? ['-i', join(folder, 'broken.yml')] : []), ...args]);
  } finally {
    await onHost(host?.mends ?? ':');
    for (const path of paths) await rm(path, {force: true});
  }
}
