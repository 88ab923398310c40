/** A client of the Kubernetes API, for kubectl and for the agent. */

import {Agent} from 'node:https';
import {type HttpReply, send} from '../base/http.js';
import {type Kind, pathOf} from './kinds.js';
import {type Obj, StatusError} from './objects.js';

export interface Credentials {
  /** e.g. https://127.0.0.1:6443 */
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** new connections for each request, so that a load balancer may choose anew */
  readonly fresh?: boolean;
  readonly timeoutMs?: number;
}

export interface ListPage {
  readonly items: Obj[];
  readonly continue?: string;
}

export class ApiClient {
  readonly #credentials: Credentials;
  readonly #agent: Agent;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
    const {ca, cert, key, fresh} = credentials;
    this.#agent = new Agent({ca, cert, key, keepAlive: !fresh});
  }

  get server(): string {
    return this.#credentials.server;
  }

  /** Any path; the reply whatever its status. */
  raw(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<HttpReply> {
    const {server, timeoutMs = 30_000} = this.#credentials;
    return send({
      method,
      url: server + path,
      agent: this.#agent,
      timeoutMs,
      ...(body === undefined ? {} : {body: JSON.stringify(body), headers: {'content-type': contentType}}),
    });
  }

  async #ask<T>(method: string, path: string, body?: unknown, contentType?: string): Promise<T> {
    const reply = await this.raw(method, path, body, contentType);
    const text = reply.body.toString();
    if (reply.status < 300) return JSON.parse(text) as T;
    throw statusError(reply.status, text);
  }

  get(kind: Kind, namespace: string | undefined, name: string): Promise<Obj> {
    return this.#ask('GET', pathOf(kind, namespace, name));
  }

  /** The object, or undefined where there is none. */
  async find(kind: Kind, namespace: string | undefined, name: string): Promise<Obj | undefined> {
    try {
      return await this.get(kind, namespace, name);
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return undefined;
      throw error;
    }
  }

  /** Every object, page by page, as kubectl's chunks of 500. */
  async list(kind: Kind, namespace: string | undefined, query: Readonly<Record<string, string>> = {}): Promise<Obj[]> {
    const items: Obj[] = [];
    let token = '';
    do {
      const search = new URLSearchParams({limit: '500', ...query, ...(token ? {continue: token} : {})});
      const page = await this.#ask<{items: Obj[]; metadata: {continue?: string}}>(
        'GET',
        `${pathOf(kind, namespace)}?${search}`,
      );
      for (const item of page.items) items.push(item);
      token = page.metadata.continue ?? '';
    } while (token);
    return items;
  }

  create(kind: Kind, namespace: string | undefined, object: Obj): Promise<Obj> {
    return this.#ask('POST', pathOf(kind, namespace), object);
  }

  replace(kind: Kind, namespace: string | undefined, object: Obj): Promise<Obj> {
    return this.#ask('PUT', pathOf(kind, namespace, object.metadata.name), object);
  }

  patch(kind: Kind, namespace: string | undefined, name: string, patch: unknown): Promise<Obj> {
    return this.#ask('PATCH', pathOf(kind, namespace, name), patch, 'application/merge-patch+json');
  }

  remove(kind: Kind, namespace: string | undefined, name: string): Promise<Obj> {
    return this.#ask('DELETE', pathOf(kind, namespace, name));
  }
}

/** The error a Status body tells; the body itself where it is none. */
export const statusError = (code: number, text: string): StatusError => {
  try {
    const status = JSON.parse(text) as {reason?: string; message?: string};
    return new StatusError(code, status.reason ?? '', status.message ?? text);
  } catch {
    return new StatusError(code, '', text);
  }
};
