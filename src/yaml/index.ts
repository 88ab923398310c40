export {
  type ParseOptions,
  parseYaml,
  parseYamlDocuments,
  parseYamlValue,
  parseYamlValues,
  readYamlFile,
} from './parse.js';
export {PositionMap} from './positions.js';
export {floatText, keyText, resolvePlain, YamlFloat} from './scalar.js';
export * from './types.js';
