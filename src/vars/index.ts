export {
  type ConnectionDefaults,
  type ConnectionKeywords,
  type ConnectionSource,
  createConnectionOf,
  type HostConnection,
} from './connection.js';
export {createRunVariables, type RunVariablesOptions} from './run_variables.js';
export * from './types.js';
export {createUnsealer} from './unseal.js';
