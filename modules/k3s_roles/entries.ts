import {type ClusterHost, type Sighting, wantedOf, withKept} from '../../src/cluster/index.js';
import type {GroupEntry} from '../../src/module/index.js';

export interface GroupNames {
  readonly server_group: string;
  readonly agent_group: string;
}

export interface ClusterHosts {
  readonly servers: readonly ClusterHost[];
  readonly agents: readonly ClusterHost[];
}

/** What was seen and what is wanted, host by host; a host that did not answer has no sighting. */
export function clusterHosts(entries: readonly GroupEntry<GroupNames, Sighting>[]): ClusterHosts {
  const hostOf = (entry: GroupEntry<GroupNames, Sighting>, kind: 'server' | 'agent'): ClusterHost => ({
    wanted: withKept(
      wantedOf(entry.host, kind, entry),
      entry.sighting.seen === 'known' ? entry.sighting.value : undefined,
    ),
    ...(entry.sighting.seen === 'known'
      ? {sighting: entry.sighting.value, sightedAtMs: entry.sighting.atMs}
      : {why: entry.sighting.why}),
    inPlay: entry.inPlay,
  });
  const servers = entries.filter((entry) => entry.groups.includes(entry.params.server_group));
  const agents = entries.filter((entry) => entry.groups.includes(entry.params.agent_group) && !servers.includes(entry));
  return {
    servers: servers.map((entry) => hostOf(entry, 'server')),
    agents: agents.map((entry) => hostOf(entry, 'agent')),
  };
}
