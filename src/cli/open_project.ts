import path from 'node:path';
import {openProject, type Project} from '../run/project.js';
import {type InventoryFlags, inventoryOptions, surroundings, type VaultFlags} from './common_flags.js';

export interface ProjectFlags extends InventoryFlags, VaultFlags {
  readonly playbookDir?: string;
}

/** The project as commands see it that show something and run nothing; warnings go to standard error, once each. */
export async function projectFor(
  flags: ProjectFlags,
  more: Partial<Parameters<typeof openProject>[0]> = {},
): Promise<Project> {
  const around = surroundings();
  const said = new Set<string>();
  return openProject({
    ...around,
    ...inventoryOptions(flags),
    playbookDirs: [path.resolve(around.cwd, flags.playbookDir ?? '.')],
    warn(message) {
      if (!said.has(message)) process.stderr.write(`[WARNING]: ${message}\n`);
      said.add(message);
    },
    ...more,
  });
}
