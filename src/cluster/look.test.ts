import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {lookScript} from './look.js';
import {parseLook, parseMemberList} from './sighting.js';

const look = (shell: string[], root: string) => {
  const paths = {
    dataDir: join(root, 'data'),
    configFile: join(root, 'config.yaml'),
    binDir: join(root, 'bin'),
    systemdDir: join(root, 'units'),
  };
  const [file = '', ...args] = shell;
  return parseLook(execFileSync(file, args, {input: lookScript(paths).source, encoding: 'utf8'}));
};

const shells = [['dash'], ['bash'], ['busybox', 'ash']];

for (const shell of shells) {
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

test('units, addresses, members and metrics are read from their lines', (t) => {
  const members = Buffer.from(
    JSON.stringify({
      header: {cluster_id: '42'},
      members: [
        {ID: '1', name: 's1-00000000', peerURLs: ['https://10.0.0.1:2380'], clientURLs: []},
        {ID: '2', isLearner: true},
      ],
    }),
  ).toString('base64');
  const seen = parseLook(
    [
      'unit k3s LoadState=loaded',
      'unit k3s ActiveState=active',
      'unit k3s NRestarts=3',
      'unit k3s UnitFileState=enabled',
      'address eth0 10.0.0.1/24',
      `sums k3s ${Buffer.from('abc  /x\n').toString('base64')}`,
      `members ${members}`,
      'metric etcd_server_has_leader 1',
      'ping pong',
    ].join('\n'),
  );
  t.like(seen.server, {load: 'loaded', active: 'active', restarts: 3, enabled: 'enabled', sums: 'abc  /x\n'});
  t.deepEqual(seen.addresses, [{device: 'eth0', address: '10.0.0.1'}]);
  t.is(seen.etcd?.clusterId, '42');
  t.deepEqual(
    seen.etcd?.members.map(({isLearner}) => isLearner),
    [false, true],
  );
  t.true(seen.etcd?.hasLeader);
  t.false(seen.etcd?.isLeader);
  t.true(seen.ping);
  t.is(seen.agent, undefined);
});

test('an answer that is no member list is none', (t) => {
  t.is(parseMemberList(''), undefined);
  t.is(parseMemberList('{"error":"x"}'), undefined);
});
