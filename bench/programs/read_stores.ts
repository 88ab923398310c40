/** Reads a backup of SQLite and the etcd made of it once each, and does nothing with them: what a comparison has to pay at least. */

import {EtcdGateway} from '../../modules/k3s_datastore_compare/etcd_list.js';
import {openDatabase, readDatabase} from '../../modules/k3s_datastore_compare/sqlite_copy.js';
import {backupPath} from '../../modules/support/conversion.js';
import type {HostNetwork} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {createSessionPool} from '../../src/transport/index.js';

const [address = '', privateKeyFile = '', knownHosts = ''] = process.argv.slice(2);
const place = {data_dir: '/var/lib/rancher/k3s', dir: '/var/lib/quorate/conversion'};
const pool = createSessionPool({env: process.env, homeDir: process.env.HOME ?? '/root'});
const session = pool.session({
  kind: 'ssh',
  host: address,
  address,
  user: 'admin',
  privateKeyFile,
  hostKeys: 'strict',
  knownHostsFiles: [knownHosts],
  connectTimeoutMs: 30_000,
});
const host: HostNetwork = {
  signal: new AbortController().signal,
  connect: () => Promise.reject(new Error('not needed here')),
  progress: () => undefined,
  ask: async (script, maxBytes) => {
    const found = await session.run(script, {become: {method: 'sudo', user: 'root'}, captureBytes: maxBytes});
    return {...found, stderr: found.stderr.toString()};
  },
};

await session.run(sh`true`, {become: {method: 'sudo', user: 'root'}});
const began = performance.now();
const image = await readDatabase(host, `${backupPath(place)}/server/db/state.db`);
const list = await openDatabase(image);
let before = 0;
for (const {value} of list()) if (value.length > 0) before += 1;
const between = performance.now();
const etcd = new EtcdGateway(host, place.data_dir);
let after = 0;
for await (const page of etcd.pages(await etcd.revision())) after += page.length;
const end = performance.now();
process.stdout.write(
  `${JSON.stringify({before, after, sqliteMs: between - began, etcdMs: end - between, totalMs: end - began, imageBytes: image.length})}\n`,
);
await pool.close();
