/** Keys in etcd, embedded or external. */

import type {EtcdClient} from '../etcd/client.js';
import type {Entry, ListOptions, Page, Store} from './types.js';

interface RawKv {
  readonly key: string;
  readonly value?: string;
  readonly create_revision: string;
  readonly mod_revision: string;
}

interface RangeReply {
  readonly header: {readonly revision: string};
  readonly kvs?: readonly RawKv[];
  readonly more?: boolean;
}

interface TxnReply {
  readonly header: {readonly revision: string};
  readonly succeeded?: boolean;
}

const base64 = (text: string | Buffer): string => Buffer.from(text).toString('base64');

/** The end of a prefix's range: its last byte plus one. */
const endOf = (prefix: string): Buffer => {
  const bytes = Buffer.from(prefix);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) + 1;
  return bytes;
};

const entryOf = (raw: RawKv): Entry => ({
  key: Buffer.from(raw.key, 'base64').toString(),
  value: Buffer.from(raw.value ?? '', 'base64'),
  createRevision: Number(raw.create_revision),
  modRevision: Number(raw.mod_revision),
});

export class EtcdStore implements Store {
  readonly kind = 'etcd';
  readonly #client: EtcdClient;

  constructor(client: EtcdClient) {
    this.#client = client;
  }

  async get(key: string): Promise<Entry | undefined> {
    const reply = await this.#client.call<RangeReply>('kv/range', {key: base64(key)});
    return reply.kvs?.[0] && entryOf(reply.kvs[0]);
  }

  async list(prefix: string, {after, limit = 0}: ListOptions = {}): Promise<Page> {
    const from = after === undefined ? Buffer.from(prefix) : Buffer.concat([Buffer.from(after), Buffer.from([0])]);
    const reply = await this.#client.call<RangeReply>('kv/range', {
      key: base64(from),
      range_end: base64(endOf(prefix)),
      limit: String(limit),
    });
    return {
      entries: (reply.kvs ?? []).map(entryOf),
      more: reply.more ?? false,
      revision: Number(reply.header.revision),
    };
  }

  create(key: string, value: Buffer): Promise<number | undefined> {
    return this.#when(key, 0, {request_put: {key: base64(key), value: base64(value)}});
  }

  update(key: string, value: Buffer, modRevision: number): Promise<number | undefined> {
    return this.#when(key, modRevision, {request_put: {key: base64(key), value: base64(value)}});
  }

  async delete(key: string, modRevision?: number): Promise<boolean> {
    const removal = {request_delete_range: {key: base64(key)}};
    if (modRevision !== undefined) return (await this.#when(key, modRevision, removal)) !== undefined;
    const reply = await this.#client.call<{deleted?: string}>('kv/deleterange', {key: base64(key)});
    return Number(reply.deleted ?? 0) > 0;
  }

  /** Writes many keys in one transaction (128 at most), whatever is there. */
  async putAll(entries: readonly {key: string; value: Buffer}[]): Promise<void> {
    const success = entries.map(({key, value}) => ({request_put: {key: base64(key), value: base64(value)}}));
    await this.#client.call('kv/txn', {compare: [], success, failure: []});
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  async #when(key: string, modRevision: number, then: object): Promise<number | undefined> {
    const reply = await this.#client.call<TxnReply>('kv/txn', {
      compare: [{key: base64(key), target: 'MOD', result: 'EQUAL', mod_revision: String(modRevision)}],
      success: [then],
      failure: [],
    });
    return reply.succeeded ? Number(reply.header.revision) : undefined;
  }
}
