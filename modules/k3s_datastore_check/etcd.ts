import {request} from 'node:http';
import {isIP} from 'node:net';
import type {Duplex} from 'node:stream';
import {connect as connectTls} from 'node:tls';
import type {Address, EtcdEndpoint, TrialSeen} from '../../src/cluster/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import type {TlsFiles} from './tls_files.js';
import {inTime, reach, TrialEnded} from './trouble.js';

interface Reply {
  readonly status: number;
  readonly body: string;
}

/** One request to etcd's JSON gateway over a stream of its own (etcd docs "grpc gateway"; in every 3.x, on by default). */
async function ask(
  endpoint: EtcdEndpoint,
  address: Address,
  {network, tls}: Way,
  path: string,
  body: object,
): Promise<Reply> {
  const stream = await reach(network, address);
  const payload = JSON.stringify(body);
  const options = {
    method: 'POST',
    path,
    host: address.host,
    port: address.port,
    headers: {'content-type': 'application/json', 'content-length': Buffer.byteLength(payload), connection: 'close'},
  };
  const secure = (): Duplex =>
    connectTls({
      socket: stream,
      host: address.host,
      ...(isIP(address.host) === 0 ? {servername: address.host} : {}),
      ...(tls.ca === undefined ? {} : {ca: tls.ca}),
      ...(tls.cert === undefined ? {} : {cert: tls.cert}),
      ...(tls.key === undefined ? {} : {key: tls.key.reveal()}),
    });
  const reply = new Promise<Reply>((resolve, reject) => {
    const sent = request({...options, createConnection: endpoint.tls ? secure : () => stream});
    sent.on('error', reject).on('response', (answer) => {
      let text = '';
      answer
        .setEncoding('utf8')
        .on('data', (chunk: string) => {
          text += chunk;
        })
        .on('error', reject)
        .on('end', () => resolve({status: answer.statusCode ?? 0, body: text}));
    });
    stream.once('error', reject);
    sent.end(payload);
  });
  return inTime(reply, address);
}

interface Way {
  readonly network: HostNetwork;
  readonly tls: TlsFiles;
}

interface RangeAnswer {
  readonly header?: {readonly cluster_id?: string};
  readonly kvs?: readonly {readonly key?: string}[];
}

/** Reads an answer of the gateway; etcd's own message otherwise. */
function answerOf(reply: Reply): Readonly<Record<string, unknown>> {
  let read: {readonly message?: string; readonly error?: string};
  try {
    read = JSON.parse(reply.body) as typeof read;
  } catch {
    throw new TrialEnded({
      trouble: 'said',
      code: `HTTP ${reply.status}`,
      said: reply.body.trim().slice(0, 200) || `HTTP ${reply.status}`,
    });
  }
  if (reply.status !== 200)
    throw new TrialEnded({
      trouble: 'said',
      code: `HTTP ${reply.status}`,
      said: read.message ?? read.error ?? `HTTP ${reply.status}`,
    });
  return read as Readonly<Record<string, unknown>>;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const keysUnder = (prefix: string, limit: number): object => ({
  key: base64(prefix),
  range_end: base64(`${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`),
  keys_only: true,
  limit: String(limit),
});

/** Connects, shows its certificate, reads keys through the cluster's quorum; values are not read, and nothing is written. */
export async function tryEtcd(endpoint: EtcdEndpoint, address: Address, way: Way): Promise<TrialSeen> {
  const call = async (path: string, body: object): Promise<Readonly<Record<string, unknown>>> =>
    answerOf(await ask(endpoint, address, way, path, body));
  const boot = (await call('/v3/kv/range', keysUnder('/bootstrap/', 100))) as RangeAnswer;
  const registry = (await call('/v3/kv/range', keysUnder('/registry/', 1))) as RangeAnswer;
  const status = await call('/v3/maintenance/status', {});
  const alarms = (await call('/v3/maintenance/alarm', {action: 'GET'})) as {
    readonly alarms?: readonly {readonly alarm?: string}[];
  };
  return {
    version: String(status.version ?? ''),
    database: 'there',
    readOnly: false,
    table: (registry.kvs ?? []).length > 0,
    missingRights: undefined,
    bootstrap: (boot.kvs ?? []).map(({key = ''}) => Buffer.from(key, 'base64').toString()),
    alarms: (alarms.alarms ?? []).map(({alarm = ''}) => alarm),
    identity: boot.header?.cluster_id ?? '',
  };
}
