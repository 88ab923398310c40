import type {Script} from '../shell/index.js';
import type {Become, HostSession, RunOptions as ScriptOptions, ScriptOutcome} from '../transport/types.js';

/** Where and as whom a task acts: its own host or the delegate. */
export interface Target {
  /** The inventory's name of the host that is acted on. */
  readonly host: string;
  readonly session: HostSession;
  readonly user: string | undefined;
  readonly become: Become | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** Ends what runs: the second interruption, or the task's own timeout. */
  readonly signal: AbortSignal;
}

/** Runs one script as the target's user, with its environment. */
export const runOn = (target: Target, script: Script, options: ScriptOptions = {}): Promise<ScriptOutcome> =>
  target.session.run(script, {
    become: target.become,
    signal: target.signal,
    ...(Object.keys(target.environment).length === 0 ? {} : {environment: target.environment}),
    ...options,
  });
