import type {Known} from './known.js';
import type {HostPlan, PlanRefusal, Step} from './plan.js';

/** What a run does with a server on SQLite. */
export type ConversionWish =
  | 'none'
  /** Converts it, then goes on with the other hosts. */
  | 'first'
  /** Converts it, and touches no other host. */
  | 'only'
  /** Takes a conversion back. */
  | 'back';

/** Nothing may build on a conversion until it was compared and has its snapshot. */
const isUnfinished = ({host}: Known): boolean => {
  const record = host.sighting?.data.conversion;
  return record !== undefined && (record.stage !== 'snapshot' || record.differs === true);
};

/** The servers that the conversion of this run is about; where there is more than one, the run is refused. */
export function converting(servers: readonly Known[], wish: ConversionWish): readonly Known[] {
  if (wish === 'none') return [];
  return servers.filter((known) => {
    if (!known.host.inPlay || known.host.sighting === undefined) return false;
    if (wish === 'back') return known.host.sighting.data.conversion !== undefined || known.kind === 'half-converted';
    return (
      known.kind === 'sqlite' || known.kind === 'half-converted' || (known.kind === 'member' && isUnfinished(known))
    );
  });
}

const why: Readonly<Record<Exclude<ConversionWish, 'none'>, string>> = {
  first: 'runs on SQLite, or its conversion is not finished: converted to etcd, before others join',
  only: 'runs on SQLite, or its conversion is not finished: converted to etcd',
  back: 'was converted to etcd: goes back to SQLite',
};

/** The step of a server in a run that converts; undefined where the usual rules decide. */
export function conversionStep(
  known: Known,
  servers: readonly Known[],
  wish: ConversionWish,
): {readonly step: Step; readonly why: string} | undefined {
  if (wish === 'none' || known.kind === 'unknown' || !known.host.inPlay) return undefined;
  if (converting(servers, wish).includes(known)) return {step: wish === 'back' ? 'back' : 'convert', why: why[wish]};
  if (wish === 'first') return undefined;
  return {step: 'none', why: known.kind === 'member' ? 'is on etcd: nothing to do' : 'not touched by this playbook'};
}

/** A play that only converts leaves agents as they are. */
export const agentStep = (plan: HostPlan, wish: ConversionWish): HostPlan =>
  wish === 'only' || wish === 'back' ? {...plan, step: 'none', why: 'not touched by this playbook'} : plan;

const namesOf = (servers: readonly Known[]): string => servers.map(({host}) => host.wanted.host).join(', ');

/**
 * No server joins one whose conversion nobody has compared. And one that was stopped for it, and may be told to start on
 * etcd already, is started by that play only, which watches it.
 */
function refuseUnfinished(servers: readonly Known[]): PlanRefusal[] {
  const joins = servers.some(({kind}) => kind === 'bare');
  return servers
    .filter((known) => isUnfinished(known) && (joins || known.kind === 'sqlite'))
    .filter(({host}) => host.sighting?.data.conversion?.stage !== 'restored')
    .map(({host, kind}) => ({
      hosts: [host.wanted.host],
      what: `the conversion of ${host.wanted.host} to etcd is not finished${kind === 'sqlite' ? '' : ': it was not compared with its backup, or differs from it'}`,
      hint: 'finish it: run `quorate run playbooks/convert_to_etcd.yml` with this inventory (with -e rollback=true it goes back to SQLite)',
    }));
}

/** What may not be converted, or not be built on, whatever lies on the one server itself. */
export function refuseConverting(servers: readonly Known[], wish: ConversionWish): PlanRefusal[] {
  if (wish === 'none') return refuseUnfinished(servers);
  const chosen = converting(servers, wish);
  const others = servers.filter(
    (known) =>
      !chosen.includes(known) && known.kind !== 'bare' && known.kind !== 'unknown' && known.kind !== 'external',
  );
  const [first] = chosen;
  if (first === undefined) return [];
  const hosts = [first.host.wanted.host];
  const members = others.filter(({kind}) => kind === 'member');
  if (wish === 'back' && members.length > 0)
    return [
      {
        hosts,
        what: `another server is a member by now (${namesOf(members)}): SQLite serves one server only`,
        hint: 'there is no way back once another server has joined',
      },
    ];
  if (chosen.length === 1 && (first.kind === 'member' || others.length === 0)) return [];
  return [
    {
      hosts,
      what: `${namesOf([...chosen, ...others])} each hold data of a cluster: only a single server can be converted`,
      hint: 'these are clusters of their own: give each an inventory of its own',
    },
  ];
}
