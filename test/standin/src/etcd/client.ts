/** etcd v3 over its JSON gateway: `POST /v3/...` with K3s's client certificate. */

import {Agent as HttpAgent} from 'node:http';
import {Agent} from 'node:https';
import {send} from '../base/http.js';

/** PEM; without a client certificate etcd decides whether it answers. */
export interface EtcdTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface Member {
  /** decimal, as etcd prints it in JSON */
  readonly id: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

export interface MemberStatus {
  readonly memberId: string;
  readonly leader: string;
  readonly isLearner: boolean;
  readonly version: string;
  readonly dbSize: number;
  readonly raftAppliedIndex: number;
}

type Json = Readonly<Record<string, unknown>>;

/** What etcd answered instead of doing what was asked, e.g. `etcdserver: unhealthy cluster`. */
export class EtcdError extends Error {
  override readonly name = 'EtcdError';
}

interface RawMember {
  readonly ID?: string;
  readonly name?: string;
  readonly peerURLs?: string[];
  readonly clientURLs?: string[];
  readonly isLearner?: boolean;
}

const memberOf = (raw: RawMember): Member => ({
  id: raw.ID ?? '0',
  name: raw.name ?? '',
  peerUrls: raw.peerURLs ?? [],
  clientUrls: raw.clientURLs ?? [],
  isLearner: raw.isLearner ?? false,
});

export class EtcdClient {
  readonly #agent: Agent | HttpAgent;
  readonly #endpoints: readonly string[];

  /** Endpoints are tried in order until one answers. */
  constructor(endpoints: readonly string[], tls: EtcdTls | undefined) {
    this.#endpoints = endpoints;
    const secure = endpoints.some((endpoint) => endpoint.startsWith('https:'));
    this.#agent = secure
      ? new Agent({keepAlive: true, maxSockets: 16, ...tls})
      : new HttpAgent({keepAlive: true, maxSockets: 16});
  }

  /** Posts to the gateway; throws EtcdError with etcd's message, or the transport's error of the last endpoint. */
  async call<T = Json>(path: string, body: Json, timeoutMs = 15_000): Promise<T> {
    let failure: unknown;
    for (const endpoint of this.#endpoints) {
      try {
        return await this.#post<T>(endpoint, path, body, timeoutMs);
      } catch (error) {
        if (error instanceof EtcdError) throw error;
        failure = error;
      }
    }
    throw failure ?? new Error('no etcd endpoints');
  }

  async #post<T>(endpoint: string, path: string, body: Json, timeoutMs: number): Promise<T> {
    const url = `${endpoint}/v3/${path}`;
    const reply = await send({method: 'POST', url, body: JSON.stringify(body), agent: this.#agent, timeoutMs});
    const said = JSON.parse(reply.body.toString() || '{}') as T & {error?: string; message?: string};
    if (reply.status === 200) return said;
    throw new EtcdError(said.message ?? said.error ?? reply.statusText);
  }

  async members(): Promise<readonly Member[]> {
    const {members = []} = await this.call<{members?: RawMember[]}>('cluster/member/list', {});
    return members.map(memberOf);
  }

  async addLearner(peerUrl: string): Promise<void> {
    await this.call('cluster/member/add', {peerURLs: [peerUrl], isLearner: true});
  }

  async promote(id: string): Promise<void> {
    await this.call('cluster/member/promote', {ID: id});
  }

  async remove(id: string): Promise<void> {
    await this.call('cluster/member/remove', {ID: id});
  }

  async moveLeader(id: string): Promise<void> {
    await this.call('maintenance/transfer-leadership', {targetID: id});
  }

  async updatePeer(id: string, peerUrl: string): Promise<void> {
    await this.call('cluster/member/update', {ID: id, peerURLs: [peerUrl]});
  }

  async status(): Promise<MemberStatus> {
    const raw = await this.call<Record<string, unknown> & {header?: {member_id?: string}}>(
      'maintenance/status',
      {},
      3000,
    );
    return {
      memberId: raw.header?.member_id ?? '0',
      leader: String(raw.leader ?? '0'),
      isLearner: raw.isLearner === true,
      version: String(raw.version ?? ''),
      dbSize: Number(raw.dbSize ?? 0),
      raftAppliedIndex: Number(raw.raftAppliedIndex ?? 0),
    };
  }

  /** Streams a snapshot of the database (etcd's checksum at its end) into `onBytes`. */
  async snapshot(onBytes: (bytes: Buffer) => void): Promise<void> {
    const [endpoint = ''] = this.#endpoints;
    let rest = '';
    const take = (line: string) => {
      if (line.trim() === '') return;
      const said = JSON.parse(line) as {result?: {blob?: string}; error?: {message?: string}};
      if (said.error) throw new EtcdError(said.error.message ?? 'snapshot failed');
      onBytes(Buffer.from(said.result?.blob ?? '', 'base64'));
    };
    const reply = await send({
      method: 'POST',
      url: `${endpoint}/v3/maintenance/snapshot`,
      body: '{}',
      agent: this.#agent,
      timeoutMs: 60_000,
      onChunk: (chunk) => {
        const lines = (rest + chunk.toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        lines.forEach(take);
      },
    });
    take(rest);
    if (reply.status !== 200) throw new EtcdError(reply.statusText);
  }

  close(): void {
    this.#agent.destroy();
  }
}
