export {createTemplateEngine} from './engine.js';
export {dropOmitted, omit, toPlain} from './omit.js';
export {PyFloat, PyTuple} from './python/kinds.js';
export {looseVersion} from './python/versions.js';
export {pyStr, pyRepr} from './python/repr.js';
export {pythonRegex, replacer as pythonReplacement, type RegexFlags} from './python/regex.js';
export {shaCrypt} from './filters/sha_crypt.js';
export {isTemplate} from './syntax/compile.js';
export {
  floatValue,
  type LazyMap,
  type LookupHost,
  lazyMap,
  type MarkSink,
  type ParseResult,
  type ParseYaml,
  type PathKind,
  type RenderFileOptions,
  type TemplateContext,
  type TemplateEngine,
  type TemplateEngineOptions,
  type Variable,
  type VariableSource,
} from './types.js';
