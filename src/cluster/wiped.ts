import {type ClusterHost, hostOf, nodeNameOf} from './classify.js';
import {type Known, listedMembers, memberNodeName} from './known.js';
import type {PlanRefusal} from './plan.js';
import type {EtcdMember} from './sighting.js';

/** A server that lost its data while the cluster still lists it. */
export interface Wiped {
  readonly known: Known;
  readonly dead: EtcdMember;
}

/**
 * Bare servers of which the cluster still lists a member. K3s answers them "duplicate node name found" for ever, so that
 * member has to go first. A join that was cut short is none of these: its own member has no name yet, or the name that
 * the server wrote down, and K3s's join finds itself again.
 */
export function wipedServers(servers: readonly Known[]): readonly Wiped[] {
  const listed = listedMembers(servers);
  return servers.flatMap((known) => {
    const {host, kind} = known;
    if (kind !== 'bare') return [];
    const dead = listed.find(
      (member) => memberNodeName(member.name) === nodeNameOf(host) && member.name !== host.sighting?.data.etcdName,
    );
    return dead === undefined ? [] : [{known, dead}];
  });
}

/** What of a wiped server's data-dir forbids to call it empty; a join that failed leaves the cluster's own certificates. */
function leftOf({known: {host}}: Wiped, servers: readonly Known[]): string | undefined {
  const data = host.sighting?.data;
  if (data?.memberDir === true) return 'server/db/etcd/member';
  if (data?.serverTls !== true) return undefined;
  const ca = servers.map((other) => other.host.sighting).find((sighting) => sighting?.etcd !== undefined)?.data.ca;
  return data.ca !== undefined && data.ca === ca ? undefined : 'server/tls, of another cluster';
}

/** Whether a member's address is this server's own. */
export const isAtOwnAddress = ({sighting}: ClusterHost, {peerUrls}: EtcdMember): boolean =>
  peerUrls.every((url) => sighting?.addresses.some(({address}) => address === hostOf(url)) === true);

/**
 * Whether the dead member's address is the wiped server's own, on which nobody listens: then it is dead also where living members
 * hear nothing at all from there, as with a firewall that drops what comes.
 */
export const hasFreeAddress = ({known: {host}, dead}: Wiped): boolean =>
  host.sighting?.peerPort === 'free' && isAtOwnAddress(host, dead);

/** Why the dead member at its address may live, as one member sees it: who sees it, that it is so, and what to do. */
function mayLive(wiped: Wiped, seer: ClusterHost): Pick<PlanRefusal, 'what' | 'hint'> | undefined {
  const {known, dead} = wiped;
  const peers = seer.sighting?.etcd?.peers;
  if (peers === undefined) return undefined;
  const [name, by] = [known.host.wanted.host, seer.wanted.host];
  const at = (state: 'open' | 'silent' | undefined): string | undefined =>
    dead.peerUrls.find((url) => peers.get(url) === state);
  const look = `look there, and if that member is dead remove it on ${by}: \`k3s kubectl delete node ${memberNodeName(dead.name)}\`; then run again`;
  const open = at('open');
  if (open !== undefined)
    return {
      what: `but at ${open} something answers, as ${by} sees it`,
      hint: `the member lives, so it is not removed: check that ansible_host of ${name} is the machine at that address, or give this one a name of its own`,
    };
  const unseen = at(undefined);
  if (unseen !== undefined) return {what: `and ${by} cannot tell whether ${unseen} answers`, hint: look};
  const silent = at('silent');
  if (silent === undefined || hasFreeAddress(wiped)) return undefined;
  return {
    what: `and nothing at all comes back from ${silent}, as ${by} sees it: a firewall that drops what comes, or a machine that is off`,
    hint:
      known.host.sighting?.peerPort === 'held'
        ? `something listens on port 2380 of ${name}: stop it if it is not needed, or let the servers reach each other’s ports 2379 and 2380; then run again`
        : look,
  };
}

function refuseOne(wiped: Wiped, servers: readonly Known[]): PlanRefusal | undefined {
  const {known, dead} = wiped;
  const {wanted} = known.host;
  const name = wanted.host;
  const still = `${name} has no etcd data and the cluster still lists ${name} as member ${dead.name} (${dead.id})`;
  const left = leftOf(wiped, servers);
  if (left !== undefined)
    return {
      hosts: [name],
      what: `${still}, but its data-dir is not empty: it holds ${left}`,
      hint: `if nothing on ${name} is needed, remove ${wanted.dataDir}/server there, then run again`,
    };
  for (const {host} of servers) {
    const found = mayLive(wiped, host);
    if (found !== undefined) return {hosts: [name], what: `${still}, ${found.what}`, hint: found.hint};
  }
  return undefined;
}

/** Why dead members of wiped servers may not be removed; nothing when they may. */
export const refuseWiped = (wiped: readonly Wiped[], servers: readonly Known[]): readonly PlanRefusal[] =>
  wiped.flatMap((one) => refuseOne(one, servers) ?? []);
