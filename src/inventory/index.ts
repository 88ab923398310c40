export {inventoryLayers, rankOf} from './layers.js';
export {literalOr} from './literal.js';
export {type LoadInventoryOptions, loadInventory} from './load.js';
export {isLocalName} from './local_names.js';
export {globToRegex, hostNamed, limitHosts, type Matched, matchHosts} from './pattern.js';
export {expandRange} from './range.js';
export * from './types.js';
export {readVarsFile, type VarsFileReader, varsFilesFor} from './vars_files.js';
export {isMapping} from './yaml_source.js';
