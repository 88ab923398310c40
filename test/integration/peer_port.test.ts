/** How a peer port is seen by the curl of this machine, against real ports. */
import {execFile} from 'node:child_process';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {promisify} from 'node:util';
import test from 'ava';
import {peerPort} from '../../src/cluster/index.js';
import {hostShells} from '../support/played_programs.js';

const run = promisify(execFile);

/** A port on this machine that does so with every connection, while the body runs. */
async function withPort<T>(taken: (socket: Socket) => void, body: (port: number) => Promise<T>): Promise<T> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    taken(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await body((server.address() as AddressInfo).port);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

for (const [file, ...args] of hostShells) {
  // There are no certificates of etcd here; none of the answers depends on them.
  const seen = async (url: string): Promise<string> => {
    const script = `t=/nonexistent\n${peerPort.source.replaceAll('--cert "$t/peer-server-client.crt" --key "$t/peer-server-client.key"', '')}\npeer_port ${url}`;
    return (await run(file, [...args, '-c', script])).stdout;
  };

  test(`${file}: one that takes the connection and says nothing is open`, async (t) => {
    await withPort(
      () => undefined,
      async (port) => t.is(await seen(`https://127.0.0.1:${port}`), 'open\n'),
    );
  });

  test(`${file}: one that speaks no TLS, or hangs up, is open`, async (t) => {
    await withPort(
      (socket) => socket.end('SSH-2.0-x\r\n'),
      async (port) => t.is(await seen(`https://127.0.0.1:${port}`), 'open\n'),
    );
  });

  test(`${file}: one that refuses is closed`, async (t) => {
    const port = await withPort(
      () => undefined,
      async (free) => free,
    );
    t.is(await seen(`https://127.0.0.1:${port}`), 'closed\n');
  });
}
