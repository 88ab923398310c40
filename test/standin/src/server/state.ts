/** What the parts of a running server share. */

import type {Passwords} from '../api/auth.js';
import type {Objects} from '../api/objects.js';
import type {Layout, Programs} from '../base/layout.js';
import type {Logger} from '../base/log.js';
import type {ServerOptions} from '../config/options.js';
import type {Tuning} from '../config/tuning.js';
import type {EtcdClient} from '../etcd/client.js';
import type {Store} from '../store/types.js';

export interface Setup {
  readonly options: ServerOptions;
  readonly layout: Layout;
  readonly programs: Programs;
  readonly tuning: Tuning;
  readonly log: Logger;
  readonly now: () => Date;
  /** aborted on SIGTERM */
  readonly signal: AbortSignal;
  /** logs a fatal line and ends the process, etcd first */
  readonly fail: (error: unknown) => void;
  /** ends the process with status 0 */
  readonly done: () => void;
  /** registers what has to be stopped at the end, last first */
  readonly atEnd: (step: () => Promise<void>) => void;
}

export interface EtcdMember {
  readonly client: EtcdClient;
  readonly name: string;
  readonly address: string;
}

/** Filled in as the server comes up; requests see what there is. */
export interface ServerState {
  passwords: Passwords;
  store?: Store;
  /** set once the datastore answers: from then on the API is served */
  objects?: Objects;
  /** set while embedded etcd is used */
  etcd?: EtcdMember;
  /** when the post-start hooks are done, in ms since the epoch */
  hooksDoneAt: number;
}
