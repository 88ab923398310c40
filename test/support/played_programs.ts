/** Scripts for hosts in the shells that hosts have, with programs that are played: by tests of what a script makes of their answers. */
import {type SpawnSyncReturns, spawnSync} from 'node:child_process';
import type {Script} from '../../src/shell/index.js';
import {type Teardown, tempFiles} from './temp_files.js';

export type HostShell = readonly [program: string, ...args: string[]];
export const hostShells: readonly HostShell[] = [['dash'], ['bash'], ['busybox', 'ash']];

export interface PlayedPrograms {
  /** Where they lie, and whatever they write; to themselves it is `${0%/*}`. */
  readonly folder: string;
  run(shell: HostShell, script: Script): SpawnSyncReturns<string>;
}

/** Each program by its name, as the text of a shell script; found before the machine's own, and gone when the test ends. */
export function playedPrograms(t: Teardown, programs: Readonly<Record<string, string>>): PlayedPrograms {
  const files = Object.entries(programs).map(([name, body]) => [name, {text: `#!/bin/sh\n${body}\n`, mode: 0o755}]);
  const folder = tempFiles(t, Object.fromEntries(files));
  const env = {...process.env, PATH: `${folder}:${process.env.PATH}`};
  return {
    folder,
    run: ([program, ...args], {source}) => spawnSync(program, args, {input: source, env, encoding: 'utf8'}),
  };
}
