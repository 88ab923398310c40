/** `k3s etcd-snapshot save|ls|list|delete|prune`, over etcd's client certificate. */

import {rmSync} from 'node:fs';
import {hostname} from 'node:os';
import {FatalError} from '../base/fatal.js';
import {isThere} from '../base/files.js';
import {layoutOf} from '../base/layout.js';
import type {Logger} from '../base/log.js';
import {readSettings} from '../config/args.js';
import {EtcdClient} from '../etcd/client.js';
import {listSnapshots, pruneSnapshots, saveSnapshot} from '../etcd/snapshot.js';
import {etcdTls} from '../server/embedded.js';
import {columns} from './print.js';
import {simpleArgs} from './simple_args.js';

const SWITCHES = [
  's3',
  'etcd-s3',
  'snapshot-compress',
  'etcd-snapshot-compress',
  'debug',
  's3-skip-ssl-verify',
  's3-insecure',
];

interface Command {
  readonly folder: string;
  readonly node: string;
  readonly dataDir: string;
  readonly words: readonly string[];
  readonly flag: (...names: string[]) => string | undefined;
  readonly log: Logger;
  readonly out: (text: string) => void;
  readonly now: Date;
}

const save = async ({folder, node, dataDir, flag, log, out, now}: Command): Promise<void> => {
  const layout = layoutOf(dataDir);
  if (!isThere(layout.wal)) throw new FatalError('etcd datastore disabled');
  if (flag('s3', 'etcd-s3') === 'true') throw new FatalError('the stand-in keeps snapshots on disk only');
  const client = new EtcdClient(['https://127.0.0.1:2379'], etcdTls(layout));
  const saved = await saveSnapshot(client, folder, flag('name') ?? 'on-demand', node, now);
  client.close();
  log.info(`Saving etcd snapshot to ${saved.path}`);
  out(`Snapshot ${saved.name} saved.\n`);
};

const list = ({folder, flag, out}: Command): void => {
  const found = listSnapshots(folder);
  if ((flag('output', 'o') ?? 'table') === 'json') {
    const items = found.map(({name, path, size, created}) => ({
      name,
      location: `file://${path}`,
      size,
      createdAt: created.toISOString(),
    }));
    out(`${JSON.stringify({items}, null, 2)}\n`);
    return;
  }
  const rows = found.map(({name, path, size, created}) => [
    name,
    `file://${path}`,
    String(size),
    created.toISOString().replace(/\.\d+Z$/, 'Z'),
  ]);
  out(columns([['Name', 'Location', 'Size', 'Created'], ...rows]));
};

const remove = ({folder, words, out}: Command): void => {
  const names = words.slice(1);
  if (names.length === 0) throw new FatalError('no snapshots given for removal');
  const found = listSnapshots(folder);
  for (const wanted of names) {
    const snapshot = found.find(({name}) => name === wanted);
    if (!snapshot) throw new FatalError(`snapshot ${wanted} not found`);
    rmSync(snapshot.path);
    out(`Snapshot ${wanted} deleted.\n`);
  }
};

const prune = ({folder, node, flag, out}: Command): void => {
  const keep = Number(flag('snapshot-retention', 'etcd-snapshot-retention') ?? 5);
  const gone = pruneSnapshots(folder, `${flag('name') ?? 'on-demand'}-${node}`, keep);
  for (const {name} of gone) out(`Snapshot ${name} deleted.\n`);
};

const VERBS: Readonly<Record<string, (command: Command) => void | Promise<void>>> = {
  save,
  ls: list,
  list,
  l: list,
  delete: remove,
  prune,
};

export const etcdSnapshot = async (args: readonly string[], dataDir: string, log: Logger): Promise<void> => {
  const {words, flags} = simpleArgs(args, SWITCHES);
  const settings = readSettings('server', [], process.env);
  const flag = (...names: string[]) => names.map((name) => flags.get(name)).find((value) => value !== undefined);
  const verb = VERBS[words[0] ?? 'save'];
  if (!verb) throw new FatalError(`No help topic for '${words[0]}'`);
  await verb({
    dataDir,
    words,
    flag,
    log,
    folder: flag('dir', 'etcd-snapshot-dir') ?? settings.text('etcd-snapshot-dir') ?? layoutOf(dataDir).snapshots,
    node: flag('node-name') ?? settings.text('node-name') ?? hostname().toLowerCase(),
    out: (text) => process.stdout.write(text),
    now: new Date(),
  });
};
