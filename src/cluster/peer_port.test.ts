/** What is made of the answers of curl, which is played here: each call ends as the row says, and prints how long it took to connect. */
import test from 'ava';
import {hostShells, playedPrograms} from '../../test/support/played_programs.js';
import {sh} from '../shell/index.js';
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

for (const shell of hostShells)
  for (const [title, {tls, connected, seen}] of Object.entries(rows))
    test(`${shell[0]}: ${title}`, (t) => {
      const {run} = playedPrograms(t, {
        curl: `case $* in '${withTls}') exit ${tls};; '${plain}') printf ${connected ?? 'unasked'}; exit 28;; *) exit 7;; esac`,
      });
      const {stdout, status} = run(
        shell,
        sh`t=/etcd
${peerPort}
peer_port ${url}`,
      );
      t.deepEqual([status, stdout], [0, `${seen}\n`]);
    });
