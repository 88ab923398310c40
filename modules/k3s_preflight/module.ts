import {type DecidedHost, lookScript, parseLook, preflight} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {clusterHosts} from '../k3s_roles/entries.js';
import {lookParams, pathsOf} from '../k3s_roles/look_params.js';
import {refusalsOf} from '../k3s_roles/where.js';

/** What `k3s_roles` of this run found on the host, so that a change since then is seen; undefined without it. */
const foundThen = (variable: unknown): DecidedHost | undefined => {
  if (typeof variable !== 'object' || variable === null || !('found' in variable)) return undefined;
  if (typeof variable.found !== 'string') return undefined;
  return {kind: variable.found, onItsWay: 'on_its_way' in variable && variable.on_its_way === true};
};

export default defineModule({
  kind: 'group',
  name: 'k3s_preflight',
  summary: 'Refuses, before anything is touched, what K3s would fail on or silently get wrong.',
  description: `Compares all hosts of the cluster at once: settings K3s does not know, flags that must match on all servers, node names
that collide, a node-ip the host has not, versions that go back or skip a minor, clocks apart, SELinux without its policy.`,
  params: p.object({
    ...lookParams,
    binary: p.string('k3s_binary, when a file of the controller is installed.').default(''),
    binary_version: p.string('Its version, where it tells (k3s_binary_version).').default(''),
  }),
  examples: [{name: 'Check before touching anything', params: {}}],
  scope: (params) => [params.server_group, params.agent_group],
  probe: (params) => lookScript(pathsOf(params)),
  parse: (output) => parseLook(output.stdout),
  plan(entries) {
    const hosts = clusterHosts(entries);
    const found = preflight({
      ...hosts,
      decided: new Map(entries.map((entry) => [entry.host, foundThen(entry.variable('k3s'))])),
      binaryGiven: entries.some((entry) => entry.params.binary !== ''),
      binaryVersions: new Map(
        entries.flatMap(({host, params}) => (params.binary_version === '' ? [] : [[host, params.binary_version]])),
      ),
    });
    return {
      refusals: refusalsOf(found.refusals, entries),
      warnings: found.warnings,
    };
  },
});
