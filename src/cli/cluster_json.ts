import {type ClusterStatus, daysLeft, type HostStatus} from '../cluster/index.js';

/** Raised when a member is renamed, taken out, or changes its meaning; new members do not raise it. */
export const statusVersion = 1;

const hostJson = ({certificates, certificate, node, ...rest}: HostStatus, now: Date): object => ({
  ...rest,
  ...(node === undefined ? {} : {node}),
  certificates: certificates.map(({file, notAfter, authority}) => ({
    file,
    notAfter: notAfter.toISOString(),
    daysLeft: daysLeft(notAfter, now),
    authority,
  })),
  ...(certificate === undefined
    ? {}
    : {firstToEnd: {file: certificate.file, daysLeft: daysLeft(certificate.notAfter, now)}}),
});

/** The status as data, for `--json`; docs/cluster.md describes each member. */
export const statusJson = (status: ClusterStatus, now: Date): object => ({
  version: statusVersion,
  at: now.toISOString(),
  health: status.health,
  datastore: status.datastore,
  clusterIds: status.clusterIds,
  ...(status.quorum === undefined ? {} : {quorum: status.quorum}),
  servers: status.servers.map((server) => hostJson(server, now)),
  agents: status.agents.map((agent) => hostJson(agent, now)),
  strangers: status.strangers,
  versions: Object.fromEntries(status.versions),
  ...(status.snapshot === undefined ? {} : {snapshot: status.snapshot}),
  findings: status.findings,
});
