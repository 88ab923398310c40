/** The agent's own TCP load balancer on 127.0.0.1:6444: it goes on when the server it registered with dies. */

import {connect, createServer, type Server, type Socket} from 'node:net';
import {messageOf} from '../base/fatal.js';
import {readIfThere, writeWhole} from '../base/files.js';

export interface LoadBalancer {
  readonly url: string;
  /** Replaces the known servers (`host:port`), the configured one staying as a last resort. */
  setServers(addresses: readonly string[]): void;
  close(): void;
}

const DIAL_MS = 3000;

const dial = (address: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const [, host = '', port = '6443'] = /^\[?([^\]]*?)\]?:(\d+)$/.exec(address) ?? [];
    const socket = connect({host, port: Number(port)});
    const timer = setTimeout(() => socket.destroy(new Error('i/o timeout')), DIAL_MS);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });

const join = (a: Socket, b: Socket): void => {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
    from.pipe(to);
  }
};

/** `file` keeps the addresses over restarts, as K3s's agent/etc/k3s-agent-load-balancer.json does. */
export const startLoadBalancer = (serverUrl: string, port: number, file: string): Promise<LoadBalancer> => {
  const {hostname, port: urlPort} = new URL(serverUrl);
  const configured = `${hostname}:${urlPort || '443'}`;
  const saved = JSON.parse(readIfThere(file) || '{}') as {ServerURL?: string; ServerAddresses?: string[]};
  let servers = saved.ServerURL === serverUrl ? (saved.ServerAddresses ?? []) : [];
  const save = () => writeWhole(file, JSON.stringify({ServerURL: serverUrl, ServerAddresses: servers}, null, 2));
  save();

  const route = async (client: Socket): Promise<void> => {
    let failure: unknown;
    for (const address of [...new Set([...servers, configured])]) {
      try {
        const upstream = await dial(address);
        // The one that answered goes first next time.
        servers = servers.includes(address) ? [address, ...servers.filter((one) => one !== address)] : servers;
        return join(client, upstream);
      } catch (error) {
        failure = error;
      }
    }
    client.destroy(new Error(messageOf(failure)));
  };

  const server: Server = createServer((client) => {
    client.on('error', () => {});
    void route(client);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        url: `https://127.0.0.1:${port}`,
        setServers: (addresses) => {
          if ([...addresses].sort().join() === [...servers].sort().join()) return;
          servers = [...addresses];
          save();
        },
        close: () => server.close(),
      }),
    );
  });
};
