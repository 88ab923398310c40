import {adoptionChecks, shadowedSettings} from './adoption_checks.js';
import {effectiveOf} from './effective.js';
import {noticeLines} from './k3s_ansible.js';
import {criticalDiffer, otherDifferences} from './preflight_critical.js';
import {changedSince, clocks, hostSystems, missingCurl, serversExist} from './preflight_hosts.js';
import {movedMembers, nodeIps, nodeNames} from './preflight_names.js';
import {faults, unknownKeys} from './preflight_settings.js';
import type {Check, Preflight, PreflightInput} from './preflight_types.js';
import {binaryIsVersion, joiningVersions, versions} from './preflight_versions.js';

const checks: readonly Check[] = [
  serversExist,
  changedSince,
  faults,
  unknownKeys,
  criticalDiffer,
  nodeNames,
  nodeIps,
  movedMembers,
  versions,
  joiningVersions,
  binaryIsVersion,
  ...adoptionChecks,
  clocks,
  hostSystems,
];

/** All that would go wrong later and can be known now; pure. Every host is read, whatever `--limit` says. */
export function preflight(input: PreflightInput): Preflight {
  const hosts = [...input.servers, ...input.agents];
  return {
    refusals: checks.flatMap((check) => check(input, hosts)),
    warnings: [
      ...missingCurl(input),
      ...otherDifferences(input),
      ...ignoredDatastores(input),
      ...shadowedSettings(hosts),
      ...noticeLines(hosts.map(({wanted}) => wanted)),
    ],
  };
}

/** K3s looks at the disk first (pkg/cluster/managed.go): etcd there, and the endpoint is not even tried. */
function ignoredDatastores({servers}: PreflightInput): readonly string[] {
  const hosts = servers.flatMap(({sighting, wanted}) =>
    sighting?.data.wal === true &&
    (wanted.config['datastore-endpoint'] ?? effectiveOf(sighting, 'server').config['datastore-endpoint']) !== undefined
      ? [wanted.host]
      : [],
  );
  return hosts.length === 0
    ? []
    : [
        `${hosts.join(', ')}: datastore-endpoint is ignored, since etcd is on the disk there; take it out of k3s_server_config`,
      ];
}
