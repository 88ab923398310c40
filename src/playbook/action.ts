/** Which module a task calls, and with what. */
import {didYouMean, PlaybookError, type Where} from '../errors/index.js';
import {UnsafeString} from '../yaml/index.js';
import {commandOptions, parseFreeForm} from './free_form.js';
import {taskKeywords, unknownKeyword} from './keywords.js';
import type {ModuleRef, RawArgs, Written} from './types.js';
import {isMapping, kindOf, type SourceFiles, type View} from './view.js';

/** What the loader asks of whoever knows the modules. */
export interface ModuleNames {
  /** A module by any of its names; `freeForm` is the parameter that takes free text. */
  resolve(written: string): {readonly name: string; readonly freeForm?: string | undefined} | undefined;
  nearest(written: string): string | undefined;
}

/** Actions that the loader itself carries out. */
const includes: ReadonlySet<string> = new Set([
  'include_tasks',
  'import_tasks',
  'include_role',
  'import_role',
  'import_playbook',
  'include',
]);
/** Modules whose text is a command: only a few named options are taken out of it. */
const commandModules: ReadonlySet<string> = new Set(['command', 'shell', 'raw', 'script', 'expect']);
/** Free text that is not a command: `meta: flush_handlers`, `include_vars: file.yml`. */
const otherFreeForm: ReadonlySet<string> = new Set(['meta', 'include_vars', 'add_host', 'group_by', 'set_fact']);

export const shortName = (written: string): string => written.replace(/^ansible\.(?:builtin|legacy)\./, '');

export type Action =
  | {readonly kind: 'module'; readonly module: ModuleRef; readonly args: RawArgs; readonly isLocal: boolean}
  | {
      readonly kind: 'include';
      readonly name: string;
      readonly written: string;
      readonly args: RawArgs;
      readonly where: Where;
    };

interface Call {
  readonly written: string;
  readonly value: unknown;
  readonly keyWhere: Where;
  readonly where: Where;
  readonly view?: View | undefined;
  readonly isLocal: boolean;
}

export class ActionReader {
  constructor(
    private readonly names: ModuleNames,
    private readonly files: SourceFiles,
  ) {}

  read(view: View): Action {
    const call = this.#call(view);
    const args = this.#args(call, view);
    if (includes.has(shortName(call.written)))
      return {kind: 'include', name: shortName(call.written), written: call.written, args, where: call.keyWhere};
    const known = this.#resolve(call.written, call.keyWhere);
    return {
      kind: 'module',
      module: {written: call.written, name: known.name, where: call.keyWhere},
      args,
      isLocal: call.isLocal,
    };
  }

  /** The one member of a task that is no keyword, or what `action:` and `local_action:` name. */
  #call(view: View): Call {
    const candidates = view.keys().filter((key) => !taskKeywords.has(key) && !key.startsWith('with_'));
    const forms = ['action', 'local_action'].filter((key) => view.has(key));
    const [first, second] = [...forms, ...candidates.filter((key) => this.#isAction(key))];
    const stray = candidates.find((key) => !this.#isAction(key));
    if (first !== undefined && second !== undefined) throw this.#twoModules(view, first, second);
    if (stray !== undefined) throw this.#unknown(view, stray, first);
    if (first === undefined)
      throw new PlaybookError({
        what: 'this task calls no module',
        where: view.where,
        hint: 'a task has one member that is a module: `command: true`, or a block with block:',
      });
    if (forms.length > 0) return this.#actionForm(view, first);
    const value = view.get(first);
    return {
      written: first,
      value,
      keyWhere: view.keyWhere(first),
      where: view.whereOf(first),
      view: view.view(first),
      isLocal: false,
    };
  }

  #isAction(key: string): boolean {
    return includes.has(shortName(key)) || this.names.resolve(key) !== undefined;
  }

  #twoModules(view: View, first: string, second: string): PlaybookError {
    return new PlaybookError({
      what: `this task calls two modules: '${first}' (line ${view.keyWhere(first).line}) and '${second}' (line ${view.keyWhere(second).line})`,
      where: view.keyWhere(second),
      hint: 'make two tasks of it; parameters of a module are indented below the module',
    });
  }

  #unknown(view: View, key: string, module: string | undefined): PlaybookError {
    const where = view.keyWhere(key);
    if (module !== undefined) {
      const error = unknownKeyword('task', key, where, taskKeywords);
      if (error.hint) return error;
      return new PlaybookError({
        what: error.what,
        where,
        hint: `if it is a parameter of ${module}, indent it below ${module}:`,
      });
    }
    const near = this.names.nearest(key) ?? didYouMean(key, [...includes])?.replace(/^did you mean '|'\?$/g, '');
    const keyword = didYouMean(key, taskKeywords);
    return new PlaybookError({
      what: `there is no module '${key}'`,
      where,
      hint:
        near === undefined
          ? (keyword ?? 'modules of your own go into a folder modules/ beside the playbook')
          : `did you mean '${near}'?`,
    });
  }

  #resolve(written: string, where: Where): {readonly name: string; readonly freeForm?: string | undefined} {
    const known = this.names.resolve(written);
    if (known) return known;
    const near = this.names.nearest(written);
    throw new PlaybookError({
      what: `there is no module '${written}'`,
      where,
      hint:
        near === undefined
          ? 'modules of your own go into a folder modules/ beside the playbook'
          : `did you mean '${near}'?`,
    });
  }

  /** `action: copy src=a dest=b` and `action: {module: copy, src: a}`. */
  #actionForm(view: View, form: string): Call {
    const isLocal = form === 'local_action';
    const where = view.whereOf(form);
    const inner = view.view(form);
    if (inner) {
      const name = inner.get('module');
      if (typeof name !== 'string')
        throw new PlaybookError({
          what: `${form} names no module`,
          where,
          hint: 'write module: NAME beside the parameters',
        });
      const [module = name, ...rest] = name.trim().split(/\s+/);
      const text = rest.join(' ');
      const entries = Object.entries(inner.value).filter(([key]) => key !== 'module');
      const value = {...parseFreeForm(text, where).options, ...Object.fromEntries(entries)};
      return {written: module, value, keyWhere: inner.whereOf('module'), where, view: inner, isLocal};
    }
    const text = view.get(form);
    if (typeof text !== 'string')
      throw new PlaybookError({what: `${form} is ${kindOf(text)}`, where, hint: `write ${form}: MODULE name=value`});
    const [, module = '', rest = ''] = /^\s*(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    return {written: module, value: rest, keyWhere: where, where, isLocal};
  }

  #args(call: Call, view: View): RawArgs {
    const name = shortName(call.written);
    const known = this.names.resolve(call.written);
    const isCommand = commandModules.has(known?.name ?? name);
    const takesText = isCommand || known?.freeForm !== undefined || otherFreeForm.has(name) || includes.has(name);
    const {defaults, beneath} = this.#argsKeyword(view);
    const extras = beneath ? {beneath} : {};
    if (isMapping(call.value) || call.value === null || call.value === undefined) {
      const own = isMapping(call.value) ? call.value : {};
      const values = defaults ? {...defaults.value, ...own} : own;
      const whereOf = (key: string): Where => {
        if (Object.hasOwn(own, key)) return call.view?.keyWhere(key) ?? call.where;
        return defaults?.keyWhere(key) ?? call.where;
      };
      return {kind: 'mapping', values, where: call.where, whereOf, ...extras};
    }
    if (call.value instanceof UnsafeString && known?.freeForm !== undefined) {
      // As a parameter it stays what it is: text that is never a template.
      const values = {...defaults?.value, [known.freeForm]: call.value};
      return {kind: 'mapping', values, where: call.where, whereOf: () => call.where, ...extras};
    }
    if (typeof call.value === 'object' || (typeof call.value !== 'string' && !takesText))
      throw this.#wrongShape(call, takesText);
    const text = String(call.value);
    if (!takesText && /^\s*\{\{[\s\S]*\}\}\s*$/.test(text)) return {kind: 'template', text, where: call.where};
    const free = parseFreeForm(text, call.where, isCommand ? commandOptions : undefined);
    const options = {...defaults?.value, ...free.options};
    if (free.text === '' && !isCommand)
      return {
        kind: 'mapping',
        values: options,
        where: call.where,
        whereOf: (key) => defaults?.keyWhere(key) ?? call.where,
        ...extras,
      };
    if (!takesText) throw this.#wrongShape(call, takesText);
    return {kind: 'freeForm', text: free.text, where: call.where, extra: options, ...extras};
  }

  #argsKeyword(view: View): {defaults?: View; beneath?: Written} {
    const value = view.get('args');
    if (value === undefined || value === null) return {};
    const defaults = view.view('args');
    if (defaults) return {defaults};
    const written = view.written('args');
    if (typeof value !== 'string' || !written)
      throw new PlaybookError({what: `args is ${kindOf(value)}, not a mapping`, where: view.whereOf('args')});
    if (value.includes('{{')) return {beneath: written};
    return {defaults: this.files.view(parseFreeForm(value, written.where).options, written.where)};
  }

  #wrongShape(call: Call, takesText: boolean): PlaybookError {
    return new PlaybookError({
      what: `${call.written} is given ${kindOf(call.value)}, and takes ${takesText ? 'text or parameters' : 'parameters'}`,
      where: call.where,
      hint:
        Array.isArray(call.value) && takesText
          ? 'a list of words goes below argv:'
          : 'write `name: value` lines below it',
    });
  }
}
