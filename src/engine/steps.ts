import {mkdir, rename, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {TaskError, TransportError} from '../errors/index.js';
import type {Step, StepOutcome, StepOutput} from '../module/types.js';
import type {Script} from '../shell/index.js';
import {sh} from '../shell/index.js';
import {converse} from './converse.js';
import {cutParts, joinParts, type Part} from './frames.js';
import {cursorScript, readJournal} from './journal.js';
import {newNonce, type StepRun, textOutcome} from './step_run.js';
import {runOn} from './target.js';
import {waitFor} from './wait.js';

type ScriptStep = Extract<Step, {readonly step: 'script'}>;

/** A script that is no wait takes this long at most, unless it is the user's own. */
const scriptTimeoutMs = 600_000;
const progressFromBytes = 4 * 1024 * 1024;

/** Scripts of ours that stand in a row go in one frame; the user's own commands and those with input go alone. */
export const canBeJoined = (step: Step | undefined): step is ScriptStep =>
  step?.step === 'script' && step.stdin === undefined && step.cwd === undefined && step.mayBlock !== true;

/**
 * Runs a task's steps in order and returns what each came to. Throws TaskError for the first that fails, with its title,
 * exit code and output, and TransportError when the link breaks.
 */
export async function runSteps(steps: readonly Step[], context: StepRun): Promise<readonly StepOutcome[]> {
  const outcomes: StepOutcome[] = [];
  let openers = preludeOf(steps);
  for (let index = 0; index < steps.length; ) {
    const joined: ScriptStep[] = [];
    for (let step = steps[index]; canBeJoined(step); step = steps[index + joined.length]) joined.push(step);
    const following = steps[index + Math.max(1, joined.length)];
    for (const {title} of joined.length > 0 ? joined : steps.slice(index, index + 1)) context.began(title);
    if (openers.length > 0 || joined.length > 1) {
      outcomes.push(...(await runJoined(openers, joined, context, following)));
      openers = [];
      index += joined.length;
      continue;
    }
    const step = steps[index];
    if (step?.step === 'converse') outcomes.push(await converse(step, context, outcomes));
    else if (step !== undefined) outcomes.push(await runStep(step, context, following));
    index += 1;
  }
  return outcomes;
}

interface Opener {
  readonly script: Script;
  read(output: StepOutput, context: StepRun): void;
}

/** What has to be read before the first step: where the journal ends, which boot this is. */
function preludeOf(steps: readonly Step[]): Opener[] {
  const openers: Opener[] = [];
  if (steps.some((step) => step.step === 'wait' && step.follow !== undefined))
    openers.push({
      script: cursorScript(),
      read: ({stdout}, {prelude}) => {
        const {cursor} = readJournal(stdout);
        if (cursor !== undefined) prelude.cursor = cursor;
      },
    });
  if (steps.some((step) => step.step === 'reconnect' && step.newBoot))
    openers.push({
      script: sh`cat /proc/sys/kernel/random/boot_id 2>/dev/null || true`,
      read: ({stdout}, {prelude}) => {
        if (stdout.trim() !== '') prelude.bootId = stdout.trim();
      },
    });
  return openers;
}

async function runJoined(
  openers: readonly Opener[],
  steps: readonly ScriptStep[],
  context: StepRun,
  following: Step | undefined,
): Promise<StepOutcome[]> {
  const nonce = newNonce(context.run);
  const parts: Part[] = [
    ...openers.map(({script}) => ({script})),
    ...steps.map(({script, okCodes = [0]}) => ({script, ...(okCodes === 'any' ? {} : {okCodes})})),
  ];
  const joined = joinParts(nonce, parts);
  const outcome = await surviving(following, () => runOn(context.target, joined, {timeoutMs: scriptTimeoutMs}));
  if (outcome === undefined) return steps.map(({title}) => ({title, rc: 0, stdout: '', stderr: ''}));
  const outputs = cutParts(nonce, outcome, parts.length);
  for (const [index, opener] of openers.entries()) {
    const output = outputs[index];
    if (output !== undefined) opener.read(output, context);
  }
  // A frame that ended early has no mark for the step that ended it only if its output was too long to keep.
  return steps.map((step, index) => judge(step, outputs[openers.length + index] ?? textOutcome(outcome)));
}

/** A link that breaks is expected where the next step connects again (a reboot). */
async function surviving<T>(following: Step | undefined, send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof TransportError && error.phase === 'lost' && following?.step === 'reconnect') return undefined;
    throw error;
  }
}

type OtherStep = Exclude<Step, {readonly step: 'converse'}>;

async function runStep(step: OtherStep, context: StepRun, following: Step | undefined): Promise<StepOutcome> {
  const {target, run} = context;
  const {session, become, signal} = target;
  const done: StepOutcome = {title: step.title, rc: 0, stdout: '', stderr: ''};
  switch (step.step) {
    case 'script': {
      const outcome = await surviving(following, () => runOn(target, step.script, scriptOptions(step)));
      return outcome === undefined ? done : judge(step, textOutcome(outcome));
    }
    case 'upload': {
      const {content, to, mode, owner, group} = step;
      await session.upload(content, to, {
        become,
        mode,
        signal,
        onProgress: uploadProgress(step.title, context),
        ...(owner === undefined ? {} : {owner}),
        ...(group === undefined ? {} : {group}),
      });
      return done;
    }
    case 'fetch': {
      const {maxBytes} = step;
      const bytes = await session.fetch(step.from, {become, signal, ...(maxBytes === undefined ? {} : {maxBytes})});
      await writeBeside(step.to, bytes);
      return {...done, bytes};
    }
    case 'wait':
      run.effects.interrupt(target.host);
      return waitFor(step, context);
    case 'reconnect': {
      run.effects.interrupt(target.host);
      const {bootId} = context.prelude;
      context.progress(step.title);
      await session.reconnect({
        deadlineMs: step.deadlineMs,
        signal,
        ...(step.newBoot && bootId !== undefined ? {unlessBootId: bootId} : {}),
      });
      return done;
    }
    case 'reset_connection':
      await session.reset();
      return done;
  }
}

const scriptOptions = ({stdin, cwd, mayBlock}: ScriptStep) => ({
  ...(stdin === undefined ? {} : {stdin}),
  ...(cwd === undefined ? {} : {cwd}),
  ...(mayBlock === true ? {} : {timeoutMs: scriptTimeoutMs}),
});

/** A script's outcome, or TaskError if its exit code is none of those that are fine. */
export function judge(step: ScriptStep, output: StepOutput): StepOutcome {
  const {okCodes = [0], title} = step;
  if (okCodes === 'any' || okCodes.includes(output.rc)) return {title, ...output};
  const said = lastLine(output.stderr) ?? lastLine(output.stdout);
  throw new TaskError({
    what: `${title}: exit code ${output.rc}${said === undefined ? '' : `: ${said}`}`,
    ...output,
  });
}

const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1)?.trim() || undefined;

/** Tells of large uploads at every tenth. */
function uploadProgress(title: string, context: StepRun): (sent: number, total: number) => void {
  let shown = 0;
  return (sent, total) => {
    const tenths = Math.floor((sent / Math.max(1, total)) * 10);
    if (total < progressFromBytes || tenths <= shown || tenths >= 10) return;
    shown = tenths;
    context.progress(`${title}: ${tenths * 10} % of ${Math.round(total / 1024 / 1024)} MiB`);
  };
}

/** A file on the controller is there whole or not at all. */
async function writeBeside(file: string, bytes: Buffer): Promise<void> {
  await mkdir(path.dirname(file), {recursive: true});
  const beside = `${file}.${process.pid}.new`;
  await writeFile(beside, bytes, {mode: 0o600});
  await rename(beside, file);
}
