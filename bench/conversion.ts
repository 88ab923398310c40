// npm run bench:conversion [-- --keys 100000 --rounds 3]: what the comparison of a conversion costs against reading both stores once, and
// whether it finds one key among all of them that is lost, one byte that is altered, a last page that is missing.
import {randomUUID} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';
import {loadavg} from 'node:os';
import {dirname, join} from 'node:path';
import {parseArgs} from 'node:util';
import load from 'sql.js';
import {type ClusterLab, clusterLab} from '../test/e2e/support/cluster_lab.js';
import {serving, spoil} from '../test/kill/sources/conversion.js';
import {watchedRun} from '../test/kill/watched_run.js';
import {measure} from './measure.js';
import type {Sample} from './types.js';

const {values} = parseArgs({
  options: {keys: {type: 'string', default: '100000'}, rounds: {type: 'string', default: '3'}},
});
const keys = Number(values.keys);
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const databaseFile = '/var/lib/rancher/k3s/server/db/state.db';
const nameOf = (number: number): string => `/registry/configmaps/default/bench-${String(number).padStart(7, '0')}`;

/** Puts the keys into the stopped server's database; through the API it would take an hour. */
async function fill(cluster: ClusterLab): Promise<void> {
  const server = cluster.lab.host('server1');
  await server.exec(['systemctl', 'stop', 'k3s']);
  const file = join(server.upperDir, databaseFile);
  const {Database} = await load();
  const database = new Database(await readFile(file));
  const [pattern] =
    database.exec("SELECT value FROM kine WHERE name LIKE '/registry/configmaps/default/%' LIMIT 1")[0]?.values[0] ??
    [];
  if (!(pattern instanceof Uint8Array)) throw new Error('there is no ConfigMap to copy');
  const object = JSON.parse(Buffer.from(pattern).toString()) as {metadata: Record<string, unknown>; data: unknown};
  database.run('BEGIN');
  const insert = database.prepare(
    'INSERT INTO kine(name, created, deleted, create_revision, prev_revision, lease, value, old_value) VALUES (?, 1, 0, 0, 0, 0, ?, NULL)',
  );
  for (let number = 0; number < keys; number++) {
    const name = nameOf(number);
    const metadata = {...object.metadata, name: name.split('/').at(-1), uid: randomUUID()};
    insert.run([name, Buffer.from(JSON.stringify({...object, metadata, data: {value: randomUUID()}}))]);
  }
  insert.free();
  database.run('COMMIT');
  await writeFile(file, database.export());
  database.close();
  await server.exec(['systemctl', 'start', 'k3s']);
  await serving(cluster);
}

async function convert(cluster: ClusterLab): Promise<{code: number; output: string; comparedMs: number}> {
  const run = await watchedRun({
    cwd: process.cwd(),
    args: ['playbooks/convert_to_etcd.yml', '-i', cluster.lab.inventoryPath],
    limitMs: 1_800_000,
  });
  const result = run.events.find(
    (event) => event.kind === 'host-result' && event.task.module === 'k3s_datastore_compare',
  );
  return {...run, comparedMs: result?.kind === 'host-result' ? result.outcome.durationMs : Number.NaN};
}

/** Of the program with its start, and of the host meanwhile: K3s goes on there. */
const cpuOf = ({cpuMs, hostsCpuMs}: Sample): string =>
  `${((cpuMs ?? Number.NaN) / 1000).toFixed(1)} + ${((hostsCpuMs ?? Number.NaN) / 1000).toFixed(1)} s`;

async function cost(cluster: ClusterLab): Promise<void> {
  const server = cluster.lab.host('server1');
  const folder = dirname(cluster.lab.inventoryPath);
  const whole = await convert(cluster);
  if (whole.code !== 0) throw new Error(whole.output);
  say(/all \d+ keys.*since/.exec(whole.output)?.[0] ?? '');
  for (let round = 0; round < Number(values.rounds); round++) {
    const read = await measure(cluster.lab, [
      process.execPath,
      '--import=tsx',
      'bench/programs/read_stores.ts',
      server.address,
      join(folder, 'id_ed25519'),
      join(folder, 'known_hosts'),
    ]);
    // The record says that it was compared; without that it is compared again.
    await server.exec([
      'sed',
      '-i',
      's/"stage":"snapshot"/"stage":"backed-up"/',
      '/var/lib/quorate/conversion/record.json',
    ]);
    const compared = await measure(cluster.lab, [
      process.execPath,
      'dist/quorate.js',
      'run',
      'playbooks/convert_to_etcd.yml',
      '-i',
      cluster.lab.inventoryPath,
      '--report',
      `jsonl=${folder}/events.jsonl`,
    ]);
    const events = (await readFile(join(folder, 'events.jsonl'), 'utf8')).split('\n').filter((line) => line !== '');
    const {outcome} = events
      .map((line) => JSON.parse(line) as {kind: string; task?: {module: string}; outcome: {durationMs: number}})
      .find(({kind, task}) => kind === 'host-result' && task?.module === 'k3s_datastore_compare') ?? {
      outcome: {durationMs: Number.NaN},
    };
    const {totalMs} = JSON.parse(read.stdout) as {totalMs: number};
    say(
      `read both once: ${read.stdout.trim()}; compared in ${Math.round(outcome.durationMs)} ms, ${(outcome.durationMs / totalMs).toFixed(2)} x; CPU ${cpuOf(read.sample)} and ${cpuOf(compared.sample)}; whole run: ${Math.round((compared.sample.rssBytes ?? Number.NaN) / 2 ** 20)} MiB at most; load ${loadavg()[0]?.toFixed(0)}`,
    );
  }
}

const cluster = await clusterLab('bench-convert', {servers: 1, agents: 0});
try {
  const built = await cluster.run([]);
  if (built.code !== 0) throw new Error(built.stdout + built.stderr);
  await fill(cluster);
  await cluster.lab.save('filled');
  say(`${keys} keys`);
  await cost(cluster);
  const key = nameOf(Math.floor(keys / 2));
  for (const settings of [`migrate-lose: ${key}`, `migrate-alter: ${key}`, 'migrate-skip-last: true']) {
    await cluster.lab.restore('filled');
    await serving(cluster);
    await spoil(cluster, settings);
    const {code, output, comparedMs} = await convert(cluster);
    say(
      `${settings}: exit code ${code}, ${Math.round(comparedMs)} ms: ${/the conversion is not whole.*/.exec(output)?.[0].slice(0, 300) ?? output.slice(-500)}`,
    );
  }
} finally {
  await cluster.down();
}
