/** SQL servers by the scheme of `datastore-endpoint`; one that does not answer is tried again, as kine does. */

import {messageOf} from '../base/fatal.js';
import type {Logger} from '../base/log.js';
import {sleep} from '../base/time.js';
import {openMysql} from './mysql.js';
import {openPostgres} from './postgres.js';
import {type SqlServer, SqlStore} from './sql.js';
import type {Store} from './types.js';

/** PEM texts. */
export interface ServerTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

const TRIES = 300;
const PAUSE_MS = 1000;

const openers: Readonly<Record<string, (rest: string, tls: ServerTls) => Promise<SqlServer>>> = {
  mysql: openMysql,
  postgres: openPostgres,
  postgresql: openPostgres,
};

/** kine asks MySQL first whether the database is there, and ends at once if that fails; PostgreSQL it tries again. */
const givesUp = (scheme: string, error: unknown): boolean =>
  scheme === 'mysql' || !(error instanceof Error && 'code' in error);

export const isSql = (scheme: string): boolean => scheme in openers;

export const openSql = async (
  scheme: string,
  rest: string,
  tls: ServerTls,
  around: {readonly log: Logger; readonly signal: AbortSignal},
): Promise<Store> => {
  const open = openers[scheme];
  if (!open) throw new Error('unknown driver');
  for (let count = 1; ; count++) {
    try {
      return new SqlStore(await open(rest, tls));
    } catch (error) {
      if (givesUp(scheme, error) || count >= TRIES) throw error;
      around.log.error(`Failed to ping database connection: ${messageOf(error)}`);
      await sleep(PAUSE_MS, around.signal);
    }
  }
};
