/** What a module of one's own imports from 'quorate'. Such modules get this very instance, whatever lies beside them. */
export {
  BecomeError,
  ClusterError,
  describeError,
  InventoryError,
  LabError,
  ModuleError,
  ParamsError,
  PlaybookError,
  QuorateError,
  TaskError,
  TemplateError,
  TransportError,
  UndefinedVariableError,
  UsageError,
  VaultError,
  YamlError,
} from '../errors/index.js';
export {contentOfBytes, defineModule, docOf, p, z} from '../module/index.js';
export {joinScripts, quote, raw, Script, Secret, sh} from '../shell/index.js';
