import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import {datastoreFiles, type K3sConfig} from '../../src/cluster/index.js';
import type {PathState, Predicted, Prediction, Resource, StepOutput} from '../../src/module/index.js';
import {joinScripts, type Script, sh} from '../../src/shell/index.js';
import {
  type ConfigChange,
  type ConfigSeen,
  type ConfigState,
  configChange,
  configProbe,
  parseConfigProbe,
  predictedConfig,
} from '../k3s_config/change.js';
import {parseService, type ServiceSeen, serviceProbe} from './seen.js';

/** A service and its settings, as they are on a host. */
export interface Seen {
  readonly service: ServiceSeen;
  readonly config: ConfigSeen;
}

/** What of a service's parameters says where to look, and what is wanted there. */
export interface Given {
  readonly name: string;
  readonly config_file: string;
  readonly bin_dir: string;
  readonly systemd_dir: string;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly membership: Readonly<Record<string, unknown>>;
  readonly kept: readonly string[];
  readonly adopted: boolean;
}

const unitFile = ({name, systemd_dir}: Given): string => posix.join(systemd_dir, `${name}.service`);

/** Files whose change asks for a restart. */
const files = (given: Given): readonly string[] => [
  posix.join(given.bin_dir, 'k3s'),
  unitFile(given),
  `${unitFile(given)}.env`,
  given.config_file,
  posix.join(posix.dirname(given.config_file), 'registries.yaml'),
  ...(given.name === 'k3s' ? datastoreFiles : []),
];

const marker = '-- service --';

const withoutComments = (content: Buffer | undefined): string | undefined =>
  content?.toString().replaceAll(/^#.*\n?/gm, '');

/** Whether a file that a dry run would write is another one than the service was started with. */
function differsFromStart(path: string, found: Prediction, {started}: ServiceSeen, given: Given): boolean {
  if (path === given.config_file) return (found.state as Partial<ConfigState> | undefined)?.restart !== false;
  const state = found.state as Partial<PathState> | undefined;
  // As the helper of the unit does it: comments of the environment file do not count.
  const content = path.endsWith('.env') ? withoutComments(state?.content) : state?.content;
  const sha256 = content === undefined ? state?.sha256 : createHash('sha256').update(content).digest('hex');
  return sha256 === undefined || sha256 !== started.get(path);
}

/** What the service will be when earlier tasks of a dry run have changed its files. */
function predictedService(seen: ServiceSeen, predicted: Predicted, given: Given): ServiceSeen {
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

export const seenProbe = ({name, config_file: path}: Given): Script =>
  joinScripts([serviceProbe(name), sh`echo ${marker}`, configProbe(path)]);

/** Reads what {@link seenProbe} printed. */
export function parseSeen(output: StepOutput, {config_file: path}: Given): Seen {
  const [service = '', config = ''] = output.stdout.split(`${marker}\n`);
  return {service: parseService(service), config: parseConfigProbe(config, path)};
}

export const readsOf = (given: Given): readonly Resource[] => [
  {kind: 'service', name: given.name},
  ...files(given).map((path) => ({kind: 'path', path}) as const),
];

/** What will be there when earlier tasks of a dry run are done; undefined where that cannot be told. */
export function overlaySeen(seen: Seen, predicted: Predicted, given: Given): Seen | undefined {
  const config = given.config === undefined ? seen.config : predictedConfig(seen.config, predicted, given.config_file);
  return config === undefined ? undefined : {service: predictedService(seen.service, predicted, given), config};
}

/** What has to be done to the settings; undefined where nothing has, or none are given. */
export const settingsChange = (given: Given, {config: file}: Seen): ConfigChange | undefined =>
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
        file,
      );

export const isUp = ({active}: ServiceSeen): boolean => ['active', 'activating', 'reloading'].includes(active);

/** Files that what runs was not started with, the settings that are to be written among them. */
export const staleFiles = (given: Given, seen: Seen): readonly string[] => [
  ...new Set([...seen.service.stale, ...(settingsChange(given, seen)?.restart === true ? [given.config_file] : [])]),
];

/** Whether a service that runs has to be restarted for what is on the disk, or will be. */
export const restartDue = (given: Given, seen: Seen): boolean =>
  isUp(seen.service) &&
  !(given.adopted && seen.service.foreign) &&
  (seen.service.foreign || staleFiles(given, seen).length > 0);
