/** Where K3s keeps things under its data directory, and what the stand-in's own payload holds. */

import {join} from 'node:path';

export const layoutOf = (dataDir: string) => {
  const server = (...parts: string[]) => join(dataDir, 'server', ...parts);
  const tls = (...parts: string[]) => server('tls', ...parts);
  const agent = (...parts: string[]) => join(dataDir, 'agent', ...parts);
  const etcd = (...parts: string[]) => server('db', 'etcd', ...parts);
  return {
    dataDir,
    server,
    tls,
    agent,
    etcd,
    stateDb: server('db', 'state.db'),
    migrated: server('db', 'state.db.migrated'),
    snapshots: server('db', 'snapshots'),
    resetFlag: server('db', 'reset-flag'),
    wal: etcd('member', 'wal'),
    memberName: etcd('name'),
    tombstone: etcd('tombstone'),
    token: server('token'),
    nodeToken: server('node-token'),
    agentToken: server('agent-token'),
    passwd: server('cred', 'passwd'),
    /** outside the data directory, and left behind by K3s's uninstall script */
    nodePassword: '/etc/rancher/node/password',
  } as const;
};

export type Layout = ReturnType<typeof layoutOf>;

/** The payload's programs: the self-extracting header unpacked them to `bin` and `lib`. */
export interface Programs {
  readonly etcd: string;
  readonly etcdutl: string;
  readonly sqlite3: string;
  /** the environment that lets sqlite3 find the libraries packed with it */
  readonly sqliteEnv: NodeJS.ProcessEnv;
}

export const programsIn = (root: string, env: NodeJS.ProcessEnv): Programs => ({
  etcd: join(root, 'bin', 'etcd'),
  etcdutl: join(root, 'bin', 'etcdutl'),
  sqlite3: join(root, 'bin', 'sqlite3'),
  sqliteEnv: {...env, LD_LIBRARY_PATH: join(root, 'lib')},
});
