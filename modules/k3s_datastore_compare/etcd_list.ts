/**
 * The list after: etcd's own range, asked by curl on the host with K3s's certificate and compared here. This way needs no more
 * than sh and curl there, works over every kind of connection, also where sshd forbids forwarding, and the key stays on the host.
 */
import {z} from 'zod';
import {type HeldNow, isHeartbeat, type Listed, listed} from '../../src/cluster/index.js';
import {TaskError} from '../../src/errors/index.js';
import type {HostNetwork} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {etcdFunction, registryRange} from '../support/conversion.js';

/** A page of about this size; etcd has no limit by bytes, so the number of keys follows the last page's size. */
const pageBytes = 2 * 1024 * 1024;
const answerBytes = 16 * 1024 * 1024;
const firstLimit = 200;
const mostKeys = 10_000;

/** Keys are many: each is checked by hand ({@link heldOf}), since a schema takes longer than all the rest. */
const rangeSchema = z.object({
  header: z.object({revision: z.coerce.number()}),
  kvs: z.array(z.unknown()).default([]),
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

  /**
   * All of /registry/ as it was at a revision, in order of keys; values may be left out. The next page is asked for while the
   * caller is busy with this one, so two of them are held at most.
   */
  async *pages(revision: number, {keysOnly = false} = {}): AsyncGenerator<readonly HeldNow[]> {
    let limit = firstLimit;
    let from: string = registryRange.key;
    const ask = (): Promise<Range | undefined> =>
      this.range({key: from, limit: String(limit), revision: String(revision), keys_only: keysOnly});
    let coming = ask();
    for (;;) {
      const page = await coming;
      if (page === undefined) {
        limit = Math.max(1, Math.floor(limit / 8));
        coming = ask();
        continue;
      }
      const keys = page.kvs.map(heldOf);
      const last = keys.at(-1);
      if (page.more && last !== undefined) {
        // The next key in order of bytes is this one and a zero.
        from = Buffer.from(`${last.key}\0`).toString('base64');
        const bytes = keys.reduce((sum, {key, value}) => sum + ((key.length + value.length) * 4) / 3 + 100, 0);
        limit = Math.min(mostKeys, limit * 8, Math.max(1, Math.floor((limit * pageBytes) / bytes)));
        coming = ask();
        // It is told where it is waited for; the caller may have given up before.
        coming.catch(() => undefined);
      }
      yield keys;
      if (!page.more || last === undefined) return;
    }
  }

  /** The present revision, and how many keys there are that somebody would miss. */
  async standing(): Promise<{readonly revision: number; readonly keys_then: number}> {
    const revision = await this.revision();
    let keys = 0;
    for await (const page of this.pages(revision, {keysOnly: true}))
      keys += page.reduce((sum, {key}) => (isHeartbeat(key) ? sum : sum + 1), 0);
    return {revision, keys_then: keys};
  }

  /** What keys were at revisions of the past, in one request; an error where etcd has dropped one of them. */
  async past(keys: readonly {readonly key: string; readonly revision: number}[]): Promise<Past> {
    const success = keys.map(({key, revision}) => ({
      request_range: {key: Buffer.from(key).toString('base64'), revision: String(revision)},
    }));
    const found = await this.ask('kv/txn', {compare: [], success, failure: []});
    if (!('answer' in found)) return found;
    return {
      values: txnSchema
        .parse(found.answer)
        .responses.map(({response_range: range}) =>
          range.kvs[0] === undefined ? undefined : listed(heldOf(range.kvs[0])),
        ),
    };
  }
}

export type Past = {readonly values: readonly (Listed | undefined)[]} | Exclude<Answer, {readonly answer: unknown}>;

const txnSchema = z.object({
  responses: z
    .array(z.object({response_range: z.object({kvs: z.array(z.unknown()).default([])}).default({kvs: []})}))
    .default([]),
});

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

const notAKey = (): TaskError =>
  new TaskError({
    what: 'etcd has answered with a key that is none',
    hint: 'is it etcd that answers at https://127.0.0.1:2379?',
  });

function wholeNumber(given: unknown): number {
  const found = typeof given === 'string' || typeof given === 'number' ? Number(given) : Number.NaN;
  if (!Number.isSafeInteger(found)) throw notAKey();
  return found;
}

/**
 * A key as the gateway writes it (etcd api/mvccpb KeyValue in proto3's JSON): bytes in base64, 64 bit numbers as strings, an
 * empty value left out.
 */
function heldOf(given: unknown): HeldNow {
  if (typeof given !== 'object' || given === null) throw notAKey();
  const {key, value = '', create_revision: created, mod_revision: modified, version} = given as Record<string, unknown>;
  if (typeof key !== 'string' || typeof value !== 'string') throw notAKey();
  return {
    key: Buffer.from(key, 'base64').toString(),
    value: Buffer.from(value, 'base64'),
    createRevision: wholeNumber(created),
    modRevision: wholeNumber(modified),
    version: wholeNumber(version),
  };
}
