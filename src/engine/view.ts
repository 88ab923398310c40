import type {Where} from '../errors/index.js';
import type {Level, Values} from '../inventory/types.js';
import type {Expression, TaskNode, Written} from '../playbook/types.js';
import {omit} from '../template/omit.js';
import type {TemplateContext, VariableSource} from '../template/types.js';
import type {Moment} from '../vars/types.js';
import {watchedSource} from './marks.js';
import type {PlayRun} from './play_context.js';

export interface ViewOptions {
  /** The delegate, when the task is delegated. */
  readonly delegate?: string;
  /** Loop variables and results that only this task sees; stronger than everything else. */
  readonly extra?: Values;
  /** Views of the loop's items that are still to come, for reading ahead. */
  readonly rest?: () => Iterable<View>;
  /** Looking ahead: says nothing, marks nothing. */
  readonly silent?: boolean;
}

/**
 * Templates of one task as one host sees them. In check mode it watches for values that only a real run can give:
 * `unsure` says why, once one was read.
 */
export class View {
  #unsure: string | undefined;
  #outer: View | undefined;
  #connection: VariableSource | undefined;
  #context: TemplateContext | undefined;

  constructor(
    readonly play: PlayRun,
    readonly host: string,
    readonly node: TaskNode,
    readonly options: ViewOptions = {},
  ) {}

  /** Why a value that was read cannot be known in check mode; undefined if all are known. */
  get unsure(): string | undefined {
    return this.#unsure;
  }

  /** The same view with more variables, or of a delegated task. What it is unsure of, this one is too. */
  with(options: ViewOptions): View {
    const view = new View(this.play, this.host, this.node, {
      ...this.options,
      ...options,
      ...(options.extra === undefined ? {} : {extra: {...this.options.extra, ...options.extra}}),
    });
    view.#outer = this;
    return view;
  }

  /** Whether it watches for values that only a real run can give. */
  get watches(): boolean {
    return this.play.run.settings.check && this.options.silent !== true;
  }

  /** The same view that watches on its own. */
  afresh(): View {
    return new View(this.play, this.host, this.node, this.options);
  }

  #doubt(why: string): void {
    this.#unsure ??= why;
    if (this.#outer !== undefined) this.#outer.#doubt(why);
  }

  /** Undefined if the whole value is `omit`; omitted members are dropped. */
  render(value: unknown, where?: Where): unknown {
    const rendered = this.play.run.options.templates.render(value, this.context, where);
    return rendered === omit ? undefined : rendered;
  }

  /** A keyword's value, rendered; undefined if it was not written. */
  written(written: Written | undefined): unknown {
    return written === undefined ? undefined : this.render(written.value, written.where);
  }

  evaluate(expression: string, where?: Where): unknown {
    return this.play.run.options.templates.evaluate(expression, this.context, where);
  }

  test(expression: unknown, where?: Where): boolean {
    return this.play.run.options.templates.condition(expression, this.context, where);
  }

  /** The first of these conditions that does not hold, or undefined if all do. */
  firstFalse(conditions: readonly Expression[]): Expression | undefined {
    return conditions.find(({text, where}) => !this.test(text, where));
  }

  variable(name: string): unknown {
    const found = this.source.get(name);
    if (found === undefined) return undefined;
    return found.template ? this.render(found.value) : found.value;
  }

  /** The levels at which a variable is set, lowest first. */
  levelOf(name: string): readonly Level[] {
    const {variables} = this.play.run.options;
    const layers = this.play.layersOf(this.host, this.node);
    return variables.explain(momentOf(this), layers, name).map(({level}) => level);
  }

  /** A variable of the host that is connected to: the delegate's own, when the task is delegated. */
  connectionVariable(name: string): unknown {
    const {run} = this.play;
    if (this.options.delegate === undefined) return this.variable(name);
    this.#connection ??= run.options.variables.connectionSource(
      momentOf(this),
      this.play.layersOf(this.host, this.node),
    );
    const found = this.#connection.get(name);
    if (found === undefined || !found.template) return found?.value;
    const rendered = run.options.templates.render(found.value, {...this.context, variables: this.#connection});
    return rendered === omit ? undefined : rendered;
  }

  get source(): VariableSource {
    return this.context.variables;
  }

  get context(): TemplateContext {
    this.#context ??= this.#makeContext();
    return this.#context;
  }

  #makeContext(): TemplateContext {
    const {run} = this.play;
    const {options} = run;
    const marking = this.watches;
    return {
      variables: this.#makeSource(marking),
      lookups: this.play.lookupsOf(this.node),
      now: () => new Date(options.clock.now()),
      random: () => options.random.fraction(),
      warn: this.options.silent === true ? () => undefined : (message) => run.warn(message),
      ...(marking
        ? {
            marks: {
              markOf: (value: object) => options.variables.markOf(value),
              sawMark: (why: string) => this.#doubt(why),
            },
          }
        : {}),
    };
  }

  #makeSource(marking: boolean): VariableSource {
    const {play, host, node} = this;
    const plain = play.run.options.variables.source(momentOf(this), play.layersOf(host, node));
    const base = marking ? watchedSource(plain, host, play.run.marksOf, (why) => this.#doubt(why)) : plain;
    const {extra} = this.options;
    if (extra === undefined) return base;
    return {
      get: (name) => (Object.hasOwn(extra, name) ? {value: extra[name], template: false} : base.get(name)),
      names: () => [...Object.keys(extra), ...(base.names?.() ?? [])],
    };
  }
}

function momentOf({play, host, node, options}: View): Moment {
  const {run} = play;
  const {role, environment} = play.keywordsOf(node);
  const {limit} = run.settings;
  return {
    host,
    playName: play.name,
    playHostsAll: play.hosts,
    playHosts: play.alive,
    batch: play.batch,
    playbookDir: play.play.directory,
    checkMode: run.settings.check,
    diffMode: run.settings.diff,
    runTags: run.settings.tags,
    skipTags: run.settings.skipTags,
    forks: run.settings.forks,
    verbosity: run.settings.verbosity,
    environment: environment.map(({value}) => value),
    ...(options.delegate === undefined ? {} : {delegate: options.delegate}),
    ...(role === undefined ? {} : {role}),
    ...(limit === undefined ? {} : {limit}),
  };
}
