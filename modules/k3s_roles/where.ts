import type {PlanRefusal} from '../../src/cluster/index.js';
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
    };
  });

function placesOf({hosts, variable}: PlanRefusal, entries: readonly Entry[]): readonly string[] {
  const entryOf = (host: string): Entry | undefined => entries.find((entry) => entry.host === host);
  if (variable === undefined) return hosts.flatMap((host) => entryOf(host)?.where ?? []).slice(-1);
  const {name, member, host} = variable;
  return [
    ...new Set([host, ...hosts].flatMap((one) => entryOf(one)?.whereOf(name, member) ?? entryOf(one)?.where ?? [])),
  ];
}
