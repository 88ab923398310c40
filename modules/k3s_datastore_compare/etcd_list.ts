/**
 * The list after: etcd's own range, asked by curl on the host with K3s's certificate and hashed here. This way needs no more
 * than sh and curl there, works over every kind of connection, also where sshd forbids forwarding, and the key stays on the host.
 */
import {hash} from 'node:crypto';
import {z} from 'zod';
import {isHeartbeat, type Listed, type ListedNow} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {etcdFunction, registryRange} from '../support/conversion.js';

/** A page of about this size; etcd has no limit by bytes, so the number of keys follows the last page's size. */
const pageBytes = 2 * 1024 * 1024;
const answerBytes = 16 * 1024 * 1024;
const firstLimit = 200;
const mostKeys = 10_000;

const kvSchema = z.object({
  key: z.string(),
  value: z.string().default(''),
  create_revision: z.coerce.number(),
  mod_revision: z.coerce.number(),
  version: z.coerce.number(),
});
const rangeSchema = z.object({
  header: z.object({revision: z.coerce.number()}),
  kvs: z.array(kvSchema).default([]),
  more: z.boolean().default(false),
  count: z.coerce.number().default(0),
});
const errorSchema = z.object({error: z.string()});

type Range = z.output<typeof rangeSchema>;
export type Answer = {readonly answer: unknown} | {readonly error: string} | {readonly tooLong: true};

/** Etcd's JSON gateway of one host. */
export class EtcdGateway {
  readonly #host: HostNetwork;
  readonly #functions;

  constructor(host: HostNetwork, dataDir: string) {
    this.#host = host;
    this.#functions = etcdFunction(dataDir);
  }

  /** One request; throws TaskError where etcd does not answer at all. */
  async ask(path: string, body: object): Promise<Answer> {
    const script = joinScripts([this.#functions, sh`etcd ${path} ${JSON.stringify(body)}`]);
    const {rc, stdout, stderr, truncated} = await this.#host.ask(script, answerBytes);
    if (truncated) return {tooLong: true};
    const answer = jsonOf(stdout);
    const {success, data} = errorSchema.safeParse(answer);
    if (success) return {error: data.error};
    if (rc === 0 && answer !== undefined) return {answer};
    throw new TaskError({
      what: `etcd does not answer at https://127.0.0.1:2379 (${rc === 0 ? 'no JSON' : `curl ${rc}`})`,
      hint: 'see `journalctl -u k3s` on the host',
      rc,
      stderr,
    });
  }

  /** A range; throws TaskError when etcd refuses it. Undefined where the answer is too long. */
  async range(body: object): Promise<Range | undefined> {
    const found = await this.ask('kv/range', {...registryRange, ...body});
    if ('tooLong' in found) return undefined;
    if ('error' in found) throw new TaskError({what: `etcd refused to list its keys: ${found.error}`});
    return rangeSchema.parse(found.answer);
  }

  /** How many keys there are below /registry/ at a revision; undefined where etcd has dropped it. */
  async countAt(revision: number): Promise<number | undefined> {
    const found = await this.ask('kv/range', {...registryRange, count_only: true, revision: String(revision)});
    return 'answer' in found ? rangeSchema.parse(found.answer).count : undefined;
  }

  async revision(): Promise<number> {
    return (await this.range({count_only: true}))?.header.revision ?? 0;
  }

  /** All of /registry/ as it was at a revision, in order of keys; values may be left out. */
  async *pages(revision: number, {keysOnly = false} = {}): AsyncGenerator<Range['kvs']> {
    let limit = firstLimit;
    let from: string = registryRange.key;
    for (;;) {
      const page = await this.range({key: from, limit: String(limit), revision: String(revision), keys_only: keysOnly});
      if (page === undefined) {
        limit = Math.max(1, Math.floor(limit / 8));
        continue;
      }
      yield page.kvs;
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return;
      // The next key in order of bytes is this one and a zero.
      from = Buffer.concat([Buffer.from(last.key, 'base64'), Buffer.from([0])]).toString('base64');
      const bytes = page.kvs.reduce((sum, {key, value}) => sum + key.length + value.length + 100, 0);
      limit = Math.min(mostKeys, limit * 8, Math.max(1, Math.floor((limit * pageBytes) / bytes)));
    }
  }

  /** The same, key by key, each value by its hash. */
  async *list(revision: number, options: {readonly keysOnly?: boolean} = {}): AsyncGenerator<ListedNow> {
    for await (const page of this.pages(revision, options)) for (const kv of page) yield listedNow(kv);
  }

  /** The present revision, and how many keys there are that somebody would miss. */
  async standing(): Promise<{readonly revision: number; readonly keys_then: number}> {
    const revision = await this.revision();
    let keys = 0;
    for await (const {key} of this.list(revision, {keysOnly: true})) if (!isHeartbeat(key)) keys += 1;
    return {revision, keys_then: keys};
  }

  /** What keys were at revisions of the past, in one request; an error where etcd has dropped one of them. */
  async past(keys: readonly {readonly key: string; readonly revision: number}[]): Promise<Past> {
    const success = keys.map(({key, revision}) => ({
      request_range: {key: Buffer.from(key).toString('base64'), revision: String(revision)},
    }));
    const found = await this.ask('kv/txn', {compare: [], success, failure: []});
    if (!('answer' in found)) return found;
    return {values: txnSchema.parse(found.answer).responses.map(({response_range: range}) => listedOf(range.kvs[0]))};
  }
}

export type Past = {readonly values: readonly (Listed | undefined)[]} | Exclude<Answer, {readonly answer: unknown}>;

const txnSchema = z.object({
  responses: z
    .array(z.object({response_range: z.object({kvs: z.array(kvSchema).default([])}).default({kvs: []})}))
    .default([]),
});

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

const listedOf = (kv: z.output<typeof kvSchema> | undefined): Listed | undefined => {
  if (kv === undefined) return undefined;
  const value = Buffer.from(kv.value, 'base64');
  return {
    key: Buffer.from(kv.key, 'base64').toString(),
    length: value.length,
    sha256: hash('sha256', value, 'hex'),
  };
};

function listedNow(kv: z.output<typeof kvSchema>): ListedNow {
  const listed = listedOf(kv) as Listed;
  return {...listed, createRevision: kv.create_revision, modRevision: kv.mod_revision, version: kv.version};
}
