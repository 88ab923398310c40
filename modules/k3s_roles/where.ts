import {type FaultyVariable, isSecretKey, type PlanRefusal} from '../../src/cluster/index.js';
import type {GroupEntry, Refusal} from '../../src/module/index.js';

type Entry = GroupEntry<unknown, unknown>;

/**
 * Refusals with the places to mend: the variable at fault for each host of which it is said, else the host itself in the
 * inventory. A refusal is of the whole run, so it names no hosts: those it leaves out would be touched otherwise.
 */
export const refusalsOf = (refusals: readonly PlanRefusal[], entries: readonly Entry[]): readonly Refusal[] =>
  refusals.map((refusal): Refusal => {
    const [where, ...others] = placesOf(refusal, entries);
    const {what, hint} = refusal;
    return {
      hosts: [],
      what,
      hint: others.length === 0 ? hint : `${hint} (also at ${others.join(', ')})`,
      ...(where === undefined ? {} : {where}),
      ...(refusal.variable !== undefined && isSecretVariable(refusal.variable) ? {secretLine: true} : {}),
    };
  });

/** Variables that hold a token or a password as they stand, where nobody has put them into a vault. */
const secretVariables = ['k3s_token', 'token', 'k3s_agent_token', 'agent_token', 'k3s_datastore'];

const isSecretVariable = ({name, member}: FaultyVariable): boolean =>
  secretVariables.includes(name) || (member !== undefined && isSecretKey(member));

function placesOf({hosts, variable}: PlanRefusal, entries: readonly Entry[]): readonly string[] {
  const entryOf = (host: string): Entry | undefined => entries.find((entry) => entry.host === host);
  if (variable === undefined) return hosts.flatMap((host) => entryOf(host)?.where ?? []).slice(-1);
  const {name, member, host} = variable;
  return [
    ...new Set([host, ...hosts].flatMap((one) => entryOf(one)?.whereOf(name, member) ?? entryOf(one)?.where ?? [])),
  ];
}
