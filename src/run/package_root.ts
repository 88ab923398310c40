import {existsSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

const fromHere = (): string => {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, 'package.json'))) {
    const above = path.dirname(folder);
    if (above === folder) throw new Error(`no package.json above ${folder}: the installation is not complete`);
    folder = above;
  }
  return folder;
};

/** The folder of this package, as a clone or installed. */
export const packageRoot = (): string => fromHere();

export const packageVersion = (): string => {
  const text = readFileSync(path.join(packageRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as {readonly version: string}).version;
};
