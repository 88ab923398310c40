import {posix} from 'node:path';
import {causeOf, defaultPaths, isFinal} from '../../src/cluster/index.js';
import {type Data, defineModule, p, type Resource, type Step, type WaitVerdict} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import type {ConfigState} from '../k3s_config/module.js';
import {parseService, type Seen, serviceProbe, stateProbe} from './seen.js';

const params = p.object({
  name: p.choice(['k3s', 'k3s-agent'], 'The service.').default('k3s'),
  state: p
    .choice(['started', 'stopped'], 'Wanted state; `started` restarts it where what runs is not what is on the disk.')
    .default('started'),
  enabled: p.bool('Started at boot.').default(true),
  timeout_s: p.int('How long a start may take.').default(300),
  config_file: p.path("K3s's config.yaml.").default(defaultPaths.configFile),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  systemd_dir: p.path('Where the units lie.').default(defaultPaths.systemdDir),
});

type Files = {
  readonly name: string;
  readonly config_file: string;
  readonly bin_dir: string;
  readonly systemd_dir: string;
};

/** Files whose change asks for a restart. */
const files = ({name, config_file, bin_dir, systemd_dir}: Files): readonly string[] => [
  posix.join(bin_dir, 'k3s'),
  posix.join(systemd_dir, `${name}.service`),
  posix.join(systemd_dir, `${name}.service.env`),
  config_file,
  posix.join(posix.dirname(config_file), 'registries.yaml'),
];

/** A start that systemd had to try this often without success is a restart loop. */
const restartLoop = 4;

function startVerdict(stdout: string, restartsBefore: number): WaitVerdict {
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
  if (value('ActiveState') === 'active') return {wait: 'done'};
  const restarts = Number(value('NRestarts') || 0) - restartsBefore;
  if (value('ActiveState') === 'failed')
    return {wait: 'failed', why: `systemd gave up (${value('Result')})`, hint: 'see `journalctl -u k3s`'};
  if (restarts >= restartLoop)
    return {
      wait: 'failed',
      why: `it ended ${restarts} times while starting`,
      hint: 'the last lines of its journal say why',
    };
  return {wait: 'more', progress: `${value('ActiveState')}${restarts > 0 ? `, restarted ${restarts} times` : ''}`};
}

/** `--no-block`, then a wait that shows progress: Type=notify would hold the command until K3s is ready. */
function startSteps(name: string, verb: 'start' | 'restart', seen: Seen, timeoutS: number): Step[] {
  return [
    {
      step: 'script',
      title: `${verb} ${name}`,
      script: sh`systemctl daemon-reload && systemctl reset-failed ${name} 2>/dev/null; systemctl ${verb} --no-block ${name}`,
    },
    {
      step: 'wait',
      title: `${name} to start`,
      probe: stateProbe(name),
      // A restart begins with the counter at nought; a start counts on from where it was.
      until: (output) => startVerdict(output.stdout, verb === 'restart' ? 0 : Math.min(seen.restarts, 0)),
      everyMs: 1000,
      deadlineMs: timeoutS * 1000,
      follow: {journal: name, cause: (line) => (isFinal(line) ? causeOf(line) : undefined)},
    },
  ];
}

export default defineModule({
  kind: 'state',
  name: 'k3s_service',
  summary: 'Starts K3s, and restarts it only where what runs differs from what is on the disk.',
  description: `The unit writes at each start the hashes of binary, unit, environment and config (less \`cluster-init\` and \`server\`).
They are compared with the files as they are now, so that a restart which a crash has lost is made up for, and no other is made.`,
  params,
  returns: {status: "The service's state.", stale: 'Files that have changed since it was started.'},
  examples: [{name: 'Run the server', params: {name: 'k3s'}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: (given): readonly Resource[] => [
    {kind: 'service', name: given.name},
    ...files(given).map((path) => ({kind: 'path', path}) as const),
  ],
  probe: ({name}) => serviceProbe(name),
  parse: parseService,
  overlay(seen, predicted, given): Seen | undefined {
    const stale = files(given).filter((path) => {
      const found = predicted.get({kind: 'path', path});
      if (found === undefined) return false;
      return path === given.config_file ? (found.state as Partial<ConfigState> | undefined)?.restart !== false : true;
    });
    const unit = files(given)[1] ?? '';
    const load = predicted.get({kind: 'path', path: unit}) === undefined ? seen.load : 'loaded';
    const earlier = predicted.get({kind: 'service', name: given.name})?.state as Partial<Seen> | undefined;
    return {...seen, load, stale: [...new Set([...seen.stale, ...stale])], ...earlier};
  },
  plan({name, state, enabled, timeout_s: timeoutS}, seen) {
    if (state === 'started' && seen.load !== 'loaded') {
      return {
        plan: 'fail',
        why: `there is no unit ${name}.service (${seen.load || 'systemd does not answer'})`,
        hint: 'the role k3s_host writes it; run site.yml as a whole',
      };
    }
    const running = seen.active === 'active' || seen.active === 'activating' || seen.active === 'reloading';
    const before: Record<string, unknown> = {};
    const after: Record<string, unknown> = {};
    const steps: Step[] = [];
    if (enabled !== seen.enabled && seen.load === 'loaded') {
      before.enabled = seen.enabled;
      after.enabled = enabled;
      steps.push({
        step: 'script',
        title: `${enabled ? 'enable' : 'disable'} ${name}`,
        script: sh`systemctl ${enabled ? 'enable' : 'disable'} ${name}`,
      });
    }
    if (state === 'stopped' && running) {
      before.state = 'started';
      after.state = 'stopped';
      steps.push(stopStep(name), stoppedWait(name));
    }
    if (state === 'started' && !running) {
      before.state = seen.active;
      after.state = 'active';
      steps.push(...startSteps(name, 'start', seen, timeoutS));
    }
    if (state === 'started' && running && (seen.stale.length > 0 || seen.foreign)) {
      before['started with'] = seen.foreign ? 'a unit of another hand' : `${seen.stale.join(', ')} as before`;
      after['started with'] = 'what is on the disk now';
      steps.push(...startSteps(name, 'restart', seen, timeoutS));
    }
    if (state === 'started' && seen.active === 'activating' && steps.length === 0) {
      return {
        plan: 'cannotTell',
        why: `${name} is still starting`,
        steps: startSteps(name, 'start', seen, timeoutS).slice(1),
        touches: [],
      };
    }
    const result: Data = {name, status: state === 'started' ? 'active' : 'inactive', stale: seen.stale};
    if (steps.length === 0) return {plan: 'same', result};
    const now: Partial<Seen> = {
      load: seen.load,
      active: state === 'started' ? 'active' : 'inactive',
      enabled,
      stale: [],
      foreign: false,
    };
    return {
      plan: 'change',
      diff: [{kind: 'values', path: `service ${name}`, before, after}],
      steps,
      touches: [{kind: 'service', name}],
      after: [{resource: {kind: 'service', name}, state: now}],
      result,
    };
  },
  result(given, seen, outcomes) {
    // Only reached with steps: a change, or a start that was under way already and is none of ours.
    const changed = outcomes.some(({title}) => !title.endsWith('to start')) || seen.active !== 'activating';
    return {
      changed,
      data: {name: given.name, status: given.state === 'started' ? 'active' : 'inactive', stale: seen.stale},
    };
  },
});

const stopStep = (name: string): Step => ({
  step: 'script',
  title: `stop ${name}`,
  script: sh`systemctl stop --no-block ${name}`,
});

const stoppedWait = (name: string): Step => ({
  step: 'wait',
  title: `${name} to stop`,
  probe: stateProbe(name),
  until: (output) => (/^ActiveState=(inactive|failed)$/m.test(output.stdout) ? {wait: 'done'} : {wait: 'more'}),
  everyMs: 500,
  deadlineMs: 120_000,
});
