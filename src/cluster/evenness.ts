import {nodeNameOf} from './classify.js';
import {type Known, listedMembers, memberNodeName} from './known.js';
import type {PlanRefusal} from './plan.js';
import {quorumOf} from './quorum.js';

export interface Growth {
  /** Etcd's voters now, after this run, and once every server of the inventory is a member. */
  readonly before: number;
  readonly after: number;
  readonly final: number;
  /** Hosts that become voters in this run. */
  readonly joining: readonly string[];
  /** `k3s_allow_even: true`. */
  readonly allowed: boolean;
}

/**
 * How many servers are to be members one day and do not become it in this run: bare ones outside it, and unknown ones that
 * the cluster does not list and nobody gave up.
 */
export const joiningLater = (servers: readonly Known[], lost: readonly string[]): number =>
  servers.filter(({host, kind}) => {
    if (kind === 'bare') return !host.inPlay;
    if (kind !== 'unknown' || lost.includes(host.wanted.host)) return false;
    return !listedMembers(servers).some(({name}) => memberNodeName(name) === nodeNameOf(host));
  }).length;

const failures = (voters: number): number => voters - quorumOf(voters);

/**
 * An even number of voters survives no more failures than one fewer, and needs one more of them alive. A run that would
 * make it even for good is refused; a cluster that is even already, or on its way to an odd number, is warned of.
 */
export function evenness({before, after, final, joining, allowed}: Growth): {
  readonly refusals: readonly PlanRefusal[];
  readonly warnings: readonly string[];
} {
  if (after === 0 || after % 2 === 1) return {refusals: [], warnings: []};
  const said = `${after} etcd members survive ${failures(after)} failure${failures(after) === 1 ? '' : 's'}, no more than ${after - 1}`;
  if (final % 2 === 1)
    return {refusals: [], warnings: [`${said}: let the other servers join soon, so that there are ${final}`]};
  if (allowed || joining.length === 0 || before === after)
    return {refusals: [], warnings: [`${said}: an odd number of servers is better`]};
  return {
    refusals: [
      {
        hosts: joining.slice(-1),
        what: `with ${joining.join(', ')} the cluster would have an even number of voters: ${said}, and ${quorumOf(after)} of them have to live`,
        hint: `give group \`server\` an odd number of hosts (${after - 1} or ${after + 1}); to have ${after} all the same: -e k3s_allow_even=true`,
      },
    ],
    warnings: [],
  };
}
