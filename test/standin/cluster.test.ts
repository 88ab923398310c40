/** The stand-in as a cluster, on throw-away hosts: what K3s was seen to do is made to happen here. */

import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import anyTest, {type ExecutionContext, type Implementation, type TestFn} from 'ava';
import {becomes, DB, idOf, joining, memberOf, ready, TOKEN, voters} from './support/cluster.js';
import {type Host, makeHosts, until, whyNot} from './support/hosts.js';

interface World {
  readonly k3s: string;
}

const test = anyTest as TestFn<World>;
const reason = whyNot();
/** Runs alone; without hosts it is skipped, and its title says why. */
const scenario = (title: string, run: Implementation<[], World>) =>
  reason ? test.skip(`${title} (${reason})`, run) : test.serial(title, run);
const here = dirname(fileURLToPath(import.meta.url));

test.before((t) => {
  if (reason) return;
  const folder = mkdtempSync(join(tmpdir(), 'standin-'));
  const k3s = join(folder, 'k3s');
  Object.assign(t.context, {k3s, folder});
  execFileSync(process.execPath, [join(here, 'build.mjs'), '--quiet', '--version', 'v1.30.6+k3s1', '--out', k3s]);
});

test.after.always((t) => {
  if (t.context.k3s) rmSync(dirname(t.context.k3s), {recursive: true, force: true});
});

/** Hosts of this test alone, gone after it. */
const hosts = <N extends string>(t: ExecutionContext<World>, ...names: N[]): Record<N, Host> => {
  const made = makeHosts(t.context.k3s, names);
  t.teardown(made.remove);
  return Object.fromEntries(made.all.map((host) => [host.name, host])) as Record<N, Host>;
};

const firstServer = async (host: Host) => {
  host.start(['server', '--cluster-init']);
  await ready(host);
};

scenario(
  'SQLite, then etcd: a conversion killed midway serves a part and says nothing, repaired it serves all',
  async (t) => {
    const {server1} = hosts(t, 'server1');
    server1.start(['server']);
    await ready(server1);
    t.is(server1.run(['curl', '-sk', 'https://127.0.0.1:6443/ping']).out, 'pong');
    t.is(
      server1.run(['curl', '-sk', '-o', '/dev/null', '-w', '%{http_code}', 'https://127.0.0.1:6443/readyz']).out,
      '401',
    );
    t.is(server1.kubectl('create', 'configmap', 'zoo', '--from-literal=a=b').status, 0);
    t.false(existsSync(server1.path(`${DB}/etcd`)));
    await server1.stop();
    t.is(server1.exited, 0);

    server1.start(['server', '--cluster-init'], {K3S_STANDIN_MIGRATE_DIE_AFTER: '1'});
    await until('it died', () => server1.exited !== undefined);
    t.is(server1.exited, 'SIGKILL');
    await firstServer(server1);
    t.is(server1.kubectl('get', 'configmap', 'zoo', '--ignore-not-found').out, '');
    t.true(existsSync(server1.path(`${DB}/state.db`)));
    t.false(existsSync(server1.path(`${DB}/state.db.migrated`)));

    await server1.stop();
    rmSync(server1.path(`${DB}/etcd`), {recursive: true});
    await firstServer(server1);
    t.is(server1.kubectl('get', 'configmap', 'zoo', '-o', 'jsonpath={.data.a}').out, 'b');
    t.true(existsSync(server1.path(`${DB}/state.db.migrated`)));
    t.regex(server1.log(), /level=info msg="Migrating etcd key \/registry\/configmaps\/default\/zoo"/);
    t.deepEqual(voters(server1), ['server1']);
  },
);

scenario('two servers and an agent join at the same moment', async (t) => {
  const {server1, server2, server3, agent1} = hosts(t, 'server1', 'server2', 'server3', 'agent1');
  await firstServer(server1);
  server2.start(['server', ...joining(server1)]);
  server3.start(['server', ...joining(server1)]);
  agent1.start(['agent', ...joining(server1), '--node-label', 'kind=worker', '--node-taint', 'k=v:NoSchedule']);
  await Promise.all([ready(server2), ready(server3)]);
  for (const node of ['server1', 'server2', 'server3', 'agent1']) await becomes(server3, node, 'Ready');
  t.deepEqual(voters(server2), ['server1', 'server2', 'server3']);
  t.is(new Set([server1, server2, server3].map(idOf)).size, 1);

  const shown = server1.kubectl(
    'get',
    'node',
    'agent1',
    '-o',
    'jsonpath={.metadata.labels.kind} {.spec.taints[0].value}',
  );
  t.is(shown.out, 'worker v');
  const args = server2.kubectl(
    'get',
    'node',
    'server2',
    '-o',
    'jsonpath={.metadata.annotations.k3s\\.io/node-args}',
  ).out;
  t.deepEqual((JSON.parse(args) as string[]).slice(-2), ['--token', '********']);
  await until('EtcdIsVoter', () => server1.kubectl('wait', '--for=condition=EtcdIsVoter', 'node/server3').status === 0);

  await server1.stop('SIGKILL');
  await until('another leads', () => server2.kubectl('label', 'node', 'agent1', 'a=b', '--overwrite').status === 0);
  await agent1.stop();
  agent1.start(['agent', ...joining(server1), '--node-label', 'moved=yes']);
  await until('the agent came back through another server', () => {
    const {out} = server2.kubectl('get', 'node', 'agent1', '-o', 'jsonpath={.metadata.labels.moved}');
    return out === 'yes';
  });
});

scenario(
  "the wrong token, another CA, other critical flags, a server on SQLite: each refused in K3s's words",
  async (t) => {
    const {server1, server2} = hosts(t, 'server1', 'server2');
    const url = ['--server', `https://${server1.address}:6443`];
    const refused = async (args: string[], words: RegExp) => {
      server2.start(['server', ...url, ...args]);
      await until('it gave up', () => server2.exited !== undefined);
      t.is(server2.exited, 1);
      t.regex(server2.log(), words);
      await server2.wipe();
    };
    server1.start(['server']);
    await ready(server1);
    const [, password = ''] = server1.read(TOKEN).trim().split('::server:');
    await refused(['--token', password], /server-bootstrap: 400 Bad Request"/);
    await server1.stop();
    await firstServer(server1);
    await refused(['--token', 'wrong'], /level=fatal msg="starting kubernetes: preparing server: .*not authorized"/);
    const foreign = `K10${'0'.repeat(64)}::server:${password}`;
    await refused(['--token', foreign], /token CA hash does not match the Cluster CA certificate hash: 0{64} != /);
    await refused(
      ['--token', password, '--flannel-backend=none', '--disable-network-policy'],
      /mismatched: disable-network-policy[\s\S]*critical configuration value mismatch between servers/,
    );
    await server1.stop();
    server1.start(['server', '--token', 'other']);
    await until('it gave up', () => server1.exited !== undefined);
    t.regex(server1.log(), /bootstrap data already found and encrypted with different token/);
  },
);

scenario('kill -9, a wiped server, and a whole cluster stopped: always the same cluster', async (t) => {
  const {server1, server2, server3} = hosts(t, 'server1', 'server2', 'server3');
  await firstServer(server1);
  for (const host of [server2, server3]) {
    host.start(['server', ...joining(server1)]);
    await ready(host);
  }
  const cluster = idOf(server1);
  const token = joining(server1);

  await server3.stop('SIGKILL');
  await until('its etcd died with it', () => server3.pids().length === 0, 10);
  t.is(server2.kubectl('create', 'configmap', 'meanwhile').status, 0);
  server3.start(['server', ...token]);
  await ready(server3);
  t.is(server3.kubectl('get', 'configmap', 'meanwhile', '-o', 'name').out, 'configmap/meanwhile\n');

  // The first server wiped: it has to join a living one, and cannot before its old member is gone.
  const before = memberOf(server2, 'server1');
  await server1.wipe();
  const throughTwo = ['--server', `https://${server2.address}:6443`, ...token.slice(2)];
  server1.start(['server', ...throughTwo]);
  await until('it gave up', () => server1.exited !== undefined);
  t.regex(
    server1.log(),
    /level=fatal msg="ETCD join failed: duplicate node name found, please use a unique name for this node"/,
  );
  // Where server1 led, the others elect first, and nothing is written meanwhile.
  await until('it is deleted', () => server2.kubectl('delete', 'node', 'server1', '--ignore-not-found').status === 0);
  t.deepEqual(voters(server2), ['server2', 'server3']);
  t.is(
    server2.kubectl('-n', 'kube-system', 'get', 'secret', 'server1.node-password.k3s', '--ignore-not-found').out,
    '',
  );
  server1.start(['server', ...throughTwo]);
  await ready(server1);
  t.is(idOf(server1), cluster);
  t.not(memberOf(server2, 'server1'), before);

  await Promise.all([server1, server2, server3].map((host) => host.stop('SIGKILL')));
  server1.start(['server', '--cluster-init']);
  for (const host of [server2, server3]) host.start(['server', ...token]);
  await Promise.all([server1, server2, server3].map(ready));
  t.deepEqual([...new Set([server1, server2, server3].map(idOf))], [cluster]);
  t.is(voters(server3).length, 3);
  t.is(server1.kubectl('get', 'configmap', 'meanwhile', '-o', 'name').out, 'configmap/meanwhile\n');
});

scenario('a node of the same name with another password is not let in', async (t) => {
  const {server1, agent1} = hosts(t, 'server1', 'agent1');
  await firstServer(server1);
  agent1.start(['agent', ...joining(server1)]);
  await becomes(server1, 'agent1', 'Ready');
  await agent1.wipe();
  agent1.start(['agent', ...joining(server1)]);
  await until('it was rejected', () => /Node password rejected, duplicate hostname/.test(agent1.log()));
  t.is(server1.kubectl('delete', 'node', 'agent1').status, 0);
  await becomes(server1, 'agent1', 'Ready');
});

scenario('a removed member rejoins under a new name; a snapshot brings its time back', async (t) => {
  const {server1, server2} = hosts(t, 'server1', 'server2');
  await firstServer(server1);
  server2.start(['server', ...joining(server1)]);
  await ready(server2);
  await becomes(server1, 'server2', 'Ready');
  const old = memberOf(server1, 'server2');
  server1.kubectl('annotate', 'node', 'server2', 'etcd.k3s.cattle.io/remove=true');
  await until('it ended', () => server2.exited !== undefined);
  t.true(existsSync(server2.path(`${DB}/etcd/tombstone`)));
  t.deepEqual(voters(server1), ['server1']);
  const annotation = 'jsonpath={.metadata.annotations.etcd\\.k3s\\.cattle\\.io/removed-node-name}';
  t.is(server1.kubectl('get', 'node', 'server2', '-o', annotation).out, old);
  server2.start(['server', ...joining(server1)]);
  await ready(server2);
  t.deepEqual(voters(server1), ['server1', 'server2']);
  t.not(memberOf(server1, 'server2'), old);

  t.is(server1.kubectl('create', 'configmap', 'kept').status, 0);
  t.regex(server1.k3s('etcd-snapshot', 'save', '--name', 'before').out, /Snapshot before-server1-\d+ saved\./);
  const [, name = ''] = /^(before-\S+)/m.exec(server1.k3s('etcd-snapshot', 'ls').out) ?? [];
  t.is(server1.kubectl('create', 'configmap', 'after').status, 0);
  await Promise.all([server1.stop(), server2.stop()]);
  server1.start(['server', '--cluster-reset', `--cluster-reset-restore-path=${DB}/snapshots/${name}`]);
  await until('the reset is done', () => server1.exited !== undefined);
  t.is(server1.exited, 0);
  server1.start(['server', '--cluster-reset']);
  await until('it refuses a second time', () => server1.exited !== undefined);
  t.regex(server1.log(), /cluster-reset was successfully performed, please remove the cluster-reset flag/);
  server1.start(['server']);
  await ready(server1);
  t.is(server1.kubectl('get', 'configmap', 'after', '--ignore-not-found').out, '');
  t.is(server1.kubectl('get', 'configmap', 'kept', '-o', 'name').out, 'configmap/kept\n');
  t.deepEqual(voters(server1), ['server1']);
});
