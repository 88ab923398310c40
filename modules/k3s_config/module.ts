import {defaultPaths} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {configChange, configProbe, parseConfigProbe, predictedConfig} from './change.js';

const params = p.object({
  path: p.path('The file.', {aliases: ['dest']}).default(defaultPaths.configFile),
  config: p
    .dict('All settings but `cluster-init` and `server` of a server. Left out: the others stay as they are.')
    .optional(),
  membership: p
    .dict(
      'How this server becomes a member: `cluster-init` or `server`, written when it becomes one. Empty: those two lines stay as they are found.',
    )
    .default({}),
  settle: p
    .bool('The server votes now: `cluster-init` is taken out, and `server` of `peer_url` put in its place.')
    .default(false),
  kept: p
    .strings(
      'Settings in `config` that the host had before and the inventory does not name; the file says so in its head.',
    )
    .default([]),
  peer_url: p.string('URL of another server, for `settle`.').default(''),
});

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
  probe: ({path}) => configProbe(path),
  parse: (output, {path}) => parseConfigProbe(output.stdout, path),
  overlay: (seen, predicted, {path}) => predictedConfig(seen, predicted, path),
  plan(wanted, seen) {
    const {path} = wanted;
    const change = configChange(wanted, seen);
    if (change === undefined) return {plan: 'same', result: {path, keys: [], restart: false}};
    const {diff, steps, after, keys, restart} = change;
    return {plan: 'change', diff, steps, touches: [{kind: 'path', path}], after, result: {path, keys, restart}};
  },
});
