import {Agent, request} from 'node:https';
import {setTimeout as sleep} from 'node:timers/promises';
import {load} from 'js-yaml';
import type {LabHost} from '../../../src/lab/index.js';

/** A write that a server's API acknowledged. */
interface Acknowledged {
  readonly key: string;
  readonly atMs: number;
}

/** What one stream of writes came to. */
export interface Written {
  readonly stream: string;
  readonly acknowledged: readonly Acknowledged[];
  readonly failed: number;
  /** The longest time between two acknowledged writes that follow one another, the start and the end counted too. */
  readonly longestGapMs: number;
}

export interface Writers {
  /** Ends all streams. */
  stop(): Promise<readonly Written[]>;
}

const everyMs = 250;
/** A client that does not hear from a server for this long turns to the next. */
const patienceMs = 1000;

interface Kubeconfig {
  readonly clusters: readonly {readonly cluster: {readonly 'certificate-authority-data': string}}[];
  readonly users: readonly {
    readonly user: {readonly 'client-certificate-data': string; readonly 'client-key-data': string};
  }[];
}

/** Requests to one server's API as cluster administrator, on a connection that is kept. */
class Api {
  readonly name: string;
  readonly #address: string;
  readonly #agent: Agent;

  constructor(host: LabHost, kubeconfig: Kubeconfig) {
    const decoded = (text = ''): Buffer => Buffer.from(text, 'base64');
    const user = kubeconfig.users[0]?.user;
    this.name = host.name;
    this.#address = host.address;
    this.#agent = new Agent({
      keepAlive: true,
      ca: decoded(kubeconfig.clusters[0]?.cluster['certificate-authority-data']),
      cert: decoded(user?.['client-certificate-data']),
      key: decoded(user?.['client-key-data']),
    });
  }

  /** Resolves to the answer's status, or 0 when there was none in time. */
  ask(method: string, path: string, body?: unknown, limitMs = patienceMs): Promise<{status: number; body: string}> {
    return new Promise((done) => {
      const none = (): void => done({status: 0, body: ''});
      const asked = request(
        {
          host: this.#address,
          port: 6443,
          agent: this.#agent,
          method,
          path,
          headers: {'content-type': 'application/json'},
          signal: AbortSignal.timeout(limitMs),
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => done({status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString()}));
          answer.on('error', none);
        },
      );
      asked.on('error', none);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

const folder = '/api/v1/namespaces/default/configmaps';

/** Writes one key through the first of these that acknowledges it; undefined when none did. A key that is there is written. */
async function write(key: string, apis: readonly Api[]): Promise<Api | undefined> {
  for (const api of apis) {
    const {status} = await api.ask('POST', folder, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {name: key},
      data: {key},
    });
    if (status === 201 || (status === 409 && apis.length > 1)) return api;
  }
  return undefined;
}

/** One key every 250 ms until told to stop, each through one of `apis`: the one that answered last is asked first. */
async function stream(name: string, apis: readonly Api[], signal: AbortSignal): Promise<Written> {
  const acknowledged: Acknowledged[] = [];
  let [order, failed] = [apis, 0];
  const startMs = performance.now();
  for (let count = 0; !signal.aborted; count++) {
    const key = `writer-${name}-${count}`;
    const through = await write(key, order);
    if (through === undefined) failed += 1;
    else {
      acknowledged.push({key, atMs: performance.now()});
      order = [through, ...apis.filter((api) => api !== through)];
    }
    const dueMs = startMs + everyMs * Math.ceil((performance.now() - startMs) / everyMs);
    await sleep(dueMs - performance.now(), undefined, {signal}).catch(() => undefined);
  }
  const moments = [startMs, ...acknowledged.map(({atMs}) => atMs), performance.now()];
  const longestGapMs = Math.max(...moments.slice(1).map((atMs, index) => atMs - (moments[index] ?? atMs)));
  return {stream: name, acknowledged, failed, longestGapMs};
}

const apisOf = async (servers: readonly LabHost[]): Promise<Api[]> => {
  const text = (await servers[0]?.exec(['cat', '/etc/rancher/k3s/k3s.yaml']))?.stdout ?? '';
  return servers.map((host) => new Api(host, load(text) as Kubeconfig));
};

/**
 * Starts a stream of writes through each server alone, and one (`any`) by a client that fails over: it stays with a server
 * while that answers within a second, and otherwise tries the next with the same key.
 */
export async function startWriters(servers: readonly LabHost[]): Promise<Writers> {
  const apis = await apisOf(servers);
  const ending = new AbortController();
  const streams = [...apis.map((api) => stream(api.name, [api], ending.signal)), stream('any', apis, ending.signal)];
  return {
    async stop() {
      ending.abort();
      const written = await Promise.all(streams);
      for (const api of apis) api.close();
      return written;
    },
  };
}

/** Acknowledged keys that a server does not have, asked of each server. */
export async function lostKeys(servers: readonly LabHost[], written: readonly Written[]): Promise<string[]> {
  const apis = await apisOf(servers);
  const lost: string[] = [];
  for (const api of apis) {
    const {status, body} = await api.ask('GET', folder, undefined, 30_000);
    const items = status === 200 ? (JSON.parse(body) as {items: {metadata: {name: string}}[]}).items : [];
    const present = new Set(items.map(({metadata}) => metadata.name));
    for (const {acknowledged} of written)
      for (const {key} of acknowledged) if (!present.has(key)) lost.push(`${api.name}: ${key}`);
    api.close();
  }
  return lost;
}
