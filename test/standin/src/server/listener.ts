/** Port 6443: supervisor and API server behind one TLS listener, as in K3s. */

import type {IncomingMessage, ServerResponse} from 'node:http';
import {createServer, type Server} from 'node:https';
import {callerOf, isIn} from '../api/auth.js';
import {healthReply, readyChecks} from '../api/health.js';
import {StatusError} from '../api/objects.js';
import {handleRest, statusBody} from '../api/rest.js';
import {type FatalError, messageOf} from '../base/fatal.js';
import {readIfThere} from '../base/files.js';
import {bodyOf} from '../base/http.js';
import {sleep} from '../base/time.js';
import {goVersion, parseVersion, version} from '../base/version.js';
import {readPair} from '../pki/leaves.js';
import type {Pair} from '../pki/x509.js';
import {preparing} from './access.js';
import type {ServerState, Setup} from './state.js';
import {isSupervisorPath, supervise} from './supervisor.js';

const reply = (response: ServerResponse, code: number, type: string, body: string): void => {
  response.writeHead(code, {'content-type': type, 'content-length': Buffer.byteLength(body)});
  response.end(body);
};

const replyJson = (response: ServerResponse, code: number, body: unknown): void =>
  reply(response, code, 'application/json', `${JSON.stringify(body)}\n`);

/** How long a health check waits for the datastore. */
const HEALTH_MS = 2000;

export interface Listener {
  readonly server: Server;
  /** Serves another certificate from the next connection on. */
  use(pair: Pair): void;
}

export const listen = (setup: Setup, state: ServerState): Promise<Listener> => {
  const {layout, options, log} = setup;
  const tls = (pair: Pair) => ({
    key: pair.key,
    cert: pair.cert,
    ca: readIfThere(layout.tls('client-ca.crt')) ?? '',
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2' as const,
  });
  const server = createServer(tls(readPair(layout.tls('serving-kube-apiserver'))), (request, response) => {
    handle(setup, state, request, response).catch((error: unknown) => {
      log.error(`${request.method} ${request.url}: ${messageOf(error)}`);
      if (!response.headersSent) replyJson(response, 500, statusBody(500, 'InternalError', messageOf(error)));
    });
  });
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options.bindAddress ?? '', options.port)));
    server.listen({port: options.port, ...(options.bindAddress ? {host: options.bindAddress} : {})}, () =>
      resolve({server, use: (pair) => server.setSecureContext(tls(pair))}),
    );
  });
};

/** As Go says it (pkg/cluster, "start cluster and https"). */
const cannotListen = (error: NodeJS.ErrnoException, host: string, port: number): FatalError =>
  preparing(
    `start cluster and https: ${error.code === 'EADDRINUSE' ? `listen tcp ${host}:${port}: bind: address already in use` : messageOf(error)}`,
  );

const handle = async (
  setup: Setup,
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? '/', 'https://k3s');
  if (isSupervisorPath(url.pathname)) {
    const answer = await supervise(setup, state, request, url.pathname);
    return reply(response, answer.code, answer.type, answer.body);
  }
  if (!state.objects) return reply(response, 503, 'text/plain', 'apiserver not ready');
  const caller = callerOf(request, () => readIfThere(setup.layout.tls('client-ca.crt')) ?? '', state.passwords);
  if (!caller) return replyJson(response, 401, statusBody(401, 'Unauthorized', 'Unauthorized'));
  const health = /^\/(readyz|livez|healthz)(\/.*)?$/.exec(url.pathname)?.[1];
  if (health) return replyHealth(setup, state, url, health, response);
  if (url.pathname === '/version') return replyJson(response, 200, versionInfo());
  if (!isIn(caller, 'system:masters', 'system:nodes')) {
    const message = `forbidden: User "${caller.user}" cannot ${(request.method ?? 'get').toLowerCase()} path "${url.pathname}"`;
    return replyJson(response, 403, statusBody(403, 'Forbidden', message));
  }
  await replyRest(state.objects, request, url, response);
};

const replyHealth = async (setup: Setup, state: ServerState, url: URL, endpoint: string, response: ServerResponse) => {
  const asked = state.store?.get('/registry/health').then(
    () => true,
    () => false,
  );
  const datastore = await Promise.race([asked, sleep(HEALTH_MS).then(() => false)]);
  const hooksDone = endpoint !== 'readyz' || setup.now().getTime() >= state.hooksDoneAt;
  const {code, text} = healthReply(
    endpoint,
    readyChecks(datastore ?? false, hooksDone),
    url.searchParams.has('verbose'),
  );
  reply(response, code, 'text/plain; charset=utf-8', text);
};

const replyRest = async (
  objects: NonNullable<ServerState['objects']>,
  request: IncomingMessage,
  url: URL,
  response: ServerResponse,
) => {
  try {
    const {code, body} = await handleRest(objects, {
      method: request.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      contentType: String(request.headers['content-type'] ?? ''),
      body: await bodyOf(request),
    });
    replyJson(response, code, body);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    replyJson(response, error.code, statusBody(error.code, error.reason, error.message));
  }
};

const versionInfo = () => {
  const [major, minor] = parseVersion(version);
  return {
    major: String(major),
    minor: String(minor),
    gitVersion: version,
    goVersion,
    compiler: 'gc',
    platform: 'linux/amd64',
  };
};
