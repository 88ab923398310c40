/** Kubernetes objects over a Store: create, read, change with resourceVersion, delete with finalizers. */

import {randomUUID} from 'node:crypto';
import type {Entry, Store} from '../store/types.js';
import {type Kind, keyOf} from './kinds.js';

export interface Metadata {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  generateName?: string;
}

export interface Obj {
  apiVersion?: string;
  kind?: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** A failure as the API reports it. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

const resourceOf = (kind: Kind): string =>
  kind.apiVersion.includes('/') ? `${kind.plural}.${kind.apiVersion.split('/')[0]}` : kind.plural;

export const notFound = (kind: Kind, name: string): StatusError =>
  new StatusError(404, 'NotFound', `${resourceOf(kind)} "${name}" not found`);

const exists = (kind: Kind, name: string): StatusError =>
  new StatusError(409, 'AlreadyExists', `${resourceOf(kind)} "${name}" already exists`);

const conflict = (kind: Kind, name: string): StatusError =>
  new StatusError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${resourceOf(kind)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );

const decode = (entry: Entry): Obj => {
  const object = JSON.parse(entry.value.toString()) as Obj;
  object.metadata.resourceVersion = String(entry.modRevision);
  return object;
};

const encode = (object: Obj): Buffer => {
  const {resourceVersion: _, ...metadata} = object.metadata;
  return Buffer.from(JSON.stringify({...object, metadata}));
};

export interface ListResult {
  readonly items: Obj[];
  readonly resourceVersion: string;
  /** set when more follow: the last key given */
  readonly next?: string;
}

export class Objects {
  readonly #store: Store;
  readonly #now: () => Date;

  constructor(store: Store, now: () => Date) {
    this.#store = store;
    this.#now = now;
  }

  async get(kind: Kind, namespace: string, name: string): Promise<Obj> {
    const entry = await this.#store.get(keyOf(kind, namespace, name));
    if (!entry) throw notFound(kind, name);
    return decode(entry);
  }

  /** The object, or undefined: for callers to whom absence is no failure. */
  async find(kind: Kind, namespace: string, name: string): Promise<Obj | undefined> {
    const entry = await this.#store.get(keyOf(kind, namespace, name));
    return entry && decode(entry);
  }

  async list(kind: Kind, namespace?: string, options: {limit?: number; after?: string} = {}): Promise<ListResult> {
    const prefix = kind.namespaced && namespace ? `${kind.prefix}${namespace}/` : kind.prefix;
    const page = await this.#store.list(prefix, options);
    const last = page.entries.at(-1);
    return {
      items: page.entries.map(decode),
      resourceVersion: String(page.revision),
      ...(page.more && last ? {next: last.key} : {}),
    };
  }

  async create(kind: Kind, namespace: string, given: Obj): Promise<Obj> {
    const metadata: Metadata = {...given.metadata};
    metadata.name ||= `${metadata.generateName ?? ''}${randomUUID().slice(0, 5)}`;
    if (kind.namespaced) metadata.namespace = namespace;
    metadata.uid = randomUUID();
    metadata.creationTimestamp = this.#now()
      .toISOString()
      .replace(/\.\d+Z$/, 'Z');
    const object: Obj = {...given, kind: kind.kind, apiVersion: kind.apiVersion, metadata};
    const revision = await this.#store.create(keyOf(kind, namespace, metadata.name), encode(object));
    if (revision === undefined) throw exists(kind, metadata.name);
    metadata.resourceVersion = String(revision);
    return object;
  }

  /** Replaces an object; with a resourceVersion in it, only if that is still the present one. */
  async update(kind: Kind, namespace: string, given: Obj): Promise<Obj> {
    const {name} = given.metadata;
    const before = await this.get(kind, namespace, name);
    const wanted = given.metadata.resourceVersion;
    if (wanted && wanted !== before.metadata.resourceVersion) throw conflict(kind, name);
    const {uid, creationTimestamp, deletionTimestamp} = before.metadata;
    const object: Obj = {
      ...given,
      kind: kind.kind,
      apiVersion: kind.apiVersion,
      metadata: {
        ...given.metadata,
        ...(kind.namespaced ? {namespace} : {}),
        ...(uid ? {uid} : {}),
        ...(creationTimestamp ? {creationTimestamp} : {}),
        ...(deletionTimestamp ? {deletionTimestamp} : {}),
      },
    };
    return this.#replace(kind, namespace, before, object);
  }

  /** Reads, changes and writes until no one came between. */
  async change(kind: Kind, namespace: string, name: string, edit: (object: Obj) => Obj): Promise<Obj> {
    for (;;) {
      const before = await this.get(kind, namespace, name);
      const after = edit(structuredClone(before));
      if (JSON.stringify(after) === JSON.stringify(before)) return before;
      try {
        return await this.#replace(kind, namespace, before, after);
      } catch (error) {
        if (!(error instanceof StatusError && error.reason === 'Conflict')) throw error;
      }
    }
  }

  /** Marks an object that has finalizers, removes one that has none. */
  async remove(kind: Kind, namespace: string, name: string): Promise<Obj> {
    const object = await this.get(kind, namespace, name);
    if ((object.metadata.finalizers ?? []).length > 0) {
      const deletionTimestamp = this.#now()
        .toISOString()
        .replace(/\.\d+Z$/, 'Z');
      return this.change(kind, namespace, name, (now) => ({
        ...now,
        metadata: {deletionTimestamp, ...now.metadata},
      }));
    }
    await this.#store.delete(keyOf(kind, namespace, name));
    return object;
  }

  async #replace(kind: Kind, namespace: string, before: Obj, after: Obj): Promise<Obj> {
    const {name} = before.metadata;
    const key = keyOf(kind, namespace, name);
    const revision = Number(before.metadata.resourceVersion);
    // The last finalizer gone, the deletion asked for earlier happens.
    if (after.metadata.deletionTimestamp && (after.metadata.finalizers ?? []).length === 0) {
      if (!(await this.#store.delete(key, revision))) throw conflict(kind, name);
      return after;
    }
    const written = await this.#store.update(key, encode(after), revision);
    if (written === undefined) throw conflict(kind, name);
    return {...after, metadata: {...after.metadata, resourceVersion: String(written)}};
  }
}
