import {posix} from 'node:path';
import {
  defaultPaths,
  differingKeys,
  type K3sConfig,
  membershipKeys,
  parseConfigFile,
  renderConfigFile,
  shownConfig,
} from '../../src/cluster/index.js';
import {contentOfBytes, type Data, defineModule, type PathState, p} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

/** What the file is, or will be: other K3s modules read from it whether a restart is due. */
export interface ConfigState extends PathState {
  readonly config: K3sConfig;
  /** The change is one that K3s takes up only when it is restarted. */
  readonly restart: boolean;
}

interface Seen {
  readonly exists: boolean;
  readonly mode: string;
  readonly owner: string;
  readonly config: K3sConfig;
}

const params = p.object({
  path: p.path('The file.', {aliases: ['dest']}).default(defaultPaths.configFile),
  config: p.dict('All settings but `cluster-init` and `server` of a server.'),
  membership: p
    .dict(
      'How this server becomes a member: `cluster-init` or `server`, written when it becomes one. Empty: those two lines stay as they are found.',
    )
    .default({}),
  settle: p
    .bool('The server votes now: `cluster-init` is taken out, and `server` of `peer_url` put in its place.')
    .default(false),
  peer_url: p.string('URL of another server, for `settle`.').default(''),
});

/** The membership lines that the file shall have. K3s ignores both once etcd is on disk, so found ones are no difference. */
function membershipOf(seen: K3sConfig, wanted: {membership: Data; settle: boolean; peer_url: string}): K3sConfig {
  const found = Object.fromEntries(membershipKeys.filter((key) => key in seen).map((key) => [key, seen[key]]));
  if (wanted.settle) {
    const {'cluster-init': _begun, ...rest} = found;
    if (rest.server !== undefined || wanted.peer_url === '') return rest;
    return 'cluster-init' in found ? {server: wanted.peer_url} : rest;
  }
  return Object.keys(wanted.membership).length > 0 ? wanted.membership : found;
}

export default defineModule({
  kind: 'state',
  name: 'k3s_config',
  summary: "Writes K3s's config.yaml, readable by root only.",
  description: `Values are compared, not text. \`cluster-init\` and \`server\` are written when a server becomes a member and then left as
found: K3s ignores them once etcd is on its disk, so they are never a difference and never a restart.`,
  params,
  returns: {
    path: 'The file.',
    keys: 'Names of the settings that changed.',
    restart: 'Whether K3s has to be restarted for it.',
  },
  examples: [
    {name: 'Settings of a server', params: {config: {disable: ['traefik']}, membership: {'cluster-init': true}}},
  ],
  reach: 'host',
  probeIs: 'stable',
  reads: ({path}) => [{kind: 'path', path}],
  probe: ({path}) => sh`f=${path}
if [ -f "$f" ]; then
  stat -c '%a %U' "$f"
  cat "$f"
fi`,
  parse(output, {path}): Seen {
    const [head = '', ...rest] = output.stdout.split('\n');
    const [mode = '', owner = ''] = head.split(' ');
    const exists = mode !== '';
    return {exists, mode, owner, config: exists ? parseConfigFile(rest.join('\n'), path) : {}};
  },
  overlay(seen, predicted, {path}): Seen | undefined {
    const found = predicted.get({kind: 'path', path});
    if (found === undefined) return seen;
    const state = found.state as Partial<ConfigState> | undefined;
    return state?.config === undefined ? undefined : {exists: true, mode: '600', owner: 'root', config: state.config};
  },
  plan({path, config, ...wanted}, seen) {
    const goal: K3sConfig = {...membershipOf(seen.config, wanted), ...config};
    const keys = differingKeys(seen.config, goal);
    const modeDiffers = seen.exists && (seen.mode !== '600' || seen.owner !== 'root');
    const restart =
      differingKeys(seen.config, goal, 'server' in config ? [] : membershipKeys).length > 0 || !seen.exists;
    const result = {path, keys, restart};
    if (seen.exists && keys.length === 0 && !modeDiffers) return {plan: 'same', result: {path, keys, restart: false}};
    const only = (from: K3sConfig): Data =>
      Object.fromEntries(Object.entries(shownConfig(from)).filter(([key]) => keys.includes(key)));
    const state: ConfigState = {type: 'file', mode: '600', owner: 'root', config: goal, restart};
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path,
          before: {...only(seen.config), ...(modeDiffers ? {mode: seen.mode} : {})},
          after: {...only(goal), ...(modeDiffers ? {mode: '600'} : {})},
        },
      ],
      steps: [
        {step: 'script', title: `make ${posix.dirname(path)}`, script: sh`mkdir -p -- ${posix.dirname(path)}`},
        {
          step: 'upload',
          title: `write ${path}`,
          content: contentOfBytes(renderConfigFile(goal)),
          to: path,
          mode: '0600',
          owner: 'root',
          group: 'root',
        },
      ],
      touches: [{kind: 'path', path}],
      after: [{resource: {kind: 'path', path}, state}],
      result,
    };
  },
});
