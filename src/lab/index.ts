/** Throw-away systemd hosts on this machine, for the demo, the tests, and trying a playbook. Needs root. */

export {labCommand, statusLines} from './command.js';
export {LabHost} from './host.js';
export {down, Lab, open, up} from './lab.js';
export {compareListings, type ListingDifference, listTree, type UpperEntry} from './listing.js';
export {controllerPackages, ensurePackages, requireRoot} from './packages.js';
export {type HostFiles, type LabFiles, placesOf} from './places.js';
export type * from './types.js';
