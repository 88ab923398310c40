/** Runs playbooks given as YAML text on fake hosts, and keeps everything a test may want to look at. */

import {randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout} from 'node:timers/promises';
import type {Clock, RunSettings} from '../../src/engine/options.js';
import {runPlaybook} from '../../src/engine/run.js';
import type {HostOutcome, HostStats, RunEvent} from '../../src/events/types.js';
import {loadInventory} from '../../src/inventory/index.js';
import type {Module} from '../../src/module/index.js';
import {createRegistry} from '../../src/module/registry.js';
import {createLoader} from '../../src/playbook/index.js';
import {Masker} from '../../src/shell/index.js';
import {createTemplateEngine} from '../../src/template/index.js';
import type {LookupHost} from '../../src/template/types.js';
import {createConnectionOf, createRunVariables} from '../../src/vars/index.js';
import type {RunVariables} from '../../src/vars/types.js';
import {PositionMap, parseYamlValues} from '../../src/yaml/index.js';
import {FakePool, type FakeSession} from './fake_session.js';
import {smallModules} from './small_modules.js';

export interface EngineRunOptions {
  /** Hosts `h1,h2`, or a YAML inventory. */
  readonly inventory?: string;
  /** Files beside the playbook: roles, included tasks, variables. */
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: RunSettings;
  readonly modules?: readonly Module[];
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly kill?: AbortSignal;
  readonly prompt?: (text: string) => Promise<string | undefined>;
  readonly step?: (name: string) => Promise<'yes' | 'no' | 'continue'>;
  /** Hosts of an earlier run, to run on again. */
  readonly pool?: FakePool;
  /** Called before the run begins. */
  readonly arrange?: (pool: FakePool) => void | Promise<void>;
  readonly onEvent?: (event: RunEvent) => void;
}

export interface EngineRun {
  readonly exitCode: number;
  readonly events: readonly RunEvent[];
  readonly stats: Readonly<Record<string, HostStats>>;
  /** `task: host status, host status`, task by task in the order they ran, hosts by name. */
  readonly lines: readonly string[];
  readonly variables: RunVariables;
  readonly pool: FakePool;
  /** The outcome of a task on a host, by the task's name; the last one of that name. */
  outcome(host: string, task: string): HostOutcome;
  /** What a host holds in a variable that was registered or set. */
  value(host: string, name: string): unknown;
  session(host: string): FakeSession;
  trips(host: string): number;
}

const realClock: Clock = {now: Date.now, sleep: (durationMs, signal) => setTimeout(durationMs, undefined, {signal})};

/** Time that stands still while sleepers sleep: nothing grows old, no budget runs out. */
export const frozenClock: Clock = {...realClock, now: () => 1_700_000_000_000};

/** Time that passes only when somebody sleeps, and then at once; with it nothing that was read ahead stays young. */
export const fakeClock = (): Clock & {readonly slept: number[]} => {
  let now = 1_700_000_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (durationMs, signal) => {
      signal?.throwIfAborted();
      slept.push(durationMs);
      now += durationMs;
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    },
  };
};

export async function runYaml(playbook: string, options: EngineRunOptions = {}): Promise<EngineRun> {
  const folder = mkdtempSync(path.join(tmpdir(), 'quorate-play-'));
  const pool = options.pool ?? (await FakePool.make());
  try {
    for (const [name, text] of Object.entries({'play.yml': playbook, ...options.files})) {
      mkdirSync(path.dirname(path.join(folder, name)), {recursive: true});
      writeFileSync(path.join(folder, name), text);
    }
    return await runFolder(folder, pool, options);
  } finally {
    rmSync(folder, {recursive: true, force: true});
    if (options.pool === undefined) await pool.close();
  }
}

const noLookups: LookupHost = {
  readFile: () => '',
  exists: () => false,
  glob: () => [],
  env: () => undefined,
  searchPaths: () => [],
  inventoryHostnames: () => [],
  pipe: () => '',
};

async function runFolder(folder: string, pool: FakePool, options: EngineRunOptions): Promise<EngineRun> {
  const positions = new PositionMap();
  const masker = new Masker();
  const {inventory: written = 'h1,h2,h3,'} = options;
  if (written.includes('\n')) writeFileSync(path.join(folder, 'inventory.yml'), written);
  const source = written.includes('\n') ? path.join(folder, 'inventory.yml') : `${written.replace(/,$/, '')},`;
  const inventory = await loadInventory([source], {cwd: folder, positions});
  const variables = createRunVariables({inventory, positions});
  const modules = createRegistry([...smallModules, ...(options.modules ?? [])]);
  const names = {resolve: (name: string) => modules.find(name), nearest: (name: string) => modules.nearest(name)};
  const loader = createLoader({names, positions});
  const events: RunEvent[] = [];
  await options.arrange?.(pool);
  const templates = createTemplateEngine({parseYaml: (text) => parseYamlValues(text)});
  const {exitCode, stats} = await runPlaybook({
    playbooks: [loader.loadPlaybook(path.join(folder, 'play.yml'))],
    variables,
    templates,
    loader,
    modules,
    sessions: pool,
    connectionOf: createConnectionOf({hostKeys: 'off', connectTimeoutMs: 1000, home: folder, masker}),
    lookups: () => noLookups,
    masker,
    emit: (event) => {
      events.push(event);
      options.onEvent?.(event);
    },
    clock: options.clock ?? realClock,
    random: {bytes: randomBytes, fraction: () => 0.5},
    cacheDir: path.join(folder, '.cache'),
    ...(options.signal === undefined ? {} : {signal: options.signal}),
    ...(options.kill === undefined ? {} : {kill: options.kill}),
    ...(options.prompt === undefined ? {} : {prompt: options.prompt}),
    ...(options.step === undefined ? {} : {step: options.step}),
    ...(options.settings === undefined ? {} : {settings: options.settings}),
  });
  return {
    exitCode,
    events,
    stats: Object.fromEntries(stats),
    lines: linesOf(events),
    variables,
    pool,
    outcome: (host, task) => {
      const found = events.findLast(
        (event) => event.kind === 'host-result' && event.host === host && event.task.name === task,
      );
      if (found?.kind !== 'host-result') throw new Error(`${host} has no result of '${task}'`);
      return found.outcome;
    },
    value: (host, name) => variables.source(momentFor(host), []).get(name)?.value,
    session: (host) => pool.session({host}),
    trips: (host) => pool.session({host}).counters.trips,
  };
}

function linesOf(events: readonly RunEvent[]): string[] {
  const lines: {readonly id: string; readonly name: string; readonly hosts: string[]}[] = [];
  let last: (typeof lines)[number] | undefined;
  for (const event of events) {
    if (event.kind === 'play-start') last = undefined;
    if (event.kind !== 'host-result') continue;
    const {task, host, outcome} = event;
    const word = `${host} ${outcome.ignored ? 'ignored' : outcome.status}`;
    if (last?.id !== task.id) {
      last = {id: task.id, name: task.name, hosts: []};
      lines.push(last);
    }
    last.hosts.push(word);
  }
  return lines.map(({name, hosts}) => `${name}: ${hosts.sort().join(', ')}`);
}

const momentFor = (host: string) => ({
  host,
  playName: '',
  playHostsAll: [],
  playHosts: [],
  batch: [],
  playbookDir: '/',
  checkMode: false,
  diffMode: false,
  runTags: [],
  skipTags: [],
  forks: 1,
  verbosity: 0,
});
