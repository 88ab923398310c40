// npm run build: the module manifest, the bundle in dist/, the types in dist/types/.
import {spawn} from 'node:child_process';
import {chmodSync, mkdirSync, renameSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {writeManifest} from './manifest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
/** Built beside and moved into place, so that whoever uses dist/ meanwhile finds the old one or the new one. */
const draft = join(root, '.quorate', `build-${process.pid}`);

/** Bundled packages in CommonJS call `require`, which an ES module has not. */
const requireShim =
  "import {createRequire as quorateRequire} from 'node:module'; const require = quorateRequire(import.meta.url);";

/**
 * The command and the library share their code in chunks, so that both are one instance of everything; what a command
 * does not need is not read. jiti finds its own files beside itself, and the native parts of ssh2 are optional.
 */
const bundle = () =>
  build({
    absWorkingDir: root,
    entryPoints: {quorate: 'src/cli/main.ts', index: 'src/index.ts'},
    outdir: draft,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    // What else zx exports is not used here, and reading it would take longer than all the rest; of sql.js, the one whose
    // WebAssembly is in the JavaScript, since no file lies beside the bundle.
    alias: {zx: 'zx/core', 'sql.js': 'sql.js/dist/sql-wasm-inline.js'},
    external: ['jiti', 'cpu-features', '*.node'],
    banner: {js: requireShim},
    define: {__dirname: 'import.meta.dirname', __filename: 'import.meta.filename'},
    keepNames: true,
    legalComments: 'linked',
    logLevel: 'warning',
  });

/** Declarations of what src/index.ts exports and of all that it refers to. */
const types = () =>
  new Promise((resolve, reject) => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const args = [tsc, '--project', join(root, 'tsconfig.build.json'), '--outDir', join(draft, 'types')];
    const child = spawn(process.execPath, args, {cwd: root, stdio: 'inherit'});
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`tsc ended with ${code}`))));
  });

writeManifest();
mkdirSync(draft, {recursive: true});
try {
  await Promise.all([bundle(), types()]);
  chmodSync(join(draft, 'quorate.js'), 0o755);
  rmSync(dist, {recursive: true, force: true});
  renameSync(draft, dist);
} finally {
  rmSync(draft, {recursive: true, force: true});
}
