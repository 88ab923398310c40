export type {ModuleNames} from './action.js';
export {
  type AnsibleConfig,
  type ConfigLookup,
  parseAnsibleConfig,
  readAnsibleConfig,
  type Setting,
} from './ansible_cfg.js';
export {createLoader, type LoaderOptions} from './loader.js';
export {isSelected, type Leaf, pruneByTags, selectTags, type TagSelection, tagsOf} from './tags.js';
export * from './types.js';
export {findStart, roleOf, titleOf, walkNodes, walkPlay} from './walk.js';
