// Writes modules/manifest.ts: every modules/*/module.ts, in alphabetical order. Run by the build and by tests.
import {existsSync, readdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

const modulesDir = fileURLToPath(new URL('../modules/', import.meta.url));

/** Names of the folders that hold a module, sorted. */
export const moduleFolders = () =>
  readdirSync(modulesDir, {withFileTypes: true})
    .filter((entry) => entry.isDirectory() && existsSync(join(modulesDir, entry.name, 'module.ts')))
    .map((entry) => entry.name)
    .sort();

const variable = (name) => `${name.replaceAll(/_(.)/g, (_, letter) => letter.toUpperCase())}Module`;

/** The text of modules/manifest.ts for these folders. */
export function manifestText(folders) {
  const imports = folders.map((name) => `import ${variable(name)} from './${name}/module.js';\n`).join('');
  const list = folders.map((name) => `  ${variable(name)},\n`).join('');
  return `// Written by scripts/manifest.mjs at each build; edits are lost.
import type {Module} from '../src/module/index.js';
${imports}
export const modules: readonly Module[] = [
${list}];
`;
}

/** Writes the manifest if it is not up to date, in one go: several tests may do so at once. */
export function writeManifest() {
  const target = join(modulesDir, 'manifest.ts');
  const text = manifestText(moduleFolders());
  if (existsSync(target) && readFileSync(target, 'utf8') === text) return;
  const draft = `${target.slice(0, -3)}.${process.pid}.tmp`;
  writeFileSync(draft, text);
  renameSync(draft, target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeManifest();
