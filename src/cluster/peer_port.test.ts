/** What is made of the answers of curl, which is played here: each call ends as the row says, and prints how long it took to connect. */
import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {peerPort} from './peer_port.js';

const url = 'https://10.0.0.2:2380';
const withTls = `-sk --max-time 3 -o /dev/null --cert /etcd/peer-server-client.crt --key /etcd/peer-server-client.key ${url}/version`;
const plain = '-s --max-time 3 -o /dev/null -w %{time_connect} http://10.0.0.2:2380/version';

const rows: Record<string, {readonly tls: number; readonly connected?: string; readonly seen: string}> = {
  'an answer': {tls: 0, seen: 'open'},
  'a certificate that is refused': {tls: 56, seen: 'open'},
  'no TLS': {tls: 35, seen: 'open'},
  'nobody listens': {tls: 7, seen: 'closed'},
  'no word in time, and no connection': {tls: 28, connected: '0.000000', seen: 'silent'},
  'no word in time, and no connection, where numbers have a comma': {tls: 28, connected: '0,000000', seen: 'silent'},
  'no word in time after a connection': {tls: 28, connected: '0.000412', seen: 'open'},
};

for (const [file = '', ...args] of [['dash'], ['bash'], ['busybox', 'ash']])
  for (const [title, {tls, connected, seen}] of Object.entries(rows))
    test(`${file}: ${title}`, (t) => {
      const bin = mkdtempSync(join(tmpdir(), 'quorate-curl-'));
      try {
        writeFileSync(
          join(bin, 'curl'),
          `#!/bin/sh\ncase $* in '${withTls}') exit ${tls};; '${plain}') printf ${connected ?? 'unasked'}; exit 28;; *) exit 7;; esac\n`,
          {mode: 0o755},
        );
        const input = `t=/etcd\n${peerPort.source}\npeer_port ${url}\n`;
        const env = {...process.env, PATH: `${bin}:${process.env.PATH}`};
        t.is(execFileSync(file, args, {input, env, encoding: 'utf8'}), `${seen}\n`);
      } finally {
        rmSync(bin, {recursive: true});
      }
    });
