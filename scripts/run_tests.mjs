// The steps of npm test, one after the other; the last line sums up what passed and what failed.
// With words (npm test -- types imports) only the steps whose titles have one of them.
import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const bin = (name) => `node_modules/.bin/${name}`;
const isRoot = process.getuid?.() === 0;
const isCi = process.env.CI === '1';

const steps = [
  {title: 'build', command: [process.execPath, 'scripts/build.mjs']},
  {title: 'lint and format', command: [bin('biome'), 'check', '--error-on-warnings', '.']},
  {title: 'types', command: [bin('tsc'), '--noEmit']},
  {title: 'imports', command: [process.execPath, 'scripts/check_imports.mjs']},
  {title: 'unit and integration tests', command: [bin('ava')]},
  {
    title: 'tests of the stand-in for K3s',
    command: [bin('ava'), '--config', 'test/standin/ava.config.js'],
    config: 'test/standin/ava.config.js',
    needsRoot: true,
  },
  {
    title: 'end-to-end tests on a lab',
    command: [process.execPath, 'scripts/test_e2e.mjs'],
    config: 'test/e2e/ava.config.js',
    needsRoot: true,
  },
];

const summaries = {
  passed: /^ *(\d+) tests? passed$/,
  failed: /^ *(\d+) (?:tests? failed|uncaught exceptions?|unhandled rejections?|tests? remained pending.*)$/,
  skipped: /^ *(\d+) tests? skipped$/,
};
const failure = /^ *(?:✘ \[fail\]:|FAILED) (.*)$/;
const sum = /^(\d+) passed, (\d+) failed$/;
const withoutColors = (line) => line.replace(/\x1b\[[0-9;]*m/g, '');

/** Runs a step and shows what it says; counts tests by the runner's own summary, a step without one as a single test. */
async function run({title, command: [file, ...args]}) {
  console.log(`\n== ${title}`);
  const env = {...process.env, ...(process.stdout.isTTY ? {FORCE_COLOR: '1'} : {})};
  const child = spawn(file, args, {stdio: ['inherit', 'pipe', 'inherit'], env});
  const counts = {passed: 0, failed: 0, skipped: 0, named: new Set()};
  for await (const line of createInterface({input: child.stdout})) {
    const plain = withoutColors(line);
    const totals = sum.exec(plain);
    if (totals) {
      counts.passed += Number(totals[1]);
      counts.failed += Number(totals[2]);
      continue;
    }
    const [, named] = failure.exec(plain) ?? [];
    if (named !== undefined) counts.named.add(named);
    for (const [name, pattern] of Object.entries(summaries)) counts[name] += Number(pattern.exec(plain)?.[1] ?? 0);
    console.log(line);
  }
  const code = await new Promise((done) => {
    if (child.exitCode === null && child.signalCode === null) child.once('close', done);
    else done(child.exitCode);
  });
  if (counts.passed + counts.failed === 0) counts[code === 0 ? 'passed' : 'failed'] = 1;
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

const total = {passed: 0, failed: 0, skipped: 0};
const notRun = [];
const failures = [];
const words = process.argv.slice(2);
for (const step of steps) {
  if (words.length > 0 && !words.some((word) => step.title.includes(word))) continue;
  if (step.config !== undefined && !existsSync(step.config)) continue;
  if (step.needsRoot && !isRoot) {
    notRun.push(step.title);
    continue;
  }
  const counts = await run(step);
  for (const name of Object.keys(total)) total[name] += counts[name];
  if (counts.failed > 0) failures.push(...(counts.named.size > 0 ? counts.named : [step.title]));
}

if (total.skipped > 0)
  console.log(`\n${total.skipped} skipped${isRoot ? '' : ', most of them because they need root'}`);
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
if (notRun.length > 0) {
  const what = `Not run, since it needs root: ${notRun.join('; ')}, and tests in namespaces`;
  if (isCi) console.error(`ERROR: ${what}`);
  else console.log(what);
}
process.exit(total.failed > 0 || (isCi && notRun.length > 0) ? 1 : 0);
