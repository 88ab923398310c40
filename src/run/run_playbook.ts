import {randomBytes} from 'node:crypto';
import {homedir} from 'node:os';
import path from 'node:path';
import type {RunSettings} from '../engine/options.js';
import {runPlaybook as runPlays} from '../engine/run.js';
import type {Where} from '../errors/index.js';
import {countEvent, noStats} from '../events/stats.js';
import type {RunEvent, RunStats} from '../events/types.js';
import {createSessionPool} from '../transport/index.js';
import {sleep} from '../transport/timing.js';
import {createConnectionOf} from '../vars/index.js';
import {lookupsNear} from './lookups.js';
import {packageRoot} from './package_root.js';
import type {Prompt} from './passwords.js';
import {findPlaybook} from './playbook_files.js';
import {openProject, type Project, type ProjectOptions} from './project.js';

/** What a run is made from. Only `playbooks` is needed. */
export interface RunPlaybookOptions
  extends Partial<Omit<ProjectOptions, 'playbookDirs' | 'warn' | 'signal'>>,
    Omit<RunSettings, 'limit'> {
  /** Playbook files, run one after the other; one that does not exist here may be one that comes with the package. */
  readonly playbooks: readonly string[];
  /** Every event as it happens, with the statistics that count it. Secrets are masked already. */
  readonly onEvent?: (event: RunEvent, stats: RunStats) => void;
  /** First interruption: present tasks end, no new one begins. */
  readonly signal?: AbortSignal;
  /** Second interruption: what runs on hosts is killed. */
  readonly kill?: AbortSignal;
  /** `--step`: asked before each task. */
  readonly step?: (taskName: string) => Promise<'yes' | 'no' | 'continue'>;
  /** Folder for downloads that are kept between runs; `$XDG_CACHE_HOME/quorate` by default. */
  readonly cacheDir?: string;
}

export interface RunPlaybookResult {
  /** Ansible's: 0, 2 when a host failed, 4 when one could not be reached, 99 when interrupted. */
  readonly exitCode: number;
  readonly stats: RunStats;
}

/**
 * Runs playbooks on the hosts of an inventory: what `quorate run` does. Faults in what is read on this machine (a
 * playbook, the inventory, a vault) are thrown, all of them QuorateError; what happens on hosts is told by events and counted in `stats`.
 */
export async function runPlaybook(options: RunPlaybookOptions): Promise<RunPlaybookResult> {
  const events = eventCounter(options);
  const {project, playbooks, shipped} = await prepareRun(options, (message, where) =>
    events.emit({kind: 'notice', level: 'warning', message, at: Date.now(), ...(where ? {where} : {})}),
  );
  for (const message of shipped) events.emit({kind: 'notice', level: 'info', message, at: Date.now()});
  return runProject(project, playbooks, options, events);
}

export interface EventCounter {
  emit(event: RunEvent): void;
  stats(): RunStats;
}

/** Counts events before they are handed on. */
export function eventCounter({onEvent}: Pick<RunPlaybookOptions, 'onEvent'>): EventCounter {
  let stats = noStats;
  return {
    emit(event) {
      stats = countEvent(stats, event);
      onEvent?.(event, stats);
    },
    stats: () => stats,
  };
}

const noPrompt: Prompt = async () => undefined;

export interface PreparedRun {
  readonly project: Project;
  /** Absolute paths. */
  readonly playbooks: readonly string[];
  /** A sentence for each playbook that comes with the package. */
  readonly shipped: readonly string[];
}

/** Reads everything on this machine; connects to nothing. */
export async function prepareRun(
  options: RunPlaybookOptions,
  warn: (message: string, where?: Where) => void,
): Promise<PreparedRun> {
  const cwd = options.cwd ?? process.cwd();
  const found = options.playbooks.map((name) =>
    options.texts?.has(path.resolve(cwd, name))
      ? {file: path.resolve(cwd, name), shipped: false}
      : findPlaybook(name, cwd, packageRoot()),
  );
  const project = await openProject({
    ...options,
    cwd,
    home: options.home ?? homedir(),
    env: options.env ?? process.env,
    prompt: options.prompt ?? noPrompt,
    warn,
    playbookDirs: [...new Set(found.map(({file}) => path.dirname(file)))],
  });
  const shipped = found.flatMap(({file, shipped: isShipped}, index) =>
    isShipped ? [`${options.playbooks[index]} is not here; running the one that comes with quorate: ${file}`] : [],
  );
  return {project, playbooks: found.map(({file}) => file), shipped};
}

/** Runs playbooks of a project that was opened already. */
export async function runProject(
  project: Project,
  files: readonly string[],
  options: RunPlaybookOptions,
  events: EventCounter,
): Promise<RunPlaybookResult> {
  const playbooks = files.map((file) => project.loader.loadPlaybook(file));
  const {env, home, prompt, limit} = project.options;
  const sessions = createSessionPool({
    env,
    homeDir: home,
    masker: project.masker,
    ...(options.kill ? {signal: options.kill} : {}),
  });
  const forks = options.forks ?? project.config?.forks?.value;
  try {
    return await runPlays({
      playbooks,
      variables: project.variables,
      templates: project.templates,
      loader: project.loader,
      modules: project.modules,
      sessions,
      connectionOf: createConnectionOf(project.connection),
      lookups: (near) =>
        lookupsNear(near, {
          loader: project.loader,
          env,
          hostnames: (pattern) => project.matchHosts(pattern, {limited: false}),
          decode: project.decode,
        }),
      masker: project.masker,
      emit: events.emit,
      clock: {now: Date.now, sleep},
      random: {bytes: randomBytes, fraction: Math.random},
      prompt,
      refreshInventory: () => project.refreshInventory(),
      cacheDir: options.cacheDir ?? defaultCacheDir(project.options),
      ...(options.signal ? {signal: options.signal} : {}),
      ...(options.kill ? {kill: options.kill} : {}),
      ...(options.step ? {step: options.step} : {}),
      settings: {
        ...settingsOf(options),
        ...(limit === undefined ? {} : {limit}),
        ...(forks === undefined ? {} : {forks}),
      },
    });
  } finally {
    await sessions.close();
  }
}

const defaultCacheDir = ({env, home}: Pick<ProjectOptions, 'env' | 'home'>): string =>
  path.join(env.XDG_CACHE_HOME || path.join(home, '.cache'), 'quorate');

const settingNames = [
  'check',
  'diff',
  'tags',
  'skipTags',
  'startAtTask',
  'forceHandlers',
  'verbosity',
  'taskTimeoutMs',
  'readAhead',
  'reconnectMs',
] as const satisfies readonly (keyof RunSettings)[];

const settingsOf = (options: RunPlaybookOptions): RunSettings =>
  Object.fromEntries(settingNames.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]));
