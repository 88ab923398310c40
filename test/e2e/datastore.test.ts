import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {compareListings} from '../../src/lab/index.js';
import {quick, tune} from '../kill/sources/conversion.js';
import {type ClusterLab, clusterLab, type RunOutcome} from './support/cluster_lab.js';
import {databasePackages, databasePassword, startDatabases, type TestCa, testCa} from './support/databases.js';
import {changedPaths, conditionalShare, resultsOf, transcript} from './support/outcomes.js';

/** What reading a host leaves: logs, and sudo's notes. */
const readingLeaves = [/^\/var\/log\//, /^\/var\/lib\/(sudo|systemd)(\/|$)/];
const servers = ['server1', 'server2'];
const inUrl = encodeURIComponent(databasePassword);

let cluster: ClusterLab;
let ca: TestCa;
let otherCa: TestCa;

const mysql = (more: {user?: string; password?: string; at?: string; database?: string} = {}): string =>
  `mysql://${more.user ?? 'k3s'}:${more.password ?? databasePassword}@tcp(${more.at ?? 'db1:3306'})/${more.database ?? 'k3s'}`;
const postgres = (more: {user?: string; password?: string; at?: string; database?: string} = {}): string =>
  `postgres://${more.user ?? 'k3s'}:${more.password ?? inUrl}@${more.at ?? 'db1:5432'}/${more.database ?? 'k3s'}`;
const clientFiles = () => ({
  ca_file: ca.ca,
  cert_file: join(ca.folder, 'client.crt'),
  key_file: join(ca.folder, 'client.key'),
});

test.before('boot', async () => {
  [ca, otherCa, cluster] = await Promise.all([
    testCa(),
    testCa(),
    clusterLab('datastore', {servers: 2, agents: 0, groups: {db: 1}, aptPackages: databasePackages}),
  ]);
  await ca.issue('client');
  await startDatabases(cluster.lab.host('db1'), ca);
  for (const name of servers) await tune(cluster, name, quick);
});

test.after.always('take down', async () => {
  await cluster?.down();
  await Promise.all([ca?.remove(), otherCa?.remove()]);
});

const inside = async (host: string, script: string): Promise<string> =>
  (await cluster.lab.host(host).exec(['sh', '-c', script], {check: false})).stdout;

const serverListings = async (): ReturnType<ClusterLab['listings']> =>
  new Map([...(await cluster.listings())].filter(([host]) => servers.includes(host)));

const serverPids = async (): Promise<ReadonlyMap<string, string>> =>
  new Map([...(await cluster.mainPids())].filter(([host]) => servers.includes(host)));

const run = async (
  datastore: unknown,
  args: readonly string[] = [],
  more: Record<string, unknown> = {},
): Promise<RunOutcome> => {
  await cluster.setVariables({...(datastore === undefined ? {} : {k3s_datastore: datastore}), ...more});
  return cluster.run(args);
};

/** The password as it may come back in others' words. */
const forms = (password: string): string[] => [
  ...new Set([
    password,
    encodeURIComponent(password),
    JSON.stringify(password).slice(1, -1),
    Buffer.from(password).toString('base64').replace(/=+$/, ''),
    Buffer.from(`k3s:${password}`).toString('base64').replace(/=+$/, ''),
  ]),
];

const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [key, ...stringsIn(member)]);
};

function saysNoPassword(t: ExecutionContext, outcome: RunOutcome, password = databasePassword): void {
  const said = [outcome.stdout, outcome.stderr, ...stringsIn(outcome.events)].join('\n');
  for (const form of forms(password)) t.false(said.includes(form), `the run says ${form}`);
}

/** The run refuses with these words, has written nothing on any server, and has said no password. */
async function refuses(
  t: ExecutionContext,
  outcome: () => Promise<RunOutcome>,
  words: readonly string[],
): Promise<RunOutcome> {
  const [before, pids] = [await serverListings(), await serverPids()];
  const refused = await outcome();
  t.is(refused.code, 2, transcript(refused));
  for (const word of words) t.true(refused.stdout.includes(word), `${word}\n${transcript(refused)}`);
  t.deepEqual(changedPaths(refused.events), []);
  for (const password of [databasePassword, 'secret-word']) saysNoPassword(t, refused, password);
  for (const [host, listing] of await serverListings())
    t.deepEqual(compareListings(before.get(host) ?? [], listing, {ignore: readingLeaves}), [], host);
  t.deepEqual(await serverPids(), pids);
  return refused;
}

interface Wrong {
  readonly given: () => unknown;
  readonly words: readonly string[];
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

const wrong: Readonly<Record<string, Wrong>> = {
  'a format that is not MySQL’s': {
    given: () => 'mysql://k3s:secret-word@db1:3306/k3s',
    words: [
      "the datastore's endpoint is wrong in its host: its address does not stand in tcp(...)",
      "hint: MySQL's endpoints are written mysql://user:password@tcp(host:3306)/database",
      'group_vars/k3s_cluster.json:',
    ],
  },
  'a password that is not the one': {
    given: () => mysql({password: `x${databasePassword}`}),
    words: [
      "server1 cannot use MySQL at db1:3306, database k3s, for its user or password: Access denied for user 'k3s'@'10.213.",
      "server2 cannot use MySQL at db1:3306, database k3s, for its user or password: Access denied for user 'k3s'@'10.213.",
    ],
  },
  'a database that is not there': {
    given: () => mysql({database: 'nosuch'}),
    words: [
      "server1 cannot use MySQL at db1:3306, database nosuch, for its database: Access denied for user 'k3s'@'%' to database 'nosuch'",
    ],
  },
  'a port where nobody listens': {
    given: () => mysql({at: 'db1:3309'}),
    words: ['server1 cannot use MySQL at db1:3309, database k3s, for its host or port: db1:3309: Connection refused'],
  },
  'a name that does not resolve': {
    given: () => postgres({at: 'nosuch.example:5432'}),
    words: [
      'server2 cannot use PostgreSQL at nosuch.example:5432, database k3s, for its host: the name nosuch.example does not resolve there',
    ],
  },
  'a database that one of the servers cannot reach': {
    given: () => mysql(),
    words: [
      'server2 cannot use MySQL at db1:3306, database k3s, for its host or port: no answer from db1:3306 within 10 s',
    ],
    before: async () => cluster.lab.host('server2').setPeers('cut', [cluster.lab.host('db1')]),
    after: async () => cluster.lab.host('server2').setPeers('open', [cluster.lab.host('db1')]),
  },
  'a certificate of another CA': {
    given: () => ({endpoint: postgres(), ca_file: otherCa.ca}),
    words: [
      "server1 cannot use PostgreSQL at db1:5432, database k3s, for the server's certificate: self-signed certificate in certificate chain",
    ],
  },
  'a client certificate that is missing': {
    given: () => ({endpoint: 'https://db1:2379', ca_file: ca.ca}),
    words: ['server1 cannot use etcd at db1:2379, for the client certificate: sslv3 alert bad certificate'],
  },
  'a user who may not make tables': {
    given: () => postgres({user: 'other'}),
    words: [
      'server1 cannot use PostgreSQL at db1:5432, database k3s, for its user: it lacks the right to make tables in schema public',
      'ALTER DATABASE "k3s" OWNER TO "other"',
    ],
  },
  'a PgBouncer that loses prepared statements': {
    given: () => postgres({at: 'db1:6432'}),
    words: [
      'server1 cannot use PostgreSQL at db1:6432, database k3s, for its port: a prepared statement did not outlast a transaction: prepared statement "quorate_',
    ],
  },
};
for (const [title, {given, words, before, after}] of Object.entries(wrong)) {
  test.serial(`refused before anything is touched: ${title}`, async (t) => {
    await before?.();
    try {
      await refuses(t, () => run(given()), words);
    } finally {
      await after?.();
    }
  });
}

/** Both servers are up on the datastore, and what one writes the other reads. */
async function isWhole(t: ExecutionContext): Promise<void> {
  const nodes = await inside('server1', 'k3s kubectl get nodes');
  for (const name of servers) t.regex(nodes, new RegExp(`^${name} +Ready `, 'm'), nodes);
  await inside('server1', 'k3s kubectl create configmap by-one --from-literal=a=b');
  t.regex(await inside('server2', 'k3s kubectl get configmap by-one'), /by-one/);
  const cas = await Promise.all(
    servers.map((name) => inside(name, 'sha256sum < /var/lib/rancher/k3s/server/tls/server-ca.crt')),
  );
  t.is(new Set(cas).size, 1, 'one cluster has one CA');
}

async function changesNothing(t: ExecutionContext, again: RunOutcome): Promise<void> {
  t.is(again.code, 0, transcript(again));
  t.deepEqual(changedPaths(again.events), []);
  t.is(conditionalShare(again.events), 0);
}

test.serial(
  'MariaDB, two servers, a dedicated control plane: the dry run tells the truth, a second run changes nothing',
  async (t) => {
    const more = {k3s_dedicated_control_plane: true};
    const bare = await serverListings();
    const dry = await run(mysql(), ['--check', '--diff'], more);
    t.is(dry.code, 0, transcript(dry));
    for (const [host, listing] of await serverListings())
      t.deepEqual(compareListings(bare.get(host) ?? [], listing, {ignore: readingLeaves}), [], host);
    const real = await run(mysql(), ['--diff'], more);
    t.is(real.code, 0, transcript(real));
    t.deepEqual(changedPaths(dry.events), changedPaths(real.events));
    t.true(changedPaths(real.events).length > 20);
    saysNoPassword(t, dry);
    saysNoPassword(t, real);
    const plays = real.stdout.split('\n').filter((line) => /^(PLAY|changed: .server)/.test(line));
    t.log(plays.filter((line) => line.startsWith('PLAY')).join('\n'));
    await isWhole(t);
    t.regex(await inside('server1', 'k3s kubectl get node server2 -o json'), /"key": ?"CriticalAddonsOnly"/);
    const rows = await inside('db1', `mariadb -N k3s -e "SELECT COUNT(*) FROM kine WHERE name LIKE '/registry/%'"`);
    t.true(Number(rows) > 10, rows);
    await changesNothing(t, await run(mysql(), [], more));
    await changesNothing(t, await run(mysql(), ['--check'], more));
  },
);

test.serial('the password is in no file that others read, no process list, no log', async (t) => {
  for (const host of servers) {
    const patterns = forms(databasePassword).join('\n');
    const script = `cat >/run/patterns
for f in $(grep -rlF -f /run/patterns /etc /usr/local /run/quorate /var/lib/rancher /var/log 2>/dev/null); do stat -c '%a %n' "$f"; done
for p in /proc/[0-9]*; do grep -qF -f /run/patterns "$p/cmdline" "$p/environ" 2>/dev/null && echo "process $(cat "$p/comm")"; done
journalctl --no-pager | grep -cF -f /run/patterns
rm /run/patterns`;
    const found = await cluster.lab.host(host).exec(['sh', '-c', script], {input: patterns, check: false});
    t.deepEqual(found.stdout.trim().split('\n'), ['600 /etc/rancher/k3s/config.yaml', '0'], host);
    const nodes = await inside(host, 'k3s kubectl get nodes -o json');
    for (const form of forms(databasePassword)) t.false(nodes.includes(form), 'a Node tells');
  }
});

test.serial(
  'a running cluster is not moved: another kind, none at all, a database that does not hold it',
  async (t) => {
    await refuses(t, () => run(postgres()), [
      'server1 keeps its data in MySQL at db1:3306, database k3s, and the inventory asks for PostgreSQL',
      'hint: K3s moves no data from one kind of datastore to another',
    ]);
    await refuses(t, () => run(undefined), [
      'server1 keeps its data in MySQL at db1:3306, database k3s, and the inventory names no datastore: K3s would begin anew',
    ]);
    await inside('db1', `mariadb -e "CREATE DATABASE empty; GRANT ALL ON empty.* TO k3s@'%'"`);
    await refuses(t, () => run(mysql({database: 'empty'})), [
      'server1 cannot use MySQL at db1:3306, database empty, for its database: it does not hold the data of the cluster that these servers run',
    ]);
  },
);

test.serial('another way to the same database: one server after the other, and one always answers', async (t) => {
  const pids = await serverPids();
  const {address} = cluster.lab.host('db1');
  const watch = `rm -f /run/gaps; touch /run/watching
( while [ -e /run/watching ]; do
  up=0; for s in server1 server2; do [ "$(curl -sk --max-time 1 https://$s:6443/ping)" = pong ] && up=1; done
  [ $up = 1 ] && echo up >>/run/gaps || echo DOWN >>/run/gaps
  sleep 0.2; done ) >/dev/null 2>&1 &`;
  await inside('db1', watch);
  const moved = await run({endpoint: mysql({at: `${address}:3306`}), ca_file: ca.ca}, ['--diff'], {
    k3s_dedicated_control_plane: true,
  });
  t.is(moved.code, 0, transcript(moved));
  await inside('db1', 'rm /run/watching');
  const seen = (await inside('db1', 'sleep 0.5; cat /run/gaps')).trim().split('\n');
  t.true(seen.length > 10, 'somebody watched');
  t.false(seen.includes('DOWN'), `${seen.filter((one) => one === 'DOWN').length} of ${seen.length} looks found nobody`);
  const restarted = resultsOf(moved.events).filter(
    ({task, outcome}) => task === 'K3s server, with its settings' && outcome.status === 'changed',
  );
  t.deepEqual(
    restarted.map(({host}) => host),
    servers,
  );
  t.notDeepEqual(await serverPids(), pids);
  saysNoPassword(t, moved);
  await isWhole(t);
  await changesNothing(
    t,
    await run({endpoint: mysql({at: `${address}:3306`}), ca_file: ca.ca}, [], {k3s_dedicated_control_plane: true}),
  );
});

/** The node's password stays, as K3s's own script leaves it: the database still holds its hash. */
const uninstall = async (): Promise<void> => {
  await Promise.all(
    servers.map(async (host) => {
      await inside(host, '/usr/local/bin/k3s-uninstall.sh; rm -rf /etc/rancher/k3s');
      await tune(cluster, host, quick);
    }),
  );
};

test.serial(
  'servers built anew on a database that holds a cluster: refused without its token, taken up with it',
  async (t) => {
    const token = (await inside('server1', "sed 's/.*://' /var/lib/rancher/k3s/server/token")).trim();
    await uninstall();
    await refuses(t, () => run(mysql()), [
      'server1 cannot use MySQL at db1:3306, database k3s, for its database: it holds a cluster already, which was made with another token',
      'set k3s_token to its token',
    ]);
    const again = await run(mysql(), ['--limit', 'server2'], {k3s_token: token});
    t.is(again.code, 0, transcript(again));
    t.regex(await inside('server2', 'k3s kubectl get configmap by-one'), /by-one/);
  },
);

test.serial(
  'PostgreSQL under TLS with a client certificate: killed midway, run again, a new CA restarts one after the other',
  async (t) => {
    await uninstall();
    const given = {endpoint: postgres({user: 'k3s'}), password: undefined, ...clientFiles()};
    await cluster.setVariables({k3s_datastore: given});
    const cut = await cluster.run([], {killWhen: (output) => /TASK \[k3s_server : The server is ready\]/.test(output)});
    t.not(cut.code, 0);
    const real = await run(given);
    t.is(real.code, 0, transcript(real));
    saysNoPassword(t, real);
    await isWhole(t);
    t.is(
      (await inside('server2', "stat -c '%a %U %n' /etc/rancher/k3s/datastore/*")).trim(),
      ['ca.crt', 'client.crt', 'client.key'].map((name) => `600 root /etc/rancher/k3s/datastore/${name}`).join('\n'),
    );
    t.regex(
      await inside(
        'db1',
        `su postgres -c "psql -Atc 'SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = \\$\\$k3s\\$\\$'"`,
      ),
      /^t$/m,
    );
    await changesNothing(t, await run(given));
    const both = join(ca.folder, 'both.crt');
    const {readFile} = await import('node:fs/promises');
    await writeFile(both, `${await readFile(ca.ca, 'utf8')}${await readFile(otherCa.ca, 'utf8')}`);
    const renewed = await run({...given, ca_file: both}, ['--diff']);
    t.is(renewed.code, 0, transcript(renewed));
    t.deepEqual(
      changedPaths(renewed.events).map((line) => line.split(' | ').slice(0, 2).join(': ')),
      servers.flatMap((host) => [`${host}: CA of the datastore`, `${host}: K3s server, with its settings`]),
    );
  },
);

test.serial('etcd over https, one address of two down: a warning, and a cluster', async (t) => {
  await uninstall();
  const given = {endpoint: 'https://db1:2379', ...clientFiles()};
  const real = await run({...given, endpoint: 'https://db1:2379,https://db1:2399'});
  t.is(real.code, 0, transcript(real));
  t.regex(real.stdout + real.stderr, /server1: of etcd at db1:2379, db1:2399, db1:2399: Connection refused/);
  await isWhole(t);
  await changesNothing(t, await run({...given, endpoint: 'https://db1:2379,https://db1:2399'}));
});
