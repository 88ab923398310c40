/** `k3s agent`, and the agent inside a server: configuration and certificates from a server, then the kubelet. */

import {randomBytes} from 'node:crypto';
import {readdirSync} from 'node:fs';
import {createServer} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {ApiClient} from '../api/client.js';
import {messageOf} from '../base/fatal.js';
import {isThere, readIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';
import type {Logger} from '../base/log.js';
import {every, sleep} from '../base/time.js';
import type {NodeOptions} from '../config/options.js';
import type {Tuning} from '../config/tuning.js';
import {type Access, openAccess} from '../server/access.js';
import {formatKubeconfig} from '../server/kubeconfig.js';
import {startKubelet, waitingLevel} from './kubelet.js';
import {type NodeExtras, nodeObject} from './node_object.js';

export interface AgentSetup {
  readonly options: NodeOptions;
  readonly layout: Layout;
  readonly tuning: Tuning;
  readonly log: Logger;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** where the supervisor is asked: the load balancer, or the own server */
  readonly url: string;
  readonly token: string;
  readonly extras: NodeExtras;
  /** told the API servers' addresses as they change */
  readonly onServers?: (addresses: readonly string[]) => void;
}

/** /etc/rancher/node/password: made once, and left by K3s's uninstall script. */
const nodePassword = (path: string): string => {
  const known = readIfThere(path)?.trim();
  if (known) return known;
  const made = randomBytes(16).toString('hex');
  writeWhole(path, `${made}\n`);
  return made;
};

const REJECTED = (path: string): string =>
  `Node password rejected, duplicate hostname or contents of '${path}' may not match server node-passwd entry, try enabling a unique node name with the --with-node-id flag`;

const certificate = async (
  {options, layout}: AgentSetup,
  access: Access,
  name: string,
): Promise<{cert: string; key: string}> => {
  const headers = {
    'k3s-node-name': options.nodeName,
    'k3s-node-password': nodePassword(layout.nodePassword),
    'k3s-node-ip': options.nodeIp,
  };
  const reply = await access.reply('GET', `/v1-k3s/${name}`, headers);
  if (reply.status === 403) throw new Error(REJECTED(layout.nodePassword));
  if (reply.status !== 200) throw new Error(`${access.baseUrl}/v1-k3s/${name}: ${reply.statusText}`);
  const text = reply.body.toString();
  const start = text.search(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);
  const pair = {cert: text.slice(0, start), key: text.slice(start)};
  writeWhole(layout.agent(name), pair.cert);
  writeWhole(layout.agent(name.replace(/\.crt$/, '.key')), pair.key);
  return pair;
};

interface Identity {
  readonly access: Access;
  readonly client: {cert: string; key: string};
  readonly serving: {cert: string; key: string};
}

/** Asks until a server answers and accepts: its words are the log's, every few seconds, as long as it takes. */
const identify = async (setup: AgentSetup): Promise<Identity | undefined> => {
  const {url, token, log, signal, layout} = setup;
  while (!signal.aborted) {
    let access: Access | undefined;
    try {
      access = await openAccess(url, token, {name: 'node', force: false}, log);
      await access.get('/v1-k3s/config').catch((error: unknown) => {
        throw new Error(`failed to retrieve configuration from server: ${messageOf(error)}`);
      });
      writeWhole(layout.agent('client-ca.crt'), await access.get('/v1-k3s/client-ca.crt'));
      writeWhole(layout.agent('server-ca.crt'), await access.get('/v1-k3s/server-ca.crt'));
      const serving = await certificate(setup, access, 'serving-kubelet.crt');
      return {access, client: await certificate(setup, access, 'client-kubelet.crt'), serving};
    } catch (error) {
      if (!access) log.error(messageOf(error));
      else log[waitingLevel()](`Waiting to retrieve agent configuration; server is not ready: ${messageOf(error)}`);
    }
    await sleep(2000, signal);
  }
  return undefined;
};

/** 10250 (TLS, refuses strangers) and 10248 (health on loopback), where a kubelet listens. */
const startPorts = ({signal, log}: AgentSetup, {serving}: Identity): void => {
  const main = createTlsServer({cert: serving.cert, key: serving.key}, (_, response) =>
    response.writeHead(401).end('Unauthorized'),
  );
  const health = createServer((_, response) => response.end('ok'));
  for (const [server, port, host] of [
    [main, 10250, undefined],
    [health, 10248, '127.0.0.1'],
  ] as const) {
    server.on('error', (error) => log.error(`kubelet: ${messageOf(error)}`));
    server.listen({port, ...(host ? {host} : {})});
    signal.addEventListener('abort', () => server.close(), {once: true});
  }
};

/** Images put in place for an airgap are named in the log, as K3s names those it imports. */
const announceImages = ({layout, log}: AgentSetup): void => {
  const folder = layout.agent('images');
  const archives = (isThere(folder) ? readdirSync(folder) : []).filter((name) =>
    /\.(tar|tar\.(gz|zst|lz4|bz2))$/.test(name),
  );
  for (const name of archives) log.info(`Importing images from ${folder}/${name}`);
};

/** Resolves when the node is registered; undefined work is left behind only until the signal. */
export const runAgent = async (setup: AgentSetup): Promise<void> => {
  const {options, layout, tuning, log, now, signal, url, extras} = setup;
  announceImages(setup);
  const identity = await identify(setup);
  if (!identity) return;
  const {access, client} = identity;
  const kubeconfig = {server: url, ca: access.ca, ...client};
  writeWhole(layout.agent('kubelet.kubeconfig'), formatKubeconfig(kubeconfig));
  startPorts(setup, identity);
  const api = new ApiClient({...kubeconfig, fresh: true, timeoutMs: 6000});
  await startKubelet({api, node: nodeObject(options, extras, process.env), tuning, log, now, signal});
  const {onServers} = setup;
  if (!onServers) return;
  const refresh = async () => onServers(JSON.parse((await access.get('/v1-k3s/apiservers')).toString()) as string[]);
  every(5000, signal, refresh, () => {});
};
