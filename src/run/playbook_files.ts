import {existsSync, readdirSync, statSync} from 'node:fs';
import path from 'node:path';
import {didYouMean, UsageError} from '../errors/index.js';

const isFile = (file: string): boolean => statSync(file, {throwIfNoEntry: false})?.isFile() ?? false;

const playbooksIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)) : [];

export interface FoundPlaybook {
  readonly file: string;
  /** It is one that comes with the package, since there is none of that name here. */
  readonly shipped: boolean;
}

/** The playbook a name stands for: a file here or, if there is none, one of those that come with the package. */
export function findPlaybook(written: string, cwd: string, packageDir: string): FoundPlaybook {
  const here = path.resolve(cwd, written);
  if (isFile(here)) return {file: here, shipped: false};
  const inPackage = /^(?:\.\/)?playbooks\/(.+)$/.exec(written)?.[1] ?? (written.includes('/') ? undefined : written);
  const shipped = inPackage === undefined ? undefined : path.join(packageDir, 'playbooks', inPackage);
  if (shipped !== undefined && isFile(shipped)) return {file: shipped, shipped: true};
  if (statSync(here, {throwIfNoEntry: false})?.isDirectory())
    throw new UsageError({what: `${written} is a folder, not a playbook`, hint: suggestion(written, here, packageDir)});
  throw new UsageError({
    what: `the playbook ${written} does not exist`,
    hint: suggestion(written, path.dirname(here), packageDir),
  });
}

function suggestion(written: string, folder: string, packageDir: string): string {
  const shipped = playbooksIn(path.join(packageDir, 'playbooks'));
  return (
    didYouMean(path.basename(written), [...playbooksIn(folder), ...shipped]) ??
    `playbooks that come with quorate: ${shipped.map((name) => `playbooks/${name}`).join(', ')}`
  );
}
