/** The way into the expression language. */
import type {Where} from '../errors/index.js';
import {Cache} from './cache.js';
import {decide} from './conditions.js';
import {templateError} from './errors.js';
import {findPlugin} from './eval/calls.js';
import {asFault, evaluateTemplate} from './eval/evaluate.js';
import {globalFunctions} from './eval/globals.js';
import {sawDeep} from './eval/marks.js';
import {complete, pieceText} from './eval/output.js';
import type {Library} from './eval/runtime.js';
import {lazyValue} from './eval/variables.js';
import type {World} from './eval/world.js';
import {filters} from './filters/index.js';
import {lookups} from './lookups/index.js';
import {Fault, UndefinedFault} from './python/faults.js';
import {isMapping} from './python/mapping.js';
import {Undefined} from './python/undefined.js';
import {calledNames, freeNames, impureCalls} from './syntax/analyse.js';
import type {Compiled} from './syntax/ast.js';
import {compile, isTemplate, type TextKind} from './syntax/compile.js';
import {SyntaxFault} from './syntax/faults.js';
import {tests} from './tests/index.js';
import type {ParseResult, RenderFileOptions, TemplateContext, TemplateEngine, TemplateEngineOptions} from './types.js';

const usualCacheSize = 5000;

/** How many different warnings are remembered as said. */
const mostWarnings = 10_000;

/** What conditions need. */
export interface Runner {
  render(value: unknown): unknown;
  condition(expression: string): unknown;
  warnOnce(message: string): void;
}

export function createTemplateEngine(options: TemplateEngineOptions): TemplateEngine {
  const library = createLibrary(options);
  const worldOf = (context: TemplateContext): World => ({
    context,
    library,
    variables: context.variables,
    trail: [],
    file: undefined,
  });

  const finish = (value: unknown, context: TemplateContext): unknown => {
    if (context.marks) sawDeep(context.marks, value);
    return complete(value);
  };
  const run = (text: string, kind: TextKind, context: TemplateContext): unknown =>
    library.evaluate(worldOf(context), library.compile(text, kind), {renderConstants: kind === 'condition'});

  return {
    render: (value, context, where) => {
      if (typeof value === 'string') {
        if (!isTemplate(value)) return value;
        return located(where, undefined, () => finish(run(value, 'text', context), context));
      }
      if (typeof value !== 'object' || value === null) return value;
      return located(where, undefined, () =>
        finish(lazyValue(worldOf(context), value, {path: '', origin: undefined}), context),
      );
    },
    evaluate: (expression, context, where) =>
      located(where, undefined, () => finish(run(expression, 'expression', context), context)),
    condition: (expression, context, where) =>
      located(where, undefined, () => {
        const runner: Runner = {
          render: (value) =>
            finish(lazyValue(worldOf(context), value, {path: 'condition', origin: undefined}), context),
          condition: (text) => mustBeDefined(run(text, 'condition', context)),
          warnOnce: (message) => {
            if (!library.alreadySaid(message)) context.warn(message);
          },
        };
        return decide(runner, expression, where);
      }),
    renderFile: (text, context, {file}: RenderFileOptions) =>
      located({file, line: 1, column: 1}, file, () => {
        const compiled = library.compile(text, 'file');
        const value = finish(library.evaluate({...worldOf(context), file}, compiled), context);
        return fileText(pieceText(value), compiled);
      }),
    parseOnly: (text, kind = 'text', where) => located(where, undefined, () => parse(library, text, kind)),
  };
}

function createLibrary(options: TemplateEngineOptions): Library {
  const cache = new Cache<Compiled>(options.cacheSize ?? usualCacheSize);
  const said = new Set<string>();
  return {
    filters,
    tests,
    lookups,
    globals: globalFunctions,
    parseYaml: options.parseYaml,
    unseal: options.unseal,
    compile: (text, kind) => cache.get(`${kind}:${text}`, () => compileWithSite(text, kind)),
    evaluate: evaluateTemplate,
    alreadySaid: (message) => {
      if (said.has(message)) return true;
      if (said.size < mostWarnings) said.add(message);
      return false;
    },
  };
}

/** Line ends are unified before reading, so places are those of the unified text. */
function compileWithSite(text: string, kind: TextKind): Compiled {
  try {
    return compile(text, kind);
  } catch (error) {
    if (error instanceof SyntaxFault) error.site ??= {text: text.replace(/\r\n?/g, '\n'), offset: error.at};
    throw error;
  }
}

function located<Result>(where: Where | undefined, file: string | undefined, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw templateError(asFault(error), where, file);
  }
}

function mustBeDefined(value: unknown): unknown {
  if (value instanceof Undefined && !value.lenient) throw new UndefinedFault(value);
  return value;
}

/** A file keeps its final line feeds even where its text is one expression that gives a number. */
function fileText(text: string, compiled: Compiled): string {
  let count = 0;
  while (count < text.length && text[text.length - 1 - count] === '\n') count++;
  const ended = count < compiled.finalNewlines ? text + '\n'.repeat(compiled.finalNewlines - count) : text;
  return compiled.newline === '\n' ? ended : ended.replaceAll('\n', compiled.newline);
}

const kinds = {text: 'text', expression: 'condition', file: 'file'} as const;

function parse(library: Library, value: unknown, kind: 'text' | 'expression' | 'file'): ParseResult {
  const variables = new Set<string>();
  const impure = new Set<string>();
  for (const text of textsIn(value)) {
    if (kind === 'text' && !isTemplate(text)) continue;
    const {body} = library.compile(text, kinds[kind]);
    checkNames(library, text, body);
    for (const name of freeNames(body)) variables.add(name);
    for (const name of impureCalls(body)) impure.add(name);
  }
  return {variables: [...variables].sort(), impure: [...impure].sort()};
}

/** Every string in a value, keys too. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* textsIn(item);
  else if (isMapping(value) && !(value instanceof Map))
    for (const [key, item] of Object.entries(value)) {
      yield key;
      yield* textsIn(item);
    }
}

function checkNames(library: Library, text: string, body: Compiled['body']): void {
  const tables = {filter: library.filters, test: library.tests, lookup: library.lookups};
  for (const {kind, name, at} of calledNames(body)) {
    try {
      findPlugin<unknown>(tables[kind], kind, name);
    } catch (error) {
      if (error instanceof Fault) error.site = {text, offset: at};
      throw error;
    }
  }
}
