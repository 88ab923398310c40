// npm run test:kill [-- --labs N --only WORDS --row WORDS --outcomes FILE]: every play of sources/ killed at every step, and
// docs/kill-matrix.md of it. Outcomes are kept in a file, told at the beginning; with that file one that was cut short goes on
// where it was, and --page-only writes the page of it. --row is for those rows only that have these words.
import {readFile, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {type ClusterLab, clusterLab} from '../e2e/support/cluster_lab.js';
import {type Bench, prepareBench, record, runRow} from './matrix.js';
import {Notes, outcomesIn, partOf, rowKey, timeOf} from './notes.js';
import {isComplete, pageOf} from './page.js';
import {momentWords, type Row} from './rows.js';
import type {RowSource} from './source.js';
import {sources} from './sources/index.js';

const start = new Date();
const {values} = parseArgs({
  options: {
    labs: {type: 'string', default: '3'},
    only: {type: 'string', default: ''},
    row: {type: 'string', default: ''},
    page: {type: 'string', default: 'docs/kill-matrix.md'},
    outcomes: {type: 'string', default: join(tmpdir(), `kill-matrix-${start.toISOString().slice(0, 19)}.jsonl`)},
    'page-only': {type: 'boolean', default: false},
  },
});
const labs = Number(values.labs);
const notes = new Notes(values.outcomes, start);
const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
};

/** All plays stand on the page, also one that was not run: it is not passed over. */
async function writePage(): Promise<void> {
  const all = await notes.all();
  const {version} = JSON.parse(await readFile('package.json', 'utf8')) as {version: string};
  const k3s = process.env.K3S_BINARY === undefined ? 'the stand-in for K3s' : `K3s at ${process.env.K3S_BINARY}`;
  const day = start.toISOString().slice(0, 10);
  const parts = sources.map((source) => partOf(source, all));
  await writeFile(values.page, pageOf(parts, {day, version, k3s, ...timeOf(all)}));
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
  await notes.add({source: source.name, rows});
  say(`${source.name}: ${rows.length} rows; ${made}`);
  if (source.equalTo === 'before') return {benches, rows};
  return {benches: benches.map((bench) => ({...bench, expected: made})), rows};
}

const rowWords = ({moment, kind}: Row): string => `${momentWords(moment)}, ${kind}`;

async function runAndNote(bench: Bench, row: Row): Promise<void> {
  const outcome = await runRow(bench, row);
  await notes.add(outcome);
  const {ok, seconds, parts, what} = outcome;
  say(`${ok ? 'ok    ' : 'FAILED'} ${seconds} s (${parts.join(' + ')}), ${rowWords(row)}: ${what}`);
  await writePage();
}

/** Rows are handed out one by one to as many labs as there are. */
async function runSource(source: RowSource, number: number): Promise<void> {
  const clusters: ClusterLab[] = [];
  try {
    for (let lab = 0; lab < labs; lab++) clusters.push(await clusterLab(`kill${number}${lab}`, source.size));
    const {benches, rows} = await prepareAll(source, clusters);
    const before = outcomesIn(await notes.all());
    const waiting = rows.filter((row) => before.get(rowKey(row))?.ok !== true && rowWords(row).includes(values.row));
    await Promise.all(
      benches.map(async (bench) => {
        for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) await runAndNote(bench, row);
      }),
    );
  } finally {
    for (const cluster of clusters) await cluster.down();
  }
}

say(`outcomes are kept in ${values.outcomes}`);
const chosen = sources.filter(({name}) => name.includes(values.only));
if (chosen.length === 0) throw new Error(`no source of rows has '${values.only}' in its name`);
if (!values['page-only']) for (const [number, source] of chosen.entries()) await runSource(source, number);
await writePage();
const all = await notes.all();
const parts = chosen.map((source) => partOf(source, all));
const healed = parts.flatMap(({outcomes}) => outcomes).filter(({ok}) => ok).length;
const wanted = parts.reduce((sum, {rows}) => sum + rows.length, 0);
say(`${healed} of ${wanted} rows healed in ${Math.round(notes.minutes)} minutes`);
process.exit(isComplete(parts) ? 0 : 1);
