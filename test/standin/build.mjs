// Builds the stand-in for K3s into one self-extracting file:
//   node test/standin/build.mjs --version v1.30.6+k3s1 --out PATH
// Needs the npm packages of this project and Debian's (fetched and unpacked, never installed). See README.md.

import {createHash} from 'node:crypto';
import {chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';
import {makeParts} from './parts.mjs';
import {tarOf} from './tar.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const {values} = parseArgs({
  options: {
    version: {type: 'string', default: 'v1.30.6+k3s1'},
    commit: {type: 'string', default: 'deadbeef'},
    go: {type: 'string', default: 'go1.22.8'},
    out: {type: 'string'},
    quiet: {type: 'boolean', default: false},
  },
});
if (!values.out || !/^v\d+\.\d+\.\d+([-+].*)?$/.test(values.version)) {
  console.error('usage: node test/standin/build.mjs --out PATH [--version v1.30.6+k3s1] [--commit deadbeef] [--quiet]');
  process.exit(2);
}
const say = values.quiet ? () => {} : (line) => console.error(`standin: ${line}`);

const bundle = async () => {
  const {outputFiles} = await build({
    entryPoints: [join(here, 'src/main.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    legalComments: 'none',
    define: {
      STANDIN_VERSION: JSON.stringify(values.version),
      STANDIN_COMMIT: JSON.stringify(values.commit),
      STANDIN_GO: JSON.stringify(values.go),
    },
  });
  return Buffer.from(outputFiles[0].contents);
};

/** Fills the header in. Its own length is part of what it says, so it is filled until that is true. */
const headerFor = (hash, appSize) => {
  const template = readFileSync(join(here, 'header.sh'), 'utf8');
  const fill = (appAt, partsAt) =>
    template
      .replaceAll('@VERSION@', values.version)
      .replaceAll('@COMMIT@', values.commit)
      .replaceAll('@GO@', values.go)
      .replaceAll('@HASH@', hash)
      .replaceAll('@APP_AT@', String(appAt))
      .replaceAll('@APP_SIZE@', String(appSize))
      .replaceAll('@PARTS_AT@', String(partsAt));
  let header = '';
  for (let length = -1; length !== header.length; ) {
    length = header.length;
    header = fill(length + 1, length + 1 + appSize);
  }
  return header;
};

const parts = await makeParts(say);
const app = gzipSync(tarOf([{name: 'standin.cjs', mode: 0o644, content: await bundle()}]), {level: 9});
const hash = createHash('sha256').update(parts.hash).update(app).update(values.version).digest('hex');
const out = resolve(values.out);
const file = Buffer.concat([Buffer.from(headerFor(hash, app.length)), app, readFileSync(parts.file)]);
mkdirSync(dirname(out), {recursive: true});
const draft = `${out}.${process.pid}`;
writeFileSync(draft, file);
chmodSync(draft, 0o755);
renameSync(draft, out);
say(`${out}: ${values.version}, ${(file.length / 1e6).toFixed(1)} MB`);
