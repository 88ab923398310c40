export {inventoryLayers, rankOf} from './layers.js';
export {literalOr} from './literal.js';
export {type LoadInventoryOptions, loadInventory} from './load.js';
export {globToRegex, hostNamed, isLocalName, limitHosts, type Matched, matchHosts} from './pattern.js';
export {expandRange} from './range.js';
export * from './types.js';
export {readVarsFile, type VarsFileReader, varsFilesFor} from './vars_files.js';
export {isMapping} from './yaml_source.js';
