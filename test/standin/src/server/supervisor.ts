/** The supervisor's paths: what joining servers and agents ask before they are part of the cluster. */

import type {IncomingMessage} from 'node:http';
import {callerOf, isIn} from '../api/auth.js';
import {kindOf} from '../api/kinds.js';
import {readIfThere} from '../base/files.js';
import {bodyOf} from '../base/http.js';
import {version} from '../base/version.js';
import {normalizeToken} from '../config/token.js';
import {peerUrl} from '../etcd/process.js';
import {bootstrapKey, readMaterial, seal} from '../pki/cluster.js';
import {readPair} from '../pki/leaves.js';
import {makeLeaf} from '../pki/x509.js';
import {ensureNodePassword} from './node_password.js';
import type {ServerState, Setup} from './state.js';
import {writeTokens} from './tokens.js';

export interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

const text = (code: number, body: string): Answer => ({code, type: 'text/plain', body});
const json = (body: unknown): Answer => ({code: 200, type: 'application/json', body: JSON.stringify(body)});

export const isSupervisorPath = (path: string): boolean =>
  path === '/ping' || path === '/cacerts' || path.startsWith('/v1-k3s/') || path.startsWith('/db/');

/** Answers `/ping`, `/cacerts`, `/v1-k3s/...` and `/db/info`. */
export const supervise = async (
  setup: Setup,
  state: ServerState,
  request: IncomingMessage,
  path: string,
): Promise<Answer> => {
  const {layout, log} = setup;
  if (path === '/ping') return text(200, 'pong');
  if (path === '/cacerts') return text(200, readIfThere(layout.tls('server-ca.crt')) ?? '');
  const caller = callerOf(request, () => readIfThere(layout.tls('client-ca.crt')) ?? '', state.passwords);
  const forServers = ['/v1-k3s/server-bootstrap', '/v1-k3s/token'].includes(path) || path.startsWith('/db/');
  const allowed = forServers
    ? isIn(caller, 'k3s:server')
    : isIn(caller, 'k3s:server', 'k3s:agent', 'system:nodes', 'system:masters');
  if (!allowed) {
    log.error(
      `Failed to authenticate request from ${request.socket.remoteAddress}:${request.socket.remotePort}: invalid username/password combination`,
    );
    return text(401, 'Unauthorized\n');
  }
  return forServers ? serverPath(setup, state, request, path) : agentPath(setup, state, request, path);
};

const serverPath = async (
  setup: Setup,
  state: ServerState,
  request: IncomingMessage,
  path: string,
): Promise<Answer> => {
  const {layout, log} = setup;
  if (path === '/v1-k3s/server-bootstrap') {
    if (state.etcd) return json(readMaterial(layout));
    log.warn(`Received HTTP bootstrap request from ${request.socket.remoteAddress}, but embedded etcd is not enabled.`);
    return text(400, 'etcd disabled');
  }
  if (path === '/db/info' && state.etcd) return json({members: await membersOf(state.etcd)});
  if (path === '/v1-k3s/token' && request.method === 'PUT') return rotateToken(setup, state, request);
  return text(404, '404 page not found\n');
};

/** Re-seals the bootstrap data under the new token; servers and agents take it up when they are restarted with it. */
const rotateToken = async ({layout, log}: Setup, state: ServerState, request: IncomingMessage): Promise<Answer> => {
  if (!state.store) return text(503, 'datastore not ready');
  const {newToken} = JSON.parse(await bodyOf(request)) as {newToken: string};
  const password = normalizeToken(newToken);
  const before = state.passwords;
  await state.store.create(bootstrapKey(password), seal(password, readMaterial(layout)));
  await state.store.delete(bootstrapKey(before.server));
  state.passwords = {server: password, agent: before.agent === before.server ? password : before.agent};
  writeTokens(layout, state.passwords);
  log.info('token rotated');
  return text(200, '');
};

/** All members, or this one alone while etcd does not answer. */
const membersOf = async ({client, name, address}: NonNullable<ServerState['etcd']>) => {
  try {
    return (await client.members()).map((member) => ({
      ID: member.id,
      name: member.name,
      peerURLs: member.peerUrls,
      clientURLs: member.clientUrls,
      isLearner: member.isLearner,
    }));
  } catch {
    return [{name, peerURLs: [peerUrl(address)], clientURLs: [`https://${address}:2379`]}];
  }
};

const agentPath = async (setup: Setup, state: ServerState, request: IncomingMessage, path: string): Promise<Answer> => {
  const {layout, options} = setup;
  const pair = (name: string) => {
    const {cert, key} = readPair(layout.tls(name));
    return text(200, cert + key);
  };
  switch (path) {
    case '/v1-k3s/config':
      return json({critical: options.critical, version, httpsPort: options.port});
    case '/v1-k3s/readyz':
      return state.objects ? text(200, 'ok') : text(500, 'runtime core not ready');
    case '/v1-k3s/client-ca.crt':
      return text(200, readIfThere(layout.tls('client-ca.crt')) ?? '');
    case '/v1-k3s/server-ca.crt':
      return text(200, readIfThere(layout.tls('server-ca.crt')) ?? '');
    case '/v1-k3s/client-kube-proxy.crt':
      return pair('client-kube-proxy');
    case '/v1-k3s/client-k3s-controller.crt':
      return pair('client-k3s-controller');
    case '/v1-k3s/client-kubelet.crt':
    case '/v1-k3s/serving-kubelet.crt':
      return kubeletCertificate(setup, state, request, path.includes('serving'));
    case '/v1-k3s/apiservers':
      return json(await apiServers(state));
    default:
      return text(404, '404 page not found\n');
  }
};

/** Signs a kubelet's certificate for a node that shows its own password; 403 if the name is another's. */
const kubeletCertificate = async (
  setup: Setup,
  state: ServerState,
  request: IncomingMessage,
  serving: boolean,
): Promise<Answer> => {
  const {layout, log, now} = setup;
  const header = (name: string) => String(request.headers[name] ?? '');
  const node = header('k3s-node-name').toLowerCase();
  const password = header('k3s-node-password');
  if (node === '' || password === '') return text(400, `node ${node === '' ? 'name' : 'password'} not set`);
  if (!state.objects) return text(503, 'runtime core not ready');
  if (!(await ensureNodePassword(state.objects, node, password))) {
    const why = `unable to verify hash for node '${node}': hash does not match`;
    log.error(why);
    return text(403, why);
  }
  const ips = header('k3s-node-ip').split(',').filter(Boolean);
  const {cert, key} = serving
    ? makeLeaf(readPair(layout.tls('server-ca')), {
        subject: {commonName: node},
        usages: ['server'],
        names: [node, 'localhost', '127.0.0.1', ...ips],
        now: now(),
      })
    : makeLeaf(readPair(layout.tls('client-ca')), {
        subject: {commonName: `system:node:${node}`, organization: ['system:nodes']},
        usages: ['client'],
        now: now(),
      });
  return text(200, cert + key);
};

/** Addresses of the API servers, for the agents' load balancers. */
const apiServers = async ({objects}: ServerState): Promise<string[]> => {
  const endpoints = kindOf('Endpoints');
  const found = objects && endpoints ? await objects.find(endpoints, 'default', 'kubernetes') : undefined;
  const subsets = (found?.subsets ?? []) as {addresses?: {ip: string}[]; ports?: {port: number}[]}[];
  return subsets.flatMap(({addresses = [], ports = []}) => addresses.map(({ip}) => `${ip}:${ports[0]?.port ?? 6443}`));
};
