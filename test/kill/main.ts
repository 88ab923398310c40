// npm run test:kill [-- --labs N --only WORDS]: every play of sources/ killed at every step, and docs/kill-matrix.md of it.
import {existsSync} from 'node:fs';
import {appendFile, readFile, writeFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';
import {clusterLab} from '../e2e/support/cluster_lab.js';
import {type Bench, prepareBench, type RowOutcome, record, runRow} from './matrix.js';
import {isComplete, type Part, pageOf} from './page.js';
import {momentWords, type Row} from './rows.js';
import type {RowSource} from './source.js';
import {sources} from './sources/index.js';

const {values} = parseArgs({
  options: {
    labs: {type: 'string', default: '2'},
    only: {type: 'string', default: ''},
    page: {type: 'string', default: 'docs/kill-matrix.md'},
    /** Outcomes by row, a line each; rows that healed are not run again when the matrix was cut short. */
    outcomes: {type: 'string', default: ''},
  },
});
const labs = Number(values.labs);
const began = Date.now();
const minutes = (): number => Math.round((Date.now() - began) / 60_000);
const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

const rowKey = (row: Row): string => JSON.stringify([row.source, momentWords(row.moment), row.kind]);

/** What healed in a run of the matrix that was cut short. */
async function healedBefore(file: string): Promise<ReadonlyMap<string, RowOutcome>> {
  if (file === '' || !existsSync(file)) return new Map();
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const all = lines.map((line) => JSON.parse(line) as RowOutcome).filter(({ok}) => ok);
  return new Map(all.map((outcome) => [rowKey(outcome.row), outcome]));
}

/** Rows are handed out one by one to as many labs as there are. */
async function runSource(source: RowSource, number: number, note: (part: Part) => Promise<void>): Promise<Part> {
  const benches: Bench[] = [];
  const boot = async (lab: number): Promise<Bench> =>
    prepareBench(source, await clusterLab(`kill${number}${lab}`, source.size));
  try {
    say(`${source.name}: building the starting state`);
    for (let lab = 0; lab < labs; lab++) benches.push(await boot(lab));
    const [first] = benches;
    if (first === undefined) throw new Error('there is no lab');
    const rows = await record(first);
    say(`${source.name}: ${rows.length} rows`);
    const outcomes: (RowOutcome | undefined)[] = rows.map((row) => healed.get(rowKey(row)));
    const part = (): Part => ({
      ...source,
      wanted: rows.length,
      outcomes: outcomes.filter((outcome) => outcome !== undefined),
    });
    const waiting: {readonly row: Row; readonly index: number}[] = rows
      .map((row, index) => ({row, index}))
      .filter(({index}) => outcomes[index] === undefined);
    await Promise.all(
      benches.map(async (bench) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const outcome = await runRow(bench, next.row);
          outcomes[next.index] = outcome;
          if (values.outcomes !== '') await appendFile(values.outcomes, `${JSON.stringify(outcome)}\n`);
          say(
            `${outcome.ok ? 'ok    ' : 'FAILED'} ${outcome.seconds} s, ${momentWords(next.row.moment)}, ${next.row.kind}: ${outcome.what}`,
          );
          await note(part());
        }
      }),
    );
    return part();
  } finally {
    for (const {cluster} of benches) await cluster.down();
  }
}

const chosen = sources.filter(({name}) => name.includes(values.only));
if (chosen.length === 0) throw new Error(`no source of rows has '${values.only}' in its name`);
const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};
const healed = await healedBefore(values.outcomes);
const done: Part[] = [];
const k3s = process.env.K3S_BINARY === undefined ? 'the stand-in for K3s' : `K3s at ${process.env.K3S_BINARY}`;
const write = (parts: readonly Part[]): Promise<void> =>
  writeFile(values.page, pageOf(parts, {day: new Date().toISOString().slice(0, 10), version, k3s, minutes: minutes()}));
for (const [number, source] of chosen.entries()) {
  done.push(await runSource(source, number, (part) => write([...done, part])));
}
await write(done);
const whole = isComplete(done);
say(
  `${done.flatMap(({outcomes}) => outcomes).filter(({ok}) => ok).length} of ${done.reduce((sum, {wanted}) => sum + wanted, 0)} rows healed in ${minutes()} minutes`,
);
process.exit(whole ? 0 : 1);
