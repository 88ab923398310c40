import type {Facts} from './status.js';
import type {Finding} from './status_types.js';
import {compareVersions, parseVersion, type Version} from './versions.js';

/** K3s saves one each twelve hours by default (docs "cli/etcd-snapshot"). */
const staleHours = 25;

/** Kubelets may be older than the API server by three minors, and never newer (Kubernetes' version skew policy). */
const oldestKubelet = 3;

/** More than one release in a cluster, and what of that Kubernetes does not support. */
export function versionFindings({versions, servers, agents}: Facts): Finding[] {
  if (versions.size < 2) return [];
  const list = [...versions].map(([version, hosts]) => `${version} on ${hosts.join(', ')}`).join('; ');
  const runs = ({node, version}: (typeof agents)[number]): Version | undefined =>
    parseVersion(node?.version || version || '');
  const ofServers = servers.flatMap((server) => runs(server) ?? []).sort(compareVersions);
  const wrong = agents.flatMap((agent): Finding[] => {
    const own = runs(agent);
    if (own === undefined) return [];
    const oldest = ofServers.find(({minor}) => minor < own.minor);
    if (oldest !== undefined)
      return [
        {
          level: 'degraded',
          hosts: [agent.host],
          what: `${agent.host} runs ${own.text}, newer than ${oldest.text} of a server: agents are upgraded last`,
          hint: 'run site.yml with one k3s_version for all',
        },
      ];
    const newest = ofServers.findLast(({minor}) => minor - own.minor > oldestKubelet);
    if (newest !== undefined)
      return [
        {
          level: 'degraded',
          hosts: [agent.host],
          what: `${agent.host} runs ${own.text}, more than ${oldestKubelet} minors older than ${newest.text} of a server`,
          hint: 'upgrade the agents: run site.yml with one k3s_version for all',
        },
      ];
    return [];
  });
  return [{level: 'note', hosts: [], what: `${versions.size} versions run: ${list}`}, ...wrong];
}

/** A cluster on etcd without a snapshot of late; ones that went to S3 alone are not seen. */
export function snapshotFindings({quorum, snapshot}: Facts, now: Date): Finding[] {
  if (quorum === undefined) return [];
  if (snapshot === undefined)
    return [
      {
        level: 'note',
        hosts: [],
        what: 'there is no etcd snapshot on any server that can be reached',
        hint: 'K3s saves one at 00:00 and 12:00; now: `k3s etcd-snapshot save` on a server',
      },
    ];
  const hours = Math.floor((now.getTime() / 1000 - snapshot.savedEpochSeconds) / 3600);
  if (hours < staleHours) return [];
  return [{level: 'note', hosts: [snapshot.host], what: `the last etcd snapshot is ${hours} hours old`}];
}
