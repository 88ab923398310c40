import {etcdOf, hasLeader, isRemoved, type Known, type Votes} from './known.js';
import type {PlanRefusal} from './plan.js';
import {hasQuorum, quorumOf} from './quorum.js';
import type {Wiped} from './wiped.js';

const names = (servers: readonly Known[]): string => servers.map(({host}) => host.wanted.host).join(', ');

const resetHint = (servers: readonly Known[]): string => {
  const heard = servers.filter(({host}) => host.sighting?.etcd !== undefined);
  return `if they are lost for good, make ${names(heard.slice(0, 1))} the only member (there: \`systemctl stop k3s && k3s server --cluster-reset\`, then start it), which keeps its data, and run again`;
};

/** Removing a member is itself a change that a majority has to agree to, and so is all that comes after. */
function refuseRemovals(wiped: readonly Wiped[], servers: readonly Known[], {voters, expected}: Votes): PlanRefusal[] {
  const dead = wiped.filter((one) => !one.dead.isLearner);
  const [first] = dead;
  if (first === undefined || hasQuorum(voters, expected)) return [];
  return [
    {
      hosts: dead.map(({known}) => known.host.wanted.host),
      what: `the dead member ${first.dead.name} of ${first.known.host.wanted.host} cannot be removed: ${expected} of ${voters} voters ${expected === 1 ? 'is' : 'are'} healthy or can be started, and ${quorumOf(voters)} have to agree`,
      hint: `bring other members back first; ${resetHint(servers)}`,
    },
  ];
}

/** Nobody leads and this run cannot bring a majority back: waiting for it would only end at a deadline. */
function refuseNoMajority(servers: readonly Known[], {voters, expected}: Votes): PlanRefusal[] {
  if (etcdOf(servers).length === 0 || hasLeader(servers) || hasQuorum(voters, expected)) return [];
  const lacking = servers.filter(
    (known) => known.kind === 'unknown' || (!known.host.inPlay && known.host.sighting?.etcd === undefined),
  );
  return [
    {
      hosts: [],
      what: `etcd has lost its quorum, and this run cannot bring it back: ${expected} of ${voters} voters ${expected === 1 ? 'is' : 'are'} up or can be started, and ${quorumOf(voters)} are needed${lacking.length === 0 ? '' : ` (not to be had: ${names(lacking)})`}`,
      hint: `bring other members back first, and run without --limit; ${resetHint(servers)}`,
    },
  ];
}

/** Joining adds a voter that is not well yet: the others have to be a majority of all of them, itself counted. */
function refuseJoins({voters, expected}: Votes, joins: number): PlanRefusal[] {
  if (joins === 0 || voters === 0) return [];
  if (hasQuorum(voters + 1, expected)) return [];
  if (voters === 1 && expected === 1) return [];
  return [
    {
      hosts: [],
      what: `a server may not join now: ${expected} of ${voters} voters are healthy, and with one more ${quorumOf(voters + 1)} would be needed`,
      hint: 'bring the members that are down back first, or remove those that are lost',
    },
  ];
}

/** Votes once the dead members of wiped servers are out. */
export const withoutDead = (votes: Votes, wiped: readonly Wiped[]): Votes => ({
  ...votes,
  voters: votes.voters - wiped.filter(({dead}) => !dead.isLearner).length,
});

/** Whatever would leave etcd without a majority, or cannot be done without one; the first reason alone, since others follow from it. */
export function refuseQuorum(
  wiped: readonly Wiped[],
  servers: readonly Known[],
  votes: Votes,
  joins: number,
): readonly PlanRefusal[] {
  const all = [
    ...refuseRemovals(wiped, servers, votes),
    ...refuseNoMajority(servers, votes),
    ...refuseJoins(withoutDead(votes, wiped), joins),
  ];
  return all.slice(0, 1);
}

/**
 * Members of which the cluster knows nothing. K3s keeps a learner for five minutes; one that was put out with data on its
 * disk never finds its way back by itself (pkg/etcd join looks for an empty disk). A tombstone says it was removed: then
 * K3s puts the data aside and joins anew, if there is somebody to join.
 */
export function refuseOut(servers: readonly Known[], gate: Known | undefined): readonly PlanRefusal[] {
  return servers.flatMap((known): PlanRefusal[] => {
    const {host, kind} = known;
    const {wanted, sighting} = host;
    if (!host.inPlay || sighting === undefined || kind !== 'member' || !isRemoved(known, servers)) return [];
    if (sighting.data.tombstone) {
      if (gate !== undefined) return [];
      return [
        {
          hosts: [wanted.host],
          what: `${wanted.host} was removed from its cluster, and no server of that cluster can be read`,
          hint: `make a living server reachable; to begin anew on ${wanted.host}, run k3s-uninstall.sh there first`,
        },
      ];
    }
    return [
      {
        hosts: [wanted.host],
        what: `${wanted.host} has the data of member ${sighting.data.etcdName}, which the cluster does not list: it was removed, was put out as a learner before it had caught up, or is of another cluster`,
        hint: `if nothing on ${wanted.host} is needed, stop K3s there and remove ${wanted.dataDir}/server/db, then run again: it joins as a new member`,
      },
    ];
  });
}
