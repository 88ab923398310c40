export {createTemplateEngine} from './engine.js';
export {shaCrypt} from './filters/sha_crypt.js';
export {dropOmitted, omit, toPlain} from './omit.js';
export {PyFloat, PyTuple} from './python/kinds.js';
export {pythonRegex, type RegexFlags, replacer as pythonReplacement} from './python/regex.js';
export {pyRepr, pyStr} from './python/repr.js';
export {looseVersion} from './python/versions.js';
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
