import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import {defaultPaths, type K3sConfig} from '../../src/cluster/index.js';
import {
  type Data,
  type Diff,
  defineModule,
  type PathState,
  type Predicted,
  type Prediction,
  p,
  type Resource,
  type Step,
} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {
  type ConfigSeen,
  type ConfigState,
  configChange,
  configProbe,
  parseConfigProbe,
  predictedConfig,
} from '../k3s_config/change.js';
import {quorumGate} from './gate.js';
import {parseService, type ServiceSeen, serviceProbe} from './seen.js';
import {enableStep, noteStep, startSteps, startWait, stopSteps} from './start.js';

const params = p.object({
  name: p.choice(['k3s', 'k3s-agent'], 'The service.').default('k3s'),
  state: p
    .choice(['started', 'stopped'], 'Wanted state; `started` restarts it where what runs is not what is on the disk.')
    .default('started'),
  enabled: p.bool('Started at boot.').default(true),
  config: p
    .dict('Settings of config.yaml, written before the start; see k3s_config. Left out: the file stays as it is.')
    .optional(),
  membership: p.dict('How this server becomes a member; see k3s_config.').default({}),
  kept: p.strings('See k3s_config.').default([]),
  adopted: p
    .bool(
      'A unit of another hand runs with what is on the disk now (`k3s_roles` has compared them): no restart for that.',
    )
    .default(false),
  datastore: p
    .choice(
      ['etcd', 'sqlite', 'external'],
      'With etcd, a restart waits until the other voters can keep quorum, and is refused if they cannot.',
    )
    .default('sqlite'),
  allow_outage: p.bool('Restart even if etcd loses quorum for as long as this server is away.').default(false),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  timeout_s: p.int('How long a start may take.').default(300),
  config_file: p.path("K3s's config.yaml.").default(defaultPaths.configFile),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  systemd_dir: p.path('Where the units lie.').default(defaultPaths.systemdDir),
});

interface Seen {
  readonly service: ServiceSeen;
  readonly config: ConfigSeen;
}

interface Files {
  readonly name: string;
  readonly config_file: string;
  readonly bin_dir: string;
  readonly systemd_dir: string;
}

const unitFile = ({name, systemd_dir}: Files): string => posix.join(systemd_dir, `${name}.service`);

/** Files whose change asks for a restart. */
const files = (given: Files): readonly string[] => [
  posix.join(given.bin_dir, 'k3s'),
  unitFile(given),
  `${unitFile(given)}.env`,
  given.config_file,
  posix.join(posix.dirname(given.config_file), 'registries.yaml'),
];

const marker = '-- service --';

const withoutComments = (content: Buffer | undefined): string | undefined =>
  content?.toString().replaceAll(/^#.*\n?/gm, '');

/** Whether a file that a dry run would write is another one than the service was started with. */
function differsFromStart(path: string, found: Prediction, {started}: ServiceSeen, given: Files): boolean {
  if (path === given.config_file) return (found.state as Partial<ConfigState> | undefined)?.restart !== false;
  const state = found.state as Partial<PathState> | undefined;
  // As the helper of the unit does it: comments of the environment file do not count.
  const content = path.endsWith('.env') ? withoutComments(state?.content) : state?.content;
  const sha256 = content === undefined ? state?.sha256 : createHash('sha256').update(content).digest('hex');
  return sha256 === undefined || sha256 !== started.get(path);
}

/** What the service will be when earlier tasks of a dry run have changed its files. */
function predictedService(seen: ServiceSeen, predicted: Predicted, given: Files): ServiceSeen {
  const stale = new Set(seen.stale);
  for (const path of files(given)) {
    const found = predicted.get({kind: 'path', path});
    if (found === undefined) continue;
    if (differsFromStart(path, found, seen, given)) stale.add(path);
    else if (path !== given.config_file) stale.delete(path);
  }
  const load = predicted.get({kind: 'path', path: unitFile(given)}) === undefined ? seen.load : 'loaded';
  const earlier = predicted.get({kind: 'service', name: given.name})?.state as Partial<ServiceSeen> | undefined;
  return {...seen, load, stale: [...stale], ...earlier};
}

export default defineModule({
  kind: 'state',
  name: 'k3s_service',
  summary: 'Runs K3s with these settings, and restarts it only where what runs differs from what is on the disk.',
  description: `The unit writes at each start the hashes of binary, unit, environment and config (less \`cluster-init\` and \`server\`).
They are compared with the files as they are now, so that a restart which a crash has lost is made up for, and no other is made.`,
  params,
  returns: {
    status: "The service's state.",
    stale: 'Files that have changed since it was started.',
    keys: 'Settings that changed.',
  },
  examples: [{name: 'Run the server', params: {name: 'k3s', config: {disable: ['traefik']}}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: (given): readonly Resource[] => [
    {kind: 'service', name: given.name},
    ...files(given).map((path) => ({kind: 'path', path}) as const),
  ],
  probe: ({name, config_file: path}) => joinScripts([serviceProbe(name), sh`echo ${marker}`, configProbe(path)]),
  parse(output, {config_file: path}): Seen {
    const [service = '', config = ''] = output.stdout.split(`${marker}\n`);
    return {service: parseService(service), config: parseConfigProbe(config, path)};
  },
  overlay(seen, predicted, given): Seen | undefined {
    const config =
      given.config === undefined ? seen.config : predictedConfig(seen.config, predicted, given.config_file);
    return config === undefined ? undefined : {service: predictedService(seen.service, predicted, given), config};
  },
  plan(given, {service: seen, config: file}) {
    const {name, state, enabled, timeout_s: timeoutS, config_file: path} = given;
    if (state === 'started' && seen.load !== 'loaded') {
      return {
        plan: 'fail',
        why: `there is no unit ${name}.service (${seen.load || 'systemd does not answer'})`,
        hint: 'the role k3s_host writes it; run site.yml as a whole',
      };
    }
    const settings =
      given.config === undefined
        ? undefined
        : configChange(
            {
              path,
              config: given.config as K3sConfig,
              membership: given.membership,
              settle: false,
              peer_url: '',
              kept: given.kept,
            },
            file,
          );
    const running = seen.active === 'active' || seen.active === 'activating' || seen.active === 'reloading';
    const stale = [...new Set([...seen.stale, ...(settings?.restart === true ? [path] : [])])];
    const before: Record<string, unknown> = {};
    const after: Record<string, unknown> = {};
    const steps: Step[] = [...(settings?.steps ?? [])];
    if (enabled !== seen.enabled && seen.load === 'loaded') {
      before.enabled = seen.enabled;
      after.enabled = enabled;
      steps.push(enableStep(name, enabled));
    }
    if (state === 'stopped' && running) {
      before.state = seen.active;
      after.state = 'inactive';
      steps.push(...stopSteps(name));
    }
    if (state === 'started' && !running) {
      before.state = seen.active;
      after.state = 'active';
      steps.push(...startSteps(name, 'start', timeoutS));
    }
    const adopted = given.adopted && seen.foreign;
    if (state === 'started' && running && adopted) {
      after['taken over'] = 'it runs with what is on the disk';
      steps.push(noteStep(name));
    } else if (state === 'started' && running && (stale.length > 0 || seen.foreign)) {
      before['started with'] = seen.foreign ? 'a unit of another hand' : `${stale.join(', ')} as before`;
      after['started with'] = 'what is on the disk now';
      steps.push(
        ...(given.datastore === 'etcd' && !given.allow_outage ? [quorumGate(name, given.data_dir)] : []),
        ...startSteps(name, 'restart', timeoutS),
      );
    }
    const result: Data = {name, status: state === 'started' ? 'active' : 'inactive', stale, keys: settings?.keys ?? []};
    if (steps.length === 0) {
      if (state !== 'started' || seen.active !== 'activating') return {plan: 'same', result};
      return {
        plan: 'cannotTell',
        why: `${name} is still starting`,
        steps: [startWait(name, seen.restarts, timeoutS)],
        touches: [],
      };
    }
    const now: Partial<ServiceSeen> = {
      load: seen.load,
      active: state === 'started' ? 'active' : 'inactive',
      enabled,
      stale: [],
      foreign: false,
    };
    const serviceDiff: Diff[] =
      Object.keys(after).length === 0 ? [] : [{kind: 'values', path: `service ${name}`, before, after}];
    return {
      plan: 'change',
      diff: [...(settings?.diff ?? []), ...serviceDiff],
      steps,
      touches: [{kind: 'service', name}, ...(settings === undefined ? [] : [{kind: 'path', path} as const])],
      after: [{resource: {kind: 'service', name}, state: now}, ...(settings?.after ?? [])],
      result,
    };
  },
  result(given, {service: seen, config}, outcomes) {
    // A start that was under way already is waited for, and is no change of this run.
    const waitedOnly = outcomes.length === 1 && outcomes[0]?.title === `${given.name} to start`;
    const settings =
      given.config === undefined
        ? undefined
        : configChange(
            {
              path: given.config_file,
              config: given.config as K3sConfig,
              membership: given.membership,
              settle: false,
              peer_url: '',
              kept: given.kept,
            },
            config,
          );
    return {
      changed: !waitedOnly,
      data: {
        name: given.name,
        status: given.state === 'started' ? 'active' : 'inactive',
        stale: seen.stale,
        keys: settings?.keys ?? [],
      },
    };
  },
});
