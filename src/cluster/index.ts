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
export {keptComment} from './effective.js';
export {defaultPaths, type K3sPaths, lookScript} from './look.js';
export {type ClusterPlan, groupOfStep, type HostPlan, type PlanRefusal, type Step} from './plan.js';
export {preflight} from './preflight.js';
export type {Preflight} from './preflight_types.js';
export {hasQuorum, mayStopOne, quorumOf, tolerance} from './quorum.js';
export {resolveRoles} from './roles.js';
export {type EtcdMember, parseLook, parseMemberList, type Sighting} from './sighting.js';
export {newToken, parseToken, sameToken} from './tokens.js';
export {binaryName, compareVersions, moveBetween, parseVersion, type Version} from './versions.js';
export {type WantedHost, wantedOf} from './wanted.js';
