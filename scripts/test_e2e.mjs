// Runs the end-to-end tests: all files of test/e2e, or the files given; those of test/e2e/long, which take their time, only where
// they are given. Each file has a lab of its own, and two go on at a time (--labs N), since hosts that boot and members that join
// are mostly waited for. With K3S_BINARY=/path/to/k3s they run on real K3s, one at a time, and what came of each file is written to
// docs/real-k3s.md as soon as it has ended; not with --match, since a part of a file's tests would stand there for the whole.
import {execFileSync, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {createInterface} from 'node:readline';
import pLimit from 'p-limit';
import {pageWith} from './real_k3s_page.mjs';

const page = 'docs/real-k3s.md';
const binary = process.env.K3S_BINARY;
const given = process.argv.slice(2);
const at = given.indexOf('--labs');
const labs = at === -1 ? (binary === undefined ? 2 : 1) : Number(given.splice(at, 2)[1]);
if (!(labs >= 1)) throw new Error('--labs takes how many labs may be up at a time');
const options = given.filter((argument) => !argument.endsWith('.test.ts'));
const named = given.filter((argument) => argument.endsWith('.test.ts'));
const files = named.length > 0 ? named : testsIn('test/e2e');

/** @param {string} folder */
function testsIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Runs one file and shows what it says.
 * @param {string} file
 * @returns {Promise<{code: number, rows: import('./real_k3s_page.d.mts').Row[]}>}
 */
async function run(file) {
  const prefix = labs > 1 && files.length > 1 ? `${basename(file, '.test.ts')}: ` : '';
  const ava = spawn('npx', ['ava', '--config', 'test/e2e/ava.config.js', '--tap', ...options, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((done) => ava.once('close', done));
  const rows = [];
  let since = Date.now();
  // Tests run one after the other, so the time between two lines is the later test's, with its lab's boot.
  for await (const line of createInterface({input: ava.stdout})) {
    process.stdout.write(`${prefix}${line}\n`);
    const result = /^(not )?ok \d+ - (.*?)(?: # (SKIP|TODO).*)?$/.exec(line);
    if (result) {
      const outcome = result[3] === 'SKIP' ? 'skipped' : result[1] ? 'FAILED' : 'passed';
      rows.push({title: result[2], outcome, seconds: Math.round((Date.now() - since) / 1000), notes: []});
      since = Date.now();
    }
    const note = /# +(not applicable|seen): (.*)$/.exec(line);
    const last = rows.at(-1);
    if (note === null || last === undefined) continue;
    if (note[1] === 'not applicable') last.outcome = 'not applicable';
    last.notes.push(note[2]);
  }
  return {code: await ended, rows};
}

/** @returns {import('./real_k3s_page.d.mts').Run} */
function whatRuns(binary) {
  const git = (...args) => execFileSync('git', args, {encoding: 'utf8'}).trim();
  const altered = git('status', '--porcelain', '--untracked-files=no', '--', '.', `:!${page}`) !== '';
  return {
    day: new Date().toISOString().slice(0, 10),
    commit: git('rev-parse', '--short', 'HEAD') + (altered ? ' with changes not committed' : ''),
    version: execFileSync(binary, ['--version'], {encoding: 'utf8'}).split('\n')[0],
    sha256: createHash('sha256').update(readFileSync(binary)).digest('hex'),
  };
}

const onRealK3s = binary === undefined ? undefined : whatRuns(binary);
let passed = 0;
/** @type {string[]} */
const failed = [];
const lots = pLimit(labs);
await Promise.all(
  files.map((file) =>
    lots(async () => {
      const {code, rows} = await run(file);
      const name = basename(file, '.test.ts');
      const failures = rows.filter(({outcome}) => outcome === 'FAILED').map(({title}) => title);
      if (code !== 0 && failures.length === 0) failures.push(`the file ended with ${code}`);
      failed.push(...failures.map((title) => `${name}: ${title}`));
      passed += rows.filter(({outcome}) => outcome !== 'FAILED').length;
      if (onRealK3s === undefined || options.length > 0 || rows.length === 0) return;
      const before = existsSync(page) ? readFileSync(page, 'utf8') : '';
      writeFileSync(page, pageWith(before, {file: name, run: onRealK3s, rows}));
    }),
  ),
);
for (const one of failed) console.log(`FAILED ${one}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
