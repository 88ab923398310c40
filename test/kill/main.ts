// npm run test:kill [-- --labs N --only WORDS]: every play of sources/ killed at every step, and docs/kill-matrix.md of it.
import {existsSync} from 'node:fs';
import {appendFile, readFile, writeFile} from 'node:fs/promises';
import {parseArgs} from 'node:util';
import {type ClusterLab, clusterLab} from '../e2e/support/cluster_lab.js';
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
const start = new Date();
const minutesOfThis = (): number => (Date.now() - start.getTime()) / 60_000;
const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

const rowKey = (row: Row): string => JSON.stringify([row.source, momentWords(row.moment), row.kind]);

/** A line of the file of outcomes: the row, and how long its run of the matrix had taken by then. */
type Noted = RowOutcome & {readonly run: string; readonly minutes: number};

/** What was noted in runs of the matrix that were cut short, or that had rows that failed. */
async function notedBefore(file: string): Promise<readonly Noted[]> {
  if (file === '' || !existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Noted);
}

async function note(outcome: RowOutcome): Promise<void> {
  const line: Noted = {...outcome, run: start.toISOString(), minutes: minutesOfThis()};
  if (values.outcomes !== '') await appendFile(values.outcomes, `${JSON.stringify(line)}\n`);
}

/** The starting state on each lab, and the rows that the first of them recorded. */
async function prepareAll(
  source: RowSource,
  clusters: readonly ClusterLab[],
): Promise<{readonly benches: readonly Bench[]; readonly rows: readonly Row[]}> {
  say(`${source.name}: building the starting state`);
  const benches = await Promise.all(clusters.map((cluster) => prepareBench(source, cluster)));
  const [first] = benches;
  if (first === undefined) throw new Error('there is no lab');
  const {rows, made} = await record(first);
  say(`${source.name}: ${rows.length} rows; ${made}`);
  if (source.equalTo === 'before') return {benches, rows};
  return {benches: benches.map((bench) => ({...bench, expected: made})), rows};
}

/** Rows are handed out one by one to as many labs as there are. */
async function runSource(source: RowSource, number: number, show: (part: Part) => Promise<void>): Promise<Part> {
  const clusters: ClusterLab[] = [];
  try {
    for (let lab = 0; lab < labs; lab++) clusters.push(await clusterLab(`kill${number}${lab}`, source.size));
    const {benches, rows} = await prepareAll(source, clusters);
    const outcomes: (RowOutcome | undefined)[] = rows.map((row) => healed.get(rowKey(row)));
    const part = (): Part => ({...source, rows, outcomes: outcomes.filter((outcome) => outcome !== undefined)});
    const waiting = rows.map((row, index) => ({row, index})).filter(({index}) => outcomes[index] === undefined);
    await Promise.all(
      benches.map(async (bench) => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          const outcome = await runRow(bench, next.row);
          outcomes[next.index] = outcome;
          await note(outcome);
          const {ok, seconds, parts, what} = outcome;
          say(
            `${ok ? 'ok    ' : 'FAILED'} ${seconds} s (${parts.join(' + ')}), ${momentWords(next.row.moment)}, ${next.row.kind}: ${what}`,
          );
          await show(part());
        }
      }),
    );
    return part();
  } finally {
    for (const cluster of clusters) await cluster.down();
  }
}

const chosen = sources.filter(({name}) => name.includes(values.only));
if (chosen.length === 0) throw new Error(`no source of rows has '${values.only}' in its name`);
const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};
const noted = await notedBefore(values.outcomes);
const healed = new Map(noted.filter(({ok}) => ok).map((outcome) => [rowKey(outcome.row), outcome]));
const earlier = new Map(noted.map(({run, minutes}) => [run, minutes]));
const done: Part[] = [];
const k3s = process.env.K3S_BINARY === undefined ? 'the stand-in for K3s' : `K3s at ${process.env.K3S_BINARY}`;
const write = (parts: readonly Part[]): Promise<void> =>
  writeFile(
    values.page,
    pageOf(parts, {
      day: start.toISOString().slice(0, 10),
      version,
      k3s,
      minutes: Math.round([...earlier.values()].reduce((sum, minutes) => sum + minutes, minutesOfThis())),
      runs: earlier.size + 1,
    }),
  );
/** Sources that come later stand on the page from the start: what was not run is not passed over. */
const toCome = (): Part[] => chosen.slice(done.length + 1).map((source) => ({...source, rows: [], outcomes: []}));
for (const [number, source] of chosen.entries()) {
  done.push(await runSource(source, number, (part) => write([...done, part, ...toCome()])));
}
await write(done);
const whole = isComplete(done);
say(
  `${done.flatMap(({outcomes}) => outcomes).filter(({ok}) => ok).length} of ${done.reduce((sum, {rows}) => sum + rows.length, 0)} rows healed in ${Math.round(minutesOfThis())} minutes`,
);
process.exit(whole ? 0 : 1);
