/** `k3s server` and `k3s agent`: set up, run, and end in order. */

import {writeFileSync} from 'node:fs';
import {startLoadBalancer} from '../agent/loadbalancer.js';
import {runAgent} from '../agent/run.js';
import {FatalError, messageOf} from '../base/fatal.js';
import {layoutOf, programsIn} from '../base/layout.js';
import {createLogger, type Logger} from '../base/log.js';
import {notifyReady} from '../base/notify.js';
import {sleep} from '../base/time.js';
import {commit, version} from '../base/version.js';
import {readSettings, type Settings} from '../config/args.js';
import type {Role} from '../config/flags.js';
import {type NodeOptions, nodeOptions, serverOptions} from '../config/options.js';
import {readTuning, type Tuning} from '../config/tuning.js';
import {runServer} from '../server/run.js';
import type {Setup} from '../server/state.js';

/** How long an orderly end may take before the process simply exits. */
const END_MS = 8000;

interface Life {
  readonly signal: AbortSignal;
  readonly atEnd: (step: () => Promise<void>) => void;
  /** ends the process: the steps of `atEnd`, last first, then the status */
  readonly end: (status: number) => void;
}

const liveUntilStopped = (): Life => {
  const controller = new AbortController();
  const steps: (() => Promise<void>)[] = [];
  const end = (status: number) => {
    if (controller.signal.aborted) return;
    controller.abort();
    const all = async () => {
      for (const step of steps.reverse()) await step().catch(() => {});
    };
    void Promise.race([all(), sleep(END_MS)]).then(() => process.exit(status));
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => end(0));
  return {signal: controller.signal, atEnd: (step) => steps.push(step), end};
};

/** `ps` shows real K3s as `/usr/local/bin/k3s server` with the short name `k3s-server`. */
const nameProcess = (self: string, role: Role): void => {
  process.title = `${self} ${role}`;
  try {
    writeFileSync('/proc/self/comm', `k3s-${role}`);
  } catch {
    // Only looks are lost.
  }
};

const stderrLogger = (debug: boolean): Logger =>
  createLogger({write: (line) => process.stderr.write(line), now: () => new Date(), debug});

const failWith = (log: Logger, life: Life) => (error: unknown) => {
  log.fatal(error instanceof FatalError ? error.message : `starting kubernetes: ${messageOf(error)}`);
  life.end(1);
};

const warnUnknown = (settings: Settings, log: Logger): void => {
  for (const key of settings.unknownKeys) log.warn(`Unknown flag ${key} found in config.yaml, skipping\n`);
};

/** What the self-extracting header tells. */
export interface Place {
  /** where the payload was unpacked */
  readonly root: string;
  /** the k3s that was started */
  readonly self: string;
  readonly dataDir: string;
}

/** Runs until a signal. */
export const serve = async (role: Role, args: readonly string[], place: Place): Promise<void> => {
  nameProcess(place.self, role);
  const life = liveUntilStopped();
  const early = failWith(stderrLogger(false), life);
  try {
    const settings = readSettings(role, args, process.env);
    const log = stderrLogger(settings.flag('debug'));
    warnUnknown(settings, log);
    const tuning = readTuning(process.env);
    const fail = failWith(log, life);
    process.on('unhandledRejection', fail);
    const work =
      role === 'server'
        ? serveServer(settings, tuning, log, life, place)
        : serveAgent(settings, tuning, log, life, place);
    await work.catch((error: unknown) => {
      if (!life.signal.aborted) fail(error);
    });
  } catch (error) {
    early(error);
  }
};

const serveServer = (settings: Settings, tuning: Tuning, log: Logger, life: Life, place: Place): Promise<void> => {
  const options = serverOptions(settings, place.dataDir);
  const setup: Setup = {
    options,
    layout: layoutOf(options.dataDir),
    programs: programsIn(place.root, process.env),
    tuning,
    log,
    now: () => new Date(),
    signal: life.signal,
    atEnd: life.atEnd,
    fail: failWith(log, life),
    done: () => life.end(0),
  };
  return runServer(setup);
};

const requireJoin = ({token, serverUrl}: NodeOptions): {token: string; serverUrl: string} => {
  if (!token) throw new FatalError('--token is required');
  if (!serverUrl) throw new FatalError('--server is required');
  return {token, serverUrl};
};

const serveAgent = async (settings: Settings, tuning: Tuning, log: Logger, life: Life, place: Place): Promise<void> => {
  const options = nodeOptions(settings, place.dataDir);
  const {token, serverUrl} = requireJoin(options);
  const layout = layoutOf(options.dataDir);
  log.info(`Starting k3s agent ${version} (${commit})`);
  const port = Number(settings.text('lb-server-port') ?? 6444);
  const balancer = await startLoadBalancer(serverUrl, port, layout.agent('etc', 'k3s-agent-load-balancer.json'));
  life.atEnd(async () => balancer.close());
  log.info(
    `Running load balancer k3s-agent-load-balancer 127.0.0.1:${port} -> [] [default: ${new URL(serverUrl).host}]`,
  );
  await runAgent({
    options,
    layout,
    tuning,
    log,
    token,
    url: balancer.url,
    now: () => new Date(),
    signal: life.signal,
    extras: {labels: {}, annotations: {}, finalizers: []},
    onServers: balancer.setServers,
  });
  log.info('k3s agent is up and running');
  await notifyReady(process.env, log);
};
