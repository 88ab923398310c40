// npm run imports [root]: holds the floors of .dependency-cruiser.cjs, and makes sure that no file was passed over.
import {existsSync, readdirSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join, relative, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {cruise} from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import {writeManifest} from './manifest.mjs';

const own = fileURLToPath(new URL('..', import.meta.url));
const root = resolve(process.argv[2] ?? own);
const folders = ['src', 'modules'];

/** Every TypeScript file below a folder. */
const sources = (folder) =>
  readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const full = join(folder, entry.name);
    if (entry.isDirectory()) return sources(full);
    return entry.name.endsWith('.ts') ? [full] : [];
  });

if (root === resolve(own)) writeManifest();
process.chdir(root);
const config = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs'));
const {options, ...ruleSet} = config;
const {output} = await cruise(folders, {...options, ruleSet, validate: true}, undefined, {
  tsConfig: extractTSConfig(join(root, 'tsconfig.json')),
});
const violations = output.summary.violations.filter(({rule}) => rule.severity === 'error');
for (const {rule, from, to} of violations) {
  const why = ruleSet.forbidden.find(({name}) => name === rule.name)?.comment ?? '';
  console.error(`${from} imports ${to}\n  ${rule.name}: ${why}`);
}

const seen = new Set(
  output.modules.map(({source}) => source).filter((source) => /^(?:src|modules)\/.*\.ts$/.test(source)),
);
const there = folders
  .filter((folder) => existsSync(folder))
  .flatMap(sources)
  .map((file) => relative(root, resolve(file)));
const missed = there.filter((file) => !seen.has(file));
for (const file of missed) console.error(`${file} was not looked at`);
if (seen.size !== there.length && missed.length === 0)
  console.error(`${seen.size} files were seen, there are ${there.length}`);

if (violations.length > 0 || seen.size !== there.length) {
  console.error(
    `The import rule is broken: ${violations.length} forbidden imports, ${missed.length} files not looked at.`,
  );
  process.exit(1);
}
console.log(`Imports go down: ${seen.size} files, ${output.summary.totalDependenciesCruised} imports.`);
