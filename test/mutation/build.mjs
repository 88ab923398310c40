// Bundles the tests of src/cluster, each with the instrumented sources, for mocha: what Stryker runs in its copy of the project.

import {readdirSync} from 'node:fs';
import {build} from 'esbuild';

await build({
  entryPoints: readdirSync('src/cluster', {recursive: true})
    .filter((name) => name.endsWith('.test.ts') && !name.startsWith('properties.'))
    .map((name) => `src/cluster/${name}`),
  outdir: 'test/mutation/built',
  outExtension: {'.js': '.mjs'},
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  alias: {ava: './test/mutation/ava_in_mocha.ts'},
  banner: {js: "import {createRequire as r} from 'node:module'; const require = r(import.meta.url);"},
  external: ['*.node', 'cpu-features', 'ssh2'],
  logLevel: 'warning',
});
