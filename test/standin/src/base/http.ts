/** One small HTTP client for everything the stand-in asks: supervisors, API servers, etcd's gateway. */

import {type Agent as HttpAgent, request as httpRequest, type IncomingMessage} from 'node:http';
import {type Agent, request as httpsRequest} from 'node:https';

export interface HttpRequest {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly agent?: Agent | HttpAgent;
  readonly timeoutMs?: number;
  /** Called with each chunk instead of gathering the body (snapshots). */
  readonly onChunk?: (chunk: Buffer) => void;
}

export interface HttpReply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends one request; rejects on transport errors only, in Go's words where K3s's users would see them. */
export const send = (asked: HttpRequest): Promise<HttpReply> =>
  new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Get "${asked.url}": ${why}`));
    const request = asked.url.startsWith('https:') ? httpsRequest : httpRequest;
    const out = request(
      asked.url,
      {
        method: asked.method ?? 'GET',
        headers: {
          ...asked.headers,
          ...(asked.body === undefined ? {} : {'content-length': Buffer.byteLength(asked.body)}),
        },
        ...(asked.agent ? {agent: asked.agent} : {}),
      },
      (reply) => {
        const chunks: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => (asked.onChunk ? asked.onChunk(chunk) : chunks.push(chunk)));
        reply.on('error', (error) => fail(error.message));
        reply.on('end', () =>
          resolve({
            status: reply.statusCode ?? 0,
            statusText: `${reply.statusCode} ${reply.statusMessage}`,
            headers: reply.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    out.setTimeout(asked.timeoutMs ?? 10_000, () => {
      fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)');
      out.destroy();
    });
    out.on('error', (error) => fail(goWords(error)));
    out.end(asked.body);
  });

/** Node's error as Go prints it: `dial tcp 10.0.0.1:6443: connect: connection refused`. */
const goWords = (error: NodeJS.ErrnoException & {address?: string; port?: number; errors?: Error[]}): string => {
  const first = (error.errors?.[0] ?? error) as typeof error;
  const words: Record<string, string> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ETIMEDOUT: 'i/o timeout',
  };
  const code = first.code ?? '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `dial tcp: ${first.message}: no such host`;
  const said = words[code];
  return said ? `dial tcp ${first.address}:${first.port}: ${said}` : first.message;
};

/** The whole body of a request that was received. */
export const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
};
