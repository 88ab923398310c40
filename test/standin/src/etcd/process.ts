/** The etcd child. In K3s etcd runs inside the process, so here it must never outlive it. */

import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, readFileSync} from 'node:fs';
import {dump} from 'js-yaml';
import {readIfThere, removeIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';
import type {Logger} from '../base/log.js';

export interface EtcdConfig {
  readonly name: string;
  readonly address: string;
  /** `name=https://ip:2380,...` for a member that has no data yet */
  readonly initial?: {readonly cluster: string; readonly state: 'new' | 'existing'};
  readonly forceNewCluster?: boolean;
  readonly exposeMetrics?: boolean;
  readonly heartbeatMs: number;
  readonly electionMs: number;
  /** `--etcd-arg` values, `key=value` */
  readonly extra: readonly string[];
}

export const peerUrl = (address: string): string => `https://${address}:2380`;
export const clientUrl = (address: string): string => `https://${address}:2379`;

/** K3s writes this file to db/etcd/config and hands it to etcd. */
export const configFile = (layout: Layout, config: EtcdConfig): Record<string, unknown> => {
  const tls = (cert: string, ca: string) => ({
    'cert-file': layout.tls('etcd', `${cert}.crt`),
    'key-file': layout.tls('etcd', `${cert}.key`),
    'client-cert-auth': true,
    'trusted-ca-file': layout.tls('etcd', ca),
  });
  const extra = config.extra.map((arg) => arg.replace(/^--/, '').split(/=(.*)/s).slice(0, 2));
  return {
    name: config.name,
    'data-dir': layout.etcd(),
    'listen-client-urls': `https://127.0.0.1:2379,${clientUrl(config.address)}`,
    'advertise-client-urls': clientUrl(config.address),
    'listen-peer-urls': `https://127.0.0.1:2380,${peerUrl(config.address)}`,
    'listen-metrics-urls': `http://127.0.0.1:2381${config.exposeMetrics ? `,http://${config.address}:2381` : ''}`,
    'client-transport-security': tls('server-client', 'server-ca.crt'),
    'peer-transport-security': tls('peer-server-client', 'peer-ca.crt'),
    'snapshot-count': 10_000,
    'heartbeat-interval': config.heartbeatMs,
    'election-timeout': config.electionMs,
    logger: 'zap',
    'log-level': 'warn',
    'log-outputs': ['stderr'],
    ...(config.forceNewCluster ? {'force-new-cluster': true} : {}),
    ...(config.initial
      ? {
          'initial-advertise-peer-urls': peerUrl(config.address),
          'initial-cluster': config.initial.cluster,
          'initial-cluster-state': config.initial.state,
        }
      : {}),
    ...Object.fromEntries(extra),
  };
};

export interface EtcdEnd {
  /** it found itself removed from the cluster */
  readonly removed: boolean;
  /** it was told to stop */
  readonly wanted: boolean;
  readonly status: string;
}

export interface EtcdProcess {
  readonly ended: Promise<EtcdEnd>;
  /** Halts it as it is; only a kill ends it then. */
  halt(): void;
  stop(): Promise<void>;
}

/** etcd's words for "this member was removed", in its log. */
const REMOVED = /permanently removed from the cluster|member has been removed|removed member/;

/** Ends an etcd that a killed K3s left behind. Only one that runs on this very configuration file is touched. */
const killStale = (pidFile: string, configPath: string): void => {
  const pid = Number(readIfThere(pidFile) ?? '');
  removeIfThere(pidFile);
  if (!pid) return;
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(configPath)) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone, as it should be.
  }
};

export const startEtcd = (program: string, layout: Layout, config: EtcdConfig, log: Logger): EtcdProcess => {
  const file = layout.etcd('config');
  const pidFile = layout.server('db', '.etcd.pid');
  mkdirSync(layout.etcd(), {recursive: true, mode: 0o700});
  killStale(pidFile, file);
  writeWhole(file, dump(configFile(layout, config)));
  // The kernel ends it with us, however we end: pdeathsig.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, '--config-file', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {PATH: process.env.PATH, ETCD_UNSUPPORTED_ARCH: process.arch},
  });
  if (child.pid) writeWhole(pidFile, `${child.pid}\n`);
  let wanted = false;
  return {
    ended: endOf(child, pidFile, log).then((end) => ({...end, wanted})),
    halt: () => child.kill('SIGSTOP'),
    stop: () => {
      wanted = true;
      return stop(child);
    },
  };
};

const endOf = (child: ChildProcess, pidFile: string, log: Logger) =>
  new Promise<{removed: boolean; status: string}>((resolve) => {
    let removed = false;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      removed ||= REMOVED.test(text);
      process.stderr.write(text);
    });
    child.on('error', (error) => {
      log.error(`failed to start etcd: ${error.message}`);
      resolve({removed, status: error.message});
    });
    child.on('close', (code, signal) => {
      removeIfThere(pidFile);
      resolve({removed, status: signal ?? `exit status ${code}`});
    });
  });

const stop = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const hard = setTimeout(() => child.kill('SIGKILL'), 8000);
    child.once('close', () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill('SIGTERM');
  });
