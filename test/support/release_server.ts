import {createHash, randomBytes} from 'node:crypto';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';

/** A server of releases as GitHub's: a folder for each tag, `+` written as %2B, and downloads by a redirect to elsewhere. */
export interface ReleaseServer {
  readonly port: number;
  /** What was asked for, as it was written. */
  readonly requests: string[];
  /** The binary of a version that it has. */
  readonly binary: Buffer;
  /** The next so many downloads of a binary break off halfway. */
  breakOff(times: number): void;
  /** Whether it goes on in the middle (Range); GitHub's does. */
  ranges: boolean;
  /** The binary it hands out is not the one it has published. */
  altered: boolean;
  close(): Promise<void>;
}

export const releasedVersion = 'v1.30.6+k3s1';

const files = {'sha256sum-amd64.txt': 'k3s', 'sha256sum-arm64.txt': 'k3s-arm64'} as const;

/** One bit is another. */
const alteredFrom = (binary: Buffer): Buffer => {
  const altered = Buffer.from(binary);
  altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
  return altered;
};

export async function releaseServer(sizeBytes = 300_000): Promise<ReleaseServer> {
  const head = Buffer.from(`#!/bin/sh\necho 'k3s version ${releasedVersion} (0000)'\nexit 0\n`);
  const binary = Buffer.concat([head, randomBytes(sizeBytes)]);
  const sum = createHash('sha256').update(binary).digest('hex');
  let breaks = 0;
  const folder = `/download/${encodeURIComponent(releasedVersion)}/`;
  const self = {requests: [] as string[], binary, ranges: true, altered: false};

  const send = (request: IncomingMessage, response: ServerResponse): void => {
    const body = self.altered ? alteredFrom(binary) : binary;
    const from = self.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0) : 0;
    const rest = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': rest.length,
      ...(self.ranges ? {'accept-ranges': 'bytes'} : {}),
      ...(from > 0 ? {'content-range': `bytes ${from}-${body.length - 1}/${body.length}`} : {}),
    });
    if (breaks === 0) {
      response.end(rest);
      return;
    }
    breaks -= 1;
    response.write(rest.subarray(0, rest.length / 2), () => setTimeout(() => response.destroy(), 20));
  };

  const server: Server = createServer((request, response) => {
    const url = request.url ?? '';
    self.requests.push(`${url}${request.headers.range === undefined ? '' : ` from ${request.headers.range}`}`);
    const name = url.startsWith(folder) ? url.slice(folder.length) : '';
    if (name in files)
      response.end(`${'0'.repeat(64)}  k3s-airgap-images-amd64.tar\n${sum}  ${files[name as keyof typeof files]}\n`);
    else if (Object.values(files).includes(name as 'k3s')) {
      response.writeHead(302, {location: `/elsewhere/${name}`});
      response.end();
    } else if (url.startsWith('/elsewhere/')) send(request, response);
    else {
      response.writeHead(404);
      response.end('Not Found');
    }
  });
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  return Object.assign(self, {
    port: (server.address() as AddressInfo).port,
    breakOff: (times: number) => {
      breaks = times;
    },
    close: () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  });
}
