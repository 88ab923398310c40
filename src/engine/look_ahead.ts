import type {Controller, Module, StateModule} from '../module/types.js';
import type {Expression, Task, Written} from '../playbook/types.js';
import type {Script} from '../shell/index.js';
import {questionOf} from './answers.js';
import {argumentsOf, defaultsWritten} from './args.js';
import {checkModeOf} from './check_mode.js';
import {controllerOf} from './controller.js';
import type {HostState, RunnableNode} from './host_state.js';
import type {EffectiveKeywords} from './keywords.js';
import {itemsOf, loopVariables} from './loop.js';
import type {PlayRun} from './play_context.js';
import {Calm} from './purity.js';
import type {Target} from './target.js';
import {booleanOf} from './values.js';
import {View} from './view.js';

const longestBytes = 64 * 1024;
/** Looking ahead may keep the present task waiting so long for files of the controller, and take so long in all. */
const [fileBudgetMs, budgetMs] = [50, 300];

/** Thrown where something cannot be known before its turn. */
class NotYet extends Error {}

/** Where looking ahead starts: behind the present task, or behind the present item of its loop. */
export interface Standpoint {
  readonly play: PlayRun;
  readonly state: HostState;
  readonly task: Task;
  readonly keywords: EffectiveKeywords;
  readonly target: Target;
  /** Items of the present task's loop that are still to come, each with its variables. */
  readonly rest: Iterable<View>;
}

/** Whether a module can be passed over: it has no effect on any host. */
const isHarmless = (module: Module): boolean =>
  module.kind === 'control' || (module.kind === 'action' && module.readOnly === true);

/**
 * Scripts of the probes that coming tasks of this host will want, as far as they can be told now: nothing is evaluated
 * that acts or needs a result still to come, and whatever fails is left to its own turn.
 */
export async function comingProbes(standpoint: Standpoint): Promise<readonly Script[]> {
  const gathering = new Gathering(standpoint);
  try {
    await gathering.own();
    for (const node of standpoint.state.upcoming()) if (!(await gathering.pass(node))) break;
  } catch {
    // Whatever it was, the task's own turn will tell.
  }
  return gathering.scripts;
}

class Gathering {
  readonly scripts: Script[] = [];
  readonly #pending = new Set<string>();
  readonly #until: number;
  #bytes = 0;
  #fileBudgetMs = fileBudgetMs;

  constructor(private readonly standpoint: Standpoint) {
    const {play, task} = standpoint;
    this.#until = play.run.options.clock.now() + budgetMs;
    this.#expect(task);
  }

  get #full(): boolean {
    const {play, target} = this.standpoint;
    const {options, answers} = play.run;
    return (
      this.scripts.length >= (answers?.window(target.host) ?? 0) ||
      this.#bytes > longestBytes ||
      options.clock.now() > this.#until
    );
  }

  /** The rest of the present task's loop. */
  async own(): Promise<void> {
    const {play, task, rest} = this.standpoint;
    const module = play.run.options.modules.find(task.module.name);
    if (module?.kind !== 'state' || module.probeIs !== 'stable' || task.until !== undefined) return;
    for (const view of rest) {
      if (this.#full) return;
      await this.#quietly(() => this.#probe(module, task, view));
    }
  }

  /** Looks at one coming node; false when nothing behind it can be looked at. */
  async pass(node: RunnableNode): Promise<boolean> {
    if (this.#full) return false;
    const {play, state} = this.standpoint;
    if (node.kind === 'flush') return state.notified.size === 0;
    if (node.kind === 'include') return false;
    const module = play.run.options.modules.find(node.module.name);
    if (module?.name === 'meta') return isIdle(node, state);
    if (module === undefined || module.kind === 'group') return false;
    const passes = isHarmless(module) || module.kind === 'state' || this.#isLeftOut(node);
    if (!passes || node.until !== undefined || node.retries !== undefined || node.async !== undefined) return false;
    if (module.kind === 'state' && module.probeIs === 'stable' && this.#ridesAlong(node))
      await this.#quietly(() => this.#task(module, node));
    this.#expect(node);
    return true;
  }

  /** Results that are not there yet, and must not be missed. */
  #expect({register, module, args}: Task): void {
    if (register !== undefined) this.#pending.add(register);
    if (module.name === 'set_fact' && args.kind === 'mapping')
      for (const name of Object.keys(args.values)) this.#pending.add(name);
    if (module.name === 'setup') this.#pending.add('ansible_facts');
  }

  /** The same way to the same host as the present task's, as far as one can see without asking. */
  #ridesAlong(task: Task): boolean {
    const {play, keywords} = this.standpoint;
    const coming = play.keywordsOf(task);
    if (coming.delegateTo !== undefined || coming.runOnce !== undefined) return false;
    return wayOf(coming) === wayOf(keywords);
  }

  #calm(view: View): Calm {
    return new Calm(view.play.run.options.templates, view.source, this.#pending);
  }

  /** A task that is certain not to run has no effect either. */
  #isLeftOut(task: Task): boolean {
    if (task.loop !== undefined) return false;
    const {play, state} = this.standpoint;
    const view = new View(play, state.host, task, {silent: true});
    try {
      return !this.#runs(view, play.keywordsOf(task).when);
    } catch {
      return false;
    }
  }

  #runs(view: View, conditions: readonly Expression[]): boolean {
    const calm = this.#calm(view);
    for (const {text, where} of conditions) {
      if (!calm.expression(text)) throw new NotYet();
      if (!view.test(text, where)) return false;
    }
    return true;
  }

  async #task(module: StateModule, task: Task): Promise<void> {
    const {play, state} = this.standpoint;
    const view = new View(play, state.host, task, {silent: true});
    const {loop} = task;
    if (loop === undefined) return this.#probe(module, task, view);
    if (!this.#calm(view).text(loop.items.value)) throw new NotYet();
    const items = itemsOf(view, loop);
    for (let index = 0; index < items.length && !this.#full; index += 1)
      await this.#quietly(() => this.#probe(module, task, view.with({extra: loopVariables(loop, items, index)})));
  }

  async #probe(module: StateModule, task: Task, view: View): Promise<void> {
    const {play, target} = this.standpoint;
    const {run} = play;
    const keywords = play.keywordsOf(task);
    const calm = this.#calm(view);
    const written: (Written | undefined)[] = [keywords.checkMode, keywords.diff];
    if (!written.every((one) => calm.text(one?.value))) throw new NotYet();
    if (!calm.text(argumentsWritten(task)) || !calm.text(defaultsWritten(view, module))) throw new NotYet();
    if (!this.#runs(view, keywords.when)) return;
    const params = argumentsOf(view, task, module);
    const hostView = {
      name: view.host,
      checkMode: checkModeOf(view, {keywords}),
      diffMode: booleanOf(view, 'diff', keywords.diff, run.settings.diff),
      facts: run.options.variables.facts(view.host),
      become: target.become !== undefined,
      user: target.user,
    };
    const controller = controllerOf(view, run.contents, target.signal);
    const renderTemplate: Controller['renderTemplate'] = (text, file, extra) => {
      if (!calm.file(text)) throw new NotYet();
      return controller.renderTemplate(text, file, extra);
    };
    const prepared = module.prepare
      ? await this.#inTime(async () => module.prepare?.(params, {...controller, renderTemplate}, hostView))
      : undefined;
    this.#add(module.probe(params, prepared, hostView));
  }

  #add(script: Script): void {
    const {play, target} = this.standpoint;
    const question = questionOf(target, script);
    if (play.run.answers?.knows(target.host, question) === true) return;
    if (this.scripts.some((known) => known.source === script.source)) return;
    this.scripts.push(script);
    this.#bytes += script.source.length;
  }

  async #inTime<T>(prepare: () => Promise<T>): Promise<T> {
    const {clock} = this.standpoint.play.run.options;
    const waiting = new AbortController();
    const began = clock.now();
    const late = clock.sleep(Math.max(0, this.#fileBudgetMs), waiting.signal).then(
      () => {
        throw new NotYet();
      },
      () => new Promise<never>(() => undefined),
    );
    try {
      return await Promise.race([prepare(), late]);
    } finally {
      waiting.abort();
      this.#fileBudgetMs -= clock.now() - began;
    }
  }

  async #quietly(look: () => Promise<void>): Promise<void> {
    try {
      await look();
    } catch {
      // Left to its own turn.
    }
  }
}

/** A `meta` that does nothing as things stand. */
const isIdle = ({args}: Task, {notified}: HostState): boolean =>
  args.kind === 'freeForm' && (args.text === 'noop' || (args.text === 'flush_handlers' && notified.size === 0));

const wayOf = (keywords: EffectiveKeywords): string =>
  JSON.stringify(
    [
      keywords.become,
      keywords.becomeUser,
      keywords.becomeMethod,
      keywords.connection,
      keywords.remoteUser,
      keywords.port,
      ...keywords.environment,
    ].map((written) => written?.value ?? null),
  );

/** All of a task's arguments as they were written. */
function argumentsWritten({args}: Task): unknown {
  if (args.kind === 'template') return args.text;
  const beneath = args.beneath?.value;
  return args.kind === 'mapping' ? [args.values, beneath] : [args.text, args.extra, beneath];
}
