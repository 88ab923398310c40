import {TransportError} from '../errors/index.js';
import type {StepOutput} from '../module/types.js';
import type {Script} from '../shell/index.js';
import type {ScriptOutcome} from '../transport/types.js';
import {cutParts, joinParts} from './frames.js';
import type {Run} from './run_context.js';
import {runOn, type Target} from './target.js';

/** What is read before the first step, for those that need to know how things were. */
export interface Prelude {
  /** Where the journal ended. */
  cursor?: string;
  bootId?: string;
}

/** The steps of one task on one host while they run. */
export interface StepRun {
  readonly run: Run;
  readonly target: Target;
  /** A word on how far things are, for people. */
  progress(message: string): void;
  /** A step is about to be done. */
  began(title: string): void;
  readonly startedAt: number;
  readonly prelude: Prelude;
}

/** Probes may take this long; they only read. */
export const probeTimeoutMs = 60_000;

export const textOutcome = (outcome: ScriptOutcome): StepOutput => ({
  rc: outcome.rc,
  stdout: outcome.stdout.toString('utf8'),
  stderr: outcome.stderr.toString('utf8'),
});

type Outputs<Scripts extends readonly Script[]> = {readonly [K in keyof Scripts]: StepOutput};

/** A word no script prints by chance, for marks in a frame. */
export const newNonce = (run: Run): string => `q${run.options.random.bytes(12).toString('hex')}`;

/** Runs reading scripts in one trip. */
export async function lookOnce<const Scripts extends readonly Script[]>(
  {run, target}: Pick<StepRun, 'run' | 'target'>,
  scripts: Scripts,
): Promise<Outputs<Scripts>> {
  const [first] = scripts;
  const options = {timeoutMs: probeTimeoutMs};
  if (scripts.length === 1 && first !== undefined)
    return [textOutcome(await runOn(target, first, options))] as unknown as Outputs<Scripts>;
  const nonce = newNonce(run);
  const parts = scripts.map((script) => ({script}));
  const outcome = await runOn(target, joinParts(nonce, parts), options);
  const outputs = cutParts(nonce, outcome, scripts.length).map((output) => {
    if (output !== undefined) return output;
    throw new TransportError({what: `the answer of ${target.host} is cut short`, phase: 'session'});
  });
  return outputs as unknown as Outputs<Scripts>;
}
