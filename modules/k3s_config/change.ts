import {posix} from 'node:path';
import {
  differingKeys,
  type K3sConfig,
  keptComment,
  keptIn,
  membershipKeys,
  parseConfigFile,
  renderConfigFile,
  restartKeys,
  shownConfig,
} from '../../src/cluster/index.js';
import {
  contentOfBytes,
  type Data,
  type Diff,
  type PathState,
  type Predicted,
  type Prediction,
  type Step,
} from '../../src/module/index.js';
import {type Script, sh} from '../../src/shell/index.js';

/** What the file is, or will be: other K3s modules read from it whether a restart is due. */
export interface ConfigState extends PathState {
  readonly config: K3sConfig;
  readonly kept: readonly string[];
  /** The change is one that K3s takes up only when it is restarted. */
  readonly restart: boolean;
}

export interface ConfigSeen {
  readonly exists: boolean;
  readonly mode: string;
  readonly owner: string;
  readonly config: K3sConfig;
  /** What its head says to be kept as found. */
  readonly kept: readonly string[];
}

/** What the file shall be; `membership` empty leaves the two membership lines as found. */
export interface ConfigWanted {
  readonly path: string;
  /** Undefined: all but the membership lines stay as they are. */
  readonly config?: K3sConfig | undefined;
  readonly membership: Data;
  readonly settle: boolean;
  readonly peer_url: string;
  /** Keys of `config` that the host had and the inventory does not name; said in the file's head, so that they stay. */
  readonly kept: readonly string[];
}

export interface ConfigChange {
  readonly diff: readonly Diff[];
  readonly steps: readonly Step[];
  readonly after: readonly Prediction[];
  readonly keys: readonly string[];
  readonly restart: boolean;
}

/** Prints mode and owner on the first line, then the file; nothing where there is none. */
export const configProbe = (path: string): Script => sh`f=${path}
if [ -f "$f" ]; then
  stat -c '%a %U' "$f"
  cat "$f"
fi`;

export function parseConfigProbe(stdout: string, path: string): ConfigSeen {
  const [head = '', ...rest] = stdout.split('\n');
  const [mode = '', owner = ''] = head.split(' ');
  const exists = mode !== '';
  const text = rest.join('\n');
  return {exists, mode, owner, config: exists ? parseConfigFile(text, path) : {}, kept: keptIn(text)};
}

/** What was seen, or what an earlier task of a dry run would have written. */
export function predictedConfig(seen: ConfigSeen, predicted: Predicted, path: string): ConfigSeen | undefined {
  const found = predicted.get({kind: 'path', path});
  if (found === undefined) return seen;
  const state = found.state as Partial<ConfigState> | undefined;
  if (state?.config === undefined) return undefined;
  return {exists: true, mode: '600', owner: 'root', config: state.config, kept: state.kept ?? []};
}

/** The membership lines that the file shall have. K3s ignores both once etcd is on disk, so found ones are no difference. */
function membershipOf(seen: K3sConfig, wanted: ConfigWanted): K3sConfig {
  const found = Object.fromEntries(membershipKeys.filter((key) => key in seen).map((key) => [key, seen[key]]));
  if (wanted.settle) {
    const {'cluster-init': _begun, ...rest} = found;
    if (rest.server !== undefined || wanted.peer_url === '') return rest;
    return 'cluster-init' in found ? {server: wanted.peer_url} : rest;
  }
  return Object.keys(wanted.membership).length > 0 ? wanted.membership : found;
}

const withoutMembership = (config: K3sConfig): K3sConfig =>
  Object.fromEntries(
    Object.entries(config).filter(([key]) => !membershipKeys.some((membership) => membership === key)),
  );

/** What has to be done to the file; undefined when it is as wanted. An agent's `server` is a setting like any other. */
export function configChange(wanted: ConfigWanted, seen: ConfigSeen): ConfigChange | undefined {
  const {path} = wanted;
  const config = wanted.config ?? withoutMembership(seen.config);
  const kept = wanted.config === undefined ? seen.kept : wanted.kept;
  const goal: K3sConfig = {...membershipOf(seen.config, wanted), ...config};
  const keys = differingKeys(seen.config, goal);
  const modeDiffers = seen.exists && (seen.mode !== '600' || seen.owner !== 'root');
  // The head matters as the values do: what it does not name would be gone at the next run.
  const keptDiffers = [...seen.kept].sort().join() !== [...kept].sort().join();
  if (seen.exists && keys.length === 0 && !modeDiffers && !keptDiffers) return undefined;
  const restart = !seen.exists || restartKeys(seen.config, config).length > 0;
  const only = (from: K3sConfig): Data =>
    Object.fromEntries(Object.entries(shownConfig(from)).filter(([key]) => keys.includes(key)));
  const state: ConfigState = {type: 'file', mode: '600', owner: 'root', config: goal, kept, restart};
  return {
    keys,
    restart,
    diff: [
      {
        kind: 'values',
        path,
        before: {
          ...only(seen.config),
          ...(modeDiffers ? {mode: seen.mode} : {}),
          ...(keptDiffers && seen.kept.length > 0 ? {'kept as found': seen.kept} : {}),
        },
        after: {
          ...only(goal),
          ...(modeDiffers ? {mode: '600'} : {}),
          ...(keptDiffers && kept.length > 0 ? {'kept as found': kept} : {}),
        },
      },
    ],
    steps: [
      {step: 'script', title: `make ${posix.dirname(path)}`, script: sh`mkdir -p -- ${posix.dirname(path)}`},
      {
        step: 'upload',
        title: `write ${path}`,
        content: contentOfBytes(renderConfigFile(goal, keptComment(kept))),
        to: path,
        mode: '0600',
        owner: 'root',
        group: 'root',
      },
    ],
    after: [{resource: {kind: 'path', path}, state}],
  };
}
