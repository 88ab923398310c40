import {nearest} from '../errors/nearest.js';
import {knownAgentKeys, knownServerKeys} from './config_keys.js';
import type {Check} from './preflight_types.js';
import {together, variableOf} from './together.js';

const baseKey = (key: string): string => key.replace(/^-+/, '').replace(/\+$/, '');

/** K3s skips a setting it does not know with a warning in its log (pkg/configfilearg), so a slip of the pen would go unseen. */
export const unknownKeys: Check = (_input, hosts) =>
  together(
    hosts.flatMap(({wanted}) => {
      const {kind, host, config, kept, sources} = wanted;
      const known = kind === 'server' ? knownServerKeys : knownAgentKeys;
      return Object.keys(config)
        .filter((key) => !known.has(key.replace(/\+$/, '')) && !kept.includes(key))
        .map((key) => ({
          host,
          what: () => `K3s knows no ${kind} setting '${key}'; it would skip it with a warning in its log`,
          hint: () => wayOut(key, kind, known),
          variable: variableOf(sources, key, `k3s_${kind}_config`),
        }));
    }),
  );

function wayOut(key: string, kind: 'server' | 'agent', known: ReadonlySet<string>): string {
  if (kind === 'agent' && knownServerKeys.has(baseKey(key)))
    return `'${key}' is a setting of servers: move it to k3s_server_config, or take it out`;
  const near = known.has(baseKey(key)) ? baseKey(key) : nearest(baseKey(key), known);
  return near === undefined
    ? `take it out; \`k3s ${kind} --help\` lists the settings there are`
    : `did you mean '${near}'?`;
}

/** What the inventory says in a form that means nothing. */
export const faults: Check = (_input, hosts) =>
  together(
    hosts.flatMap(({wanted}) =>
      wanted.faults.map(({variable, what, hint}) => ({
        host: wanted.host,
        what: () => what,
        hint: () => hint,
        variable: {name: variable},
      })),
    ),
  );
