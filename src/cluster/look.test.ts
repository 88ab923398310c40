import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {hostShells} from '../../test/support/played_programs.js';
import {defaultPaths, lookScript} from './look.js';
import {lookFunctions} from './look_functions.js';
import {parseLook} from './sighting.js';

const look = (shell: readonly string[], root: string) => {
  const paths = {
    dataDir: join(root, 'data'),
    configFile: join(root, 'config.yaml'),
    binDir: join(root, 'bin'),
    systemdDir: join(root, 'units'),
  };
  const [file = '', ...args] = shell;
  return parseLook(execFileSync(file, args, {input: lookScript(paths).source, encoding: 'utf8'}));
};

for (const shell of hostShells) {
  test(`a bare root and one with data, read in ${shell.join(' ')}`, (t) => {
    const root = mkdtempSync(join(tmpdir(), "look it's "));
    try {
      const bare = look(shell, root);
      t.false(bare.data.wal);
      t.is(bare.version, undefined);
      t.is(bare.configText, undefined);
      t.true(bare.nowEpochSeconds > 1_600_000_000);
      mkdirSync(join(root, 'data/server/db/etcd/member/wal'), {recursive: true});
      mkdirSync(join(root, 'config.yaml.d'));
      mkdirSync(join(root, 'bin'));
      writeFileSync(join(root, 'data/server/token'), 'K10abc::server:pw\n');
      writeFileSync(join(root, 'data/server/db/etcd/name'), 'server1-0123abcd');
      writeFileSync(join(root, 'config.yaml'), 'a: "it\'s \\n"\n');
      writeFileSync(join(root, 'config.yaml.d/10 x.yaml'), 'b: 1\n');
      writeFileSync(join(root, 'bin/k3s'), '#!/bin/sh\necho "k3s version v1.30.6+k3s1 (abcdef)"\n', {mode: 0o755});
      const member = look(shell, root);
      t.true(member.data.wal);
      t.is(member.data.etcdName, 'server1-0123abcd');
      t.is(member.data.token?.reveal(), 'K10abc::server:pw');
      t.is(member.configText, 'a: "it\'s \\n"\n');
      t.deepEqual(member.dropIns, [{path: join(root, 'config.yaml.d/10 x.yaml'), text: 'b: 1\n'}]);
      t.is(member.version, 'v1.30.6+k3s1');
    } finally {
      rmSync(root, {recursive: true});
    }
  });
}

const journal = `time="x" level=info msg="Managed etcd cluster bootstrap already complete and initialized"
{"level":"warn","ts":"2026-11-29T09:47:30.380Z","caller":"rafthttp/http.go:413","msg":"failed to find remote peer in cluster"}
{"level":"warn","ts":"2026-11-29T09:47:31.380Z","caller":"x","msg":"another"}
{"level":"warn","ts":"2026-11-29T09:47:32.380Z","caller":"rafthttp/http.go:413","msg":"failed to find remote peer in cluster"}
{"level":"warn","ts":"2026-11-29T09:47:33.380Z","caller":"rafthttp/http.go:413","msg":"failed to find remote peer in cluster"}
`;

for (const [file, ...args] of hostShells) {
  /** What is said of an etcd that does not answer, with these files in its log's folder. */
  const silentEtcd = (files: readonly string[], start: string, sumsAge = 1): string => {
    const root = mkdtempSync(join(tmpdir(), "wal it's "));
    try {
      for (const name of files) writeFileSync(join(root, name), 'abc');
      writeFileSync(join(root, 'sums'), '');
      utimesSync(join(root, 'sums'), sumsAge, sumsAge);
      const input = `${lookFunctions.source}\njournalctl() { [ "$5" = _SYSTEMD_INVOCATION_ID=i1 ] && printf %s "$SAID"; }\nk3s_start=${start} k3s_sums=$WAL/sums; silent_etcd "$WAL"\n`;
      const env = {...process.env, SAID: journal, WAL: root};
      return execFileSync(file, args, {input, encoding: 'utf8', env});
    } finally {
      rmSync(root, {recursive: true});
    }
  };

  test(`an etcd that does not answer, in ${file}`, (t) => {
    const said =
      'start found-data\nstart unknown-peer 2026-11-29T09:47:30.380Z\nstart unknown-peer 2026-11-29T09:47:33.380Z\n';
    t.is(silentEtcd(['0-0.wal', '0.tmp'], 'i1'), `data.wal-begins YWJj\n\n${said}`);
    t.is(silentEtcd(['0-0.wal', '1-0.wal'], 'i1'), said);
    t.is(silentEtcd([], 'i1'), said);
    t.is(silentEtcd(['0-0.wal'], ''), 'data.wal-begins YWJj\n\n');
    const later = Date.now() / 1000 + 5;
    t.is(silentEtcd(['0-0.wal'], '', later), 'data.wal-begins YWJj\n\nstart found-data\n');
    t.is(silentEtcd(['0-0.wal'], 'i2'), 'data.wal-begins YWJj\n\n');
  });
}

/** Lines of /proc/net/tcp, and what they say of port 2380. */
const sockets: Record<string, {lines: string; said: string}> = {
  'a listener on every address': {
    lines: '   0: 00000000:094C 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1\n',
    said: 'held',
  },
  'a listener of IPv6': {
    lines: `   1: ${'0'.repeat(32)}:094C ${'0'.repeat(32)}:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1 1\n`,
    said: 'held',
  },
  'a connection to another’s port, and listeners on others': {
    lines:
      '   0: 0100000A:C350 0200000A:094C 01 00000000:00000000\n   1: 00000000:094B 00000000:0000 0A 00000000:00000000\n',
    said: 'free',
  },
};

for (const [file, ...args] of hostShells)
  for (const [name, {lines, said}] of Object.entries(sockets))
    test(`etcd's peer port by ${name}, in ${file}`, (t) => {
      const input = `${lookFunctions.source}\ncat() { printf %s "$LINES_SEEN"; }\npeer_port_here\n`;
      const answer = execFileSync(file, args, {input, encoding: 'utf8', env: {...process.env, LINES_SEEN: lines}});
      t.is(answer, `peer-port ${said}\n`);
    });

test('the look hashes what a service would be started with only where that is asked for', (t) => {
  const {source} = lookScript(defaultPaths);
  t.true(source.includes('\n:\n'));
  t.is(lookScript(defaultPaths, {sums: true}).source, source.replace('\n:\n', '\nsums_now\n'));
});

test("K3s's own places", (t) => {
  t.deepEqual(defaultPaths, {
    dataDir: '/var/lib/rancher/k3s',
    configFile: '/etc/rancher/k3s/config.yaml',
    binDir: '/usr/local/bin',
    systemdDir: '/etc/systemd/system',
  });
});
