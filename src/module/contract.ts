/**
 * What every module is held to, and a small executor that holds it to that: it runs a module's probe, plan and steps
 * on one host through three functions, without an engine. For tests and for authors of modules.
 */
import {createHash} from 'node:crypto';
import {writeFile} from 'node:fs/promises';
import {messageOf, QuorateError} from '../errors/index.js';
import {type Script, sh} from '../shell/index.js';
import type {Become, HostSession, UploadContent} from '../transport/types.js';
import type {
  ActionModule,
  Controller,
  Data,
  Diff,
  HostView,
  Module,
  ModuleResult,
  Plan,
  Predicted,
  Prediction,
  Resource,
  StateModule,
  Step,
  StepOutcome,
  StepOutput,
  WaitVerdict,
} from './types.js';
import {validateParams} from './validate.js';

/** A host as the executor needs it. */
export interface HostExec {
  run(script: Script, options?: {readonly stdin?: Buffer; readonly cwd?: string}): Promise<StepOutput>;
  /** Writes beside the target, then moves it into place. */
  upload(
    content: UploadContent,
    to: string,
    attributes: {readonly mode: string; readonly owner?: string; readonly group?: string},
  ): Promise<void>;
  fetch(from: string, maxBytes?: number): Promise<Buffer>;
}

/** A case of a module, run by the contract tests: what is there, what is asked, what is expected. */
export interface ModuleCase {
  readonly name: string;
  readonly params: Data;
  /** Shell text that makes what is there before. */
  readonly given?: Script;
  /** Files on the controller, found by `src` and the like. */
  readonly controllerFiles?: Readonly<Record<string, string | Buffer>>;
  readonly facts?: Data;
  readonly expect: 'changed' | 'ok' | 'failed' | 'skipped';
  /** What check mode says instead; the same by default, `skipped` for actions that check mode skips. */
  readonly check?: 'changed' | 'ok' | 'failed' | 'skipped' | 'conditional';
  /** A second time; `ok` by default for what changed. */
  readonly again?: 'changed' | 'ok' | 'failed' | 'skipped';
  /** Part of the message of a failure. */
  readonly says?: RegExp;
  /** Shell text that must succeed afterwards. */
  readonly leaves?: Script;
  /** Keys of the result that must be so; compared by deep equality. */
  readonly data?: Data;
  /** Facts and variables that the module gives, compared likewise. */
  readonly learns?: Data;
  /** Paths that change without being named in the diff (backups, caches): a path stands for all below it. */
  readonly besides?: readonly (string | RegExp)[];
  /** `host`: needs systemd, packages or a kernel of its own, and so runs on a lab host only. */
  readonly needs?: 'host';
  /** Only with these tools: `gnu` has the machine's, `busybox` nothing but busybox. */
  readonly only?: 'gnu' | 'busybox';
}

/** How a module run ended. */
export interface ContractOutcome {
  readonly status: 'ok' | 'changed' | 'failed' | 'skipped' | 'conditional';
  readonly why?: string;
  readonly hint?: string;
  readonly diff: readonly Diff[];
  readonly data: Data;
  readonly touches: readonly Resource[];
  readonly after: readonly Prediction[];
  readonly warnings: readonly string[];
  readonly result?: ModuleResult;
}

export interface ContractContext {
  readonly exec: HostExec;
  readonly controller: Controller;
  readonly host: HostView;
  /** Check mode: what earlier tasks would have done. */
  readonly predicted?: Predicted;
  sleep(durationMs: number): Promise<void>;
}

/** A real run predicts nothing. */
const noPredictions: Predicted = {get: () => undefined, touches: () => false};

const nothing = {diff: [], data: {}, touches: [], after: [], warnings: []} as const;

/** A step that failed, in the words a person would read. */
class StepFailure extends QuorateError {}

const tail = (text: string): string => text.trim().split('\n').slice(-3).join('\n');

async function runWait(step: Extract<Step, {step: 'wait'}>, context: ContractContext): Promise<StepOutcome> {
  const began = context.controller.now().getTime();
  for (;;) {
    const output = await context.exec.run(step.probe);
    const verdict: WaitVerdict = step.until(output);
    if (verdict.wait === 'done')
      return {...output, title: step.title, ...(verdict.data === undefined ? {} : {data: verdict.data})};
    if (verdict.wait === 'failed') throw new StepFailure({what: verdict.why, hint: verdict.hint});
    if (context.controller.now().getTime() - began >= step.deadlineMs)
      throw new StepFailure({what: `${step.title}: not within ${step.deadlineMs / 1000} s`, hint: verdict.progress});
    await context.sleep(step.everyMs);
  }
}

async function runStep(step: Step, context: ContractContext): Promise<StepOutcome> {
  const {exec} = context;
  const done = {rc: 0, stdout: '', stderr: '', title: step.title};
  switch (step.step) {
    case 'script': {
      const options = {
        ...(step.stdin === undefined ? {} : {stdin: step.stdin}),
        ...(step.cwd === undefined ? {} : {cwd: step.cwd}),
      };
      const output = await exec.run(step.script, options);
      const fine = step.okCodes === 'any' || (step.okCodes ?? [0]).includes(output.rc);
      if (!fine) throw new StepFailure({what: `${step.title}: ${tail(output.stderr) || `exit code ${output.rc}`}`});
      return {...output, title: step.title};
    }
    case 'upload':
      await exec.upload(step.content, step.to, step);
      return done;
    case 'fetch': {
      const bytes = await exec.fetch(step.from, step.maxBytes);
      await writeFile(step.to, bytes);
      return {...done, bytes};
    }
    case 'wait':
      return runWait(step, context);
    default:
      return done;
  }
}

/** Runs steps in order; the first that fails throws. */
export async function runSteps(steps: readonly Step[], context: ContractContext): Promise<StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  for (const step of steps) outcomes.push(await runStep(step, context));
  return outcomes;
}

const fromResult = (result: ModuleResult, more: Partial<ContractOutcome> = {}): ContractOutcome => ({
  ...nothing,
  ...more,
  status: result.failed ? 'failed' : result.data?.skipped === true ? 'skipped' : result.changed ? 'changed' : 'ok',
  ...(result.msg === undefined ? {} : {why: result.msg}),
  ...(result.hint === undefined ? {} : {hint: result.hint}),
  diff: result.diff ?? more.diff ?? [],
  data: result.data ?? more.data ?? {},
  warnings: result.warnings ?? more.warnings ?? [],
  result,
});

const failure = (why: string, hint?: string): ContractOutcome => ({
  ...nothing,
  status: 'failed',
  why,
  ...(hint === undefined ? {} : {hint}),
});

async function runState(module: StateModule, params: object, context: ContractContext): Promise<ContractOutcome> {
  const {host, controller, exec} = context;
  const prepared = await module.prepare?.(params, controller, host);
  const output = await exec.run(module.probe(params, prepared, host));
  let seen = module.parse(output, params);
  const predicted = context.predicted;
  if (host.checkMode && predicted?.touches(module.reads(params))) {
    const corrected = module.overlay?.(seen, predicted, params, prepared);
    if (corrected === undefined) return {...nothing, status: 'conditional', why: 'an earlier task would change it'};
    seen = corrected;
  }
  const plan: Plan = module.plan(params, seen, prepared, host);
  if (plan.plan === 'fail') return {...failure(plan.why, plan.hint), data: plan.result ?? {}};
  if (plan.plan === 'same') return {...nothing, status: 'ok', data: plan.result ?? {}};
  if (plan.plan === 'cannotTell') {
    if (host.checkMode) return {...nothing, status: 'conditional', why: plan.why, touches: plan.touches};
    const outcomes = await runSteps(plan.steps, context);
    const result = module.result?.(params, seen, outcomes, prepared) ?? {changed: true};
    return fromResult(result, {touches: plan.touches});
  }
  const {diff, touches, after = [], warnings = [], result: data = {}} = plan;
  const more = {diff, touches, after, warnings, data};
  const planned: ModuleResult = {changed: true};
  if (host.checkMode) return fromResult(planned, more);
  const outcomes = await runSteps(plan.steps, context);
  const own = module.result?.(params, seen, outcomes, prepared);
  return fromResult(own ?? planned, own === undefined ? more : {...more, data: {}});
}

async function runAction(module: ActionModule, params: object, context: ContractContext): Promise<ContractOutcome> {
  const {host, controller, exec} = context;
  const prepared = await module.prepare?.(params, controller, host);
  const touches = module.touches?.(params) ?? [];
  if (host.checkMode && module.check !== 'run') {
    const skipped: ContractOutcome = {...nothing, status: 'skipped', touches};
    const prediction = module.check === 'predict' ? module.predict?.(params, prepared, host) : undefined;
    if (prediction === undefined) return skipped;
    const result = prediction.parse(await exec.run(prediction.probe), context.predicted ?? noPredictions);
    return result === 'conditional'
      ? {...skipped, status: 'conditional', why: 'an earlier task would change it'}
      : fromResult(result, {touches});
  }
  const outcomes = await runSteps(module.steps(params, prepared, host), context);
  return fromResult(await module.result(params, outcomes, prepared, host), {touches});
}

/** Runs a `state` or `action` module on one host, in check mode if the host view says so. Never throws for a failed task. */
export async function runModule(module: Module, raw: Data, context: ContractContext): Promise<ContractOutcome> {
  try {
    const where = {file: `${module.name} case`, line: 1, column: 1};
    const params = validateParams(module, raw, {where, whereOf: () => where});
    if (module.kind === 'state') return await runState(module, params, context);
    if (module.kind === 'action') return await runAction(module, params, context);
  } catch (error) {
    return failure(messageOf(error), error instanceof QuorateError ? error.hint : undefined);
  }
  throw new TypeError(`${module.name} is a ${module.kind} module: it runs on no host`);
}

/** Upload and fetch by shell text alone, for hosts that are nothing but a shell. */
export function shellExec(run: HostExec['run']): HostExec {
  const must = async (script: Script, stdin?: Buffer): Promise<string> => {
    const output = await run(script, stdin === undefined ? {} : {stdin});
    if (output.rc !== 0) throw new StepFailure({what: tail(output.stderr) || `exit code ${output.rc}`});
    return output.stdout;
  };
  return {
    run,
    async upload(content, to, {mode, owner, group}) {
      const bytes =
        content.kind === 'bytes'
          ? content.bytes
          : await import('node:fs/promises').then((fs) => fs.readFile(content.localPath));
      if (createHash('sha256').update(bytes).digest('hex') !== content.sha256)
        throw new StepFailure({what: `the content for ${to} is not what its hash says`});
      const who = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
      const own = who === '' ? sh`:` : sh`chown -- ${who} "$t"`;
      await must(
        sh`f=${to}; t="$f.quorate-$$"; (umask 077; cat > "$t") && ${own} && chmod -- ${mode} "$t" && mv -f -- "$t" "$f" || { rm -f -- "$t"; exit 1; }`,
        bytes,
      );
    },
    async fetch(from) {
      return Buffer.from(await must(sh`base64 < ${from}`), 'base64');
    },
  };
}

/** A session of the transport as the executor needs it, for cases that need a lab host. */
export function sessionExec(session: HostSession, become?: Become): HostExec {
  const more = become === undefined ? {} : {become};
  return {
    async run(script, options = {}) {
      const outcome = await session.run(script, {...options, ...more});
      return {rc: outcome.rc, stdout: outcome.stdout.toString(), stderr: outcome.stderr.toString()};
    },
    upload: (content, to, {mode, owner, group}) =>
      session.upload(content, to, {
        mode,
        ...more,
        ...(owner === undefined ? {} : {owner}),
        ...(group === undefined ? {} : {group}),
      }),
    fetch: (from, maxBytes) => session.fetch(from, {...more, ...(maxBytes === undefined ? {} : {maxBytes})}),
  };
}
