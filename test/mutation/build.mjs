// Makes CommonJS of the instrumented sources and of the tests of src/cluster, file by file: what Stryker runs in its copy of the
// project. CommonJS, so that every test can have modules of its own (tests.cjs).

import {readdirSync} from 'node:fs';
import {build} from 'esbuild';

const typescriptIn = (folder) =>
  readdirSync(folder, {recursive: true})
    .filter((name) => name.endsWith('.ts') && !name.endsWith('properties.test.ts') && !name.includes('ansible_golden'))
    .map((name) => `${folder}/${name}`);

await build({
  entryPoints: [
    ...typescriptIn('src').filter((name) => !name.endsWith('/main.ts')),
    ...typescriptIn('test/support'),
    'test/mutation/ava_in_mocha.ts',
  ],
  outdir: 'test/mutation/built',
  outbase: '.',
  outExtension: {'.js': '.cjs'},
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'error',
});
