export {causeOf, fatalMessage, isFinal} from './causes.js';
export {addressOf, type ClusterHost, isRunning, kindOf, liveConfig, nodeNameOf, urlOf} from './classify.js';
export {
  differingKeys,
  type K3sConfig,
  membershipKeys,
  parseConfigFile,
  renderConfigFile,
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
  isWhole,
  type Listed,
  type ListedNow,
  type Merged,
  mergeLists,
  type OpenKey,
  type Past,
  sameValueAs,
  type Verdict,
  verdictOf,
  verdictWords,
} from './conversion_compare.js';
export {type ConversionFacts, refuseConversion} from './conversion_gates.js';
export {effectiveOf, keptComment} from './effective.js';
export {defaultPaths, type K3sPaths, lookScript} from './look.js';
export {type ClusterPlan, groupOfStep, type HostPlan, type PlanRefusal, type Step} from './plan.js';
export {preflight} from './preflight.js';
export type {Preflight} from './preflight_types.js';
export {hasQuorum, mayStopOne, quorumOf, tolerance} from './quorum.js';
export {resolveRoles} from './roles.js';
export {type EtcdMember, parseLook, parseMemberList, type Sighting} from './sighting.js';
export {applyWal, markWithoutWal, readWal} from './sqlite_wal.js';
export {newToken, parseToken, sameToken} from './tokens.js';
export {binaryName, compareVersions, moveBetween, parseVersion, type Version} from './versions.js';
export {type WantedHost, wantedOf} from './wanted.js';
