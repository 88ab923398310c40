/** What K3s needs of a datastore, whatever holds the keys: etcd's model of revisions. */

export interface Entry {
  readonly key: string;
  readonly value: Buffer;
  readonly createRevision: number;
  readonly modRevision: number;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** whether more keys follow the last entry */
  readonly more: boolean;
  readonly revision: number;
}

export interface ListOptions {
  /** keys after this one only */
  readonly after?: string;
  readonly limit?: number;
}

export interface Store {
  /** `sqlite`, `etcd`, ... as K3s names the kind */
  readonly kind: string;
  get(key: string): Promise<Entry | undefined>;
  /** Keys under a prefix, in order. */
  list(prefix: string, options?: ListOptions): Promise<Page>;
  /** Resolves to the new revision; undefined when the key exists. */
  create(key: string, value: Buffer): Promise<number | undefined>;
  /** Resolves to the new revision; undefined when the key is gone or no longer at `modRevision`. */
  update(key: string, value: Buffer, modRevision: number): Promise<number | undefined>;
  /** Resolves to whether the key was there (at `modRevision`, if given). */
  delete(key: string, modRevision?: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Every entry under a prefix, page by page. */
export async function* scan(store: Store, prefix: string, size = 500): AsyncGenerator<readonly Entry[]> {
  let after: string | undefined;
  for (;;) {
    const page: Page = await store.list(prefix, after === undefined ? {limit: size} : {limit: size, after});
    if (page.entries.length > 0) yield page.entries;
    after = page.entries.at(-1)?.key;
    if (!page.more || after === undefined) return;
  }
}
