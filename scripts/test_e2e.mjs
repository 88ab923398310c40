// Runs the end-to-end tests on a lab. With K3S_BINARY=/path/to/k3s they run on real K3s, and what came of each test is
// written to docs/real-k3s.md: version, sha256, outcome, seconds.
import {execFileSync, spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

const binary = process.env.K3S_BINARY;
const ava = spawn('npx', ['ava', '--config', 'test/e2e/ava.config.js', '--tap', ...process.argv.slice(2)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});

/** @type {{title: string, outcome: string, seconds: number, why?: string}[]} */
const results = [];
let since = Date.now();

// Tests run one after the other, so the time between two lines is the later test's, with its lab's boot.
for await (const line of createInterface({input: ava.stdout})) {
  process.stdout.write(`${line}\n`);
  const result = /^(not )?ok \d+ - (.*?)(?: # (SKIP|TODO).*)?$/.exec(line);
  if (result) {
    const outcome = result[3] === 'SKIP' ? 'skipped' : result[1] ? 'FAILED' : 'passed';
    results.push({title: result[2], outcome, seconds: Math.round((Date.now() - since) / 1000)});
    since = Date.now();
  }
  const why = /# {1,}not applicable: (.*)$/.exec(line)?.[1];
  if (why !== undefined && results.length > 0) {
    results[results.length - 1].outcome = 'not applicable';
    results[results.length - 1].why = why;
  }
}
const code = await new Promise((done) => (ava.exitCode === null ? ava.on('close', done) : done(ava.exitCode)));
const failed = results.filter(({outcome}) => outcome === 'FAILED').length;

if (binary !== undefined && results.length > 0) {
  const version = execFileSync(binary, ['--version'], {encoding: 'utf8'}).split('\n')[0];
  const sha256 = createHash('sha256').update(readFileSync(binary)).digest('hex');
  const rows = results.map(
    ({title, outcome, seconds, why}) => `| ${title} | ${outcome}${why === undefined ? '' : `: ${why}`} | ${seconds} |`,
  );
  writeFileSync(
    'docs/real-k3s.md',
    [
      '# The end-to-end tests on real K3s',
      '',
      '`K3S_BINARY=/path/to/k3s npm run test:e2e` runs the same tests that use the stand-in elsewhere, and writes this page.',
      '',
      `- ${version}`,
      `- sha256 \`${sha256}\``,
      `- ${new Date().toISOString().slice(0, 10)}, on the lab's hosts (docs/lab.md), snapshotter \`native\``,
      `- ${results.length - failed} of ${results.length} passed`,
      '',
      '| test | outcome | seconds |',
      '| --- | --- | --- |',
      ...rows,
      '',
    ].join('\n'),
  );
}
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = code === 0 && failed === 0 ? 0 : 1;
