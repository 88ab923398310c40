import {nodeNameOf} from './classify.js';
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

function refuseOne(wiped: Wiped, servers: readonly Known[]): PlanRefusal | undefined {
  const {known, dead} = wiped;
  const {wanted} = known.host;
  const name = wanted.host;
  const still = `the cluster still lists ${name} as member ${dead.name} (${dead.id})`;
  const left = leftOf(wiped, servers);
  if (left !== undefined)
    return {
      hosts: [name],
      what: `${name} has no etcd data and ${still}, but its data-dir is not empty: it holds ${left}`,
      hint: `if nothing on ${name} is needed, remove ${wanted.dataDir}/server there, then run again`,
    };
  for (const {host} of servers) {
    const peers = host.sighting?.etcd?.peers;
    const open = dead.peerUrls.find((url) => peers?.get(url) === 'open');
    if (open !== undefined)
      return {
        hosts: [name],
        what: `${name} has no etcd data and ${still}, but at ${open} something answers, as ${host.wanted.host} sees it`,
        hint: `the member lives, so it is not removed: check that ansible_host of ${name} is the machine at that address, or give this one a name of its own`,
      };
    const unseen = peers === undefined ? undefined : dead.peerUrls.find((url) => !peers.has(url));
    if (unseen !== undefined)
      return {
        hosts: [name],
        what: `${name} has no etcd data and ${still}, and ${host.wanted.host} cannot tell whether ${unseen} answers`,
        hint: `look there, and if that member is dead remove it on ${host.wanted.host}: \`k3s kubectl delete node ${memberNodeName(dead.name)}\`; then run again`,
      };
  }
  return undefined;
}

/** Why dead members of wiped servers may not be removed; nothing when they may. */
export const refuseWiped = (wiped: readonly Wiped[], servers: readonly Known[]): readonly PlanRefusal[] =>
  wiped.flatMap((one) => refuseOne(one, servers) ?? []);
