export {type HostAddress, isAddress, parseAddress, sameAddress} from './address.js';
export {causeOf, fatalMessage, isFinal, lastWords, startCauses} from './causes.js';
export {addressOf, type ClusterHost, isRunning, kindOf, liveConfig, nodeNameOf, urlOf} from './classify.js';
export {type ClusterToken, clusterToken} from './cluster_token.js';
export {
  differingKeys,
  isSecretKey,
  type K3sConfig,
  membershipKeys,
  parseConfigFile,
  renderConfigFile,
  restartKeys,
  sameValue,
  shownConfig,
} from './config_file.js';
export {
  type ConversionDisk,
  type ConversionPhase,
  type ConversionRecord,
  conversionPhase,
  defaultConversionDir,
  isHeartbeat,
  parseRecord,
  recordFile,
} from './conversion.js';
export {refuseDiscard, refuseRollback, type WrittenSince} from './conversion_back.js';
export {
  type Held,
  type HeldNow,
  isWhole,
  type Listed,
  ListMerge,
  listed,
  type Merged,
  type OpenKey,
  type Past,
  sameValueAs,
  type Verdict,
  verdictOf,
  verdictWords,
} from './conversion_compare.js';
export {type ConversionFacts, refuseConversion} from './conversion_gates.js';
export {parseEndpoint} from './datastore_endpoint.js';
export {type Trouble, troubleFault} from './datastore_faults.js';
export {mayWriteReadOnly, missingGrants} from './datastore_grants.js';
export {bootstrapKey, judgeTrial, type TrialFault, type TrialSeen} from './datastore_trial.js';
export {
  type Address,
  addressesOf,
  addressText,
  type Endpoint,
  type EtcdEndpoint,
  kindName,
  type MysqlEndpoint,
  type PostgresEndpoint,
  type SslMode,
  shownEndpoint,
} from './datastore_types.js';
export {datastoreFiles} from './datastore_wanted.js';
export {effectiveOf} from './effective.js';
export {keptComment, keptIn, renderEnvironment, secretsInEnvironment} from './environment.js';
export {withKept} from './kept.js';
export {isOnItsWay} from './known.js';
export {type KubeconfigMerge, type KubeconfigWanted, mergeKubeconfig} from './kubeconfig.js';
export {type KubeconfigSource, kubeconfigSource} from './kubeconfig_source.js';
export {defaultPaths, type K3sPaths, lookScript} from './look.js';
export {compareRecords, type Lookup} from './name_records.js';
export {cordonMark, type NodeRow, parseNodeList} from './nodes.js';
export {peerPort} from './peer_port.js';
export {
  type ClusterPlan,
  type FaultyVariable,
  groupOfStep,
  type HostPlan,
  type PlanRefusal,
  type Step,
} from './plan.js';
export {
  listedServers,
  type PoolCandidate,
  type PoolSeen,
  type PoolServer,
  type PoolState,
  parseStatistics,
  poolName,
  poolOf,
} from './pool.js';
export {preflight} from './preflight.js';
export type {DecidedHost, Preflight} from './preflight_types.js';
export {hasQuorum, mayStopOne, quorumOf, tolerance} from './quorum.js';
export {sumsIn} from './restart_reason.js';
export {resolveRoles} from './roles.js';
export {keptNamesScript, namesNotKept, servingNames, servingVerdict} from './serving_names.js';
export {type EtcdMember, parseLook, parseMemberList, type Sighting, type UnitFiles} from './sighting.js';
export {applyWal, markWithoutWal, readWal} from './sqlite_wal.js';
export {clusterStatus} from './status.js';
export {daysLeft} from './status_host_findings.js';
export {nodesScript, parseStatusLook, type StatusSighting, statusScript} from './status_look.js';
export type {
  ClusterStatus,
  Difference,
  Finding,
  Health,
  HostState,
  HostStatus,
  Quorum,
  SeenHost,
  ServerStatus,
} from './status_types.js';
export {newToken, parseToken, sameToken} from './tokens.js';
export {binaryName, compareVersions, moveBetween, parseVersion, type Version} from './versions.js';
export {type BalancerHost, planVrrp, type Vrrp} from './vrrp.js';
export {type WantedHost, wantedOf} from './wanted.js';
