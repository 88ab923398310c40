import {$} from 'zx';
import {LabError} from '../errors/index.js';

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Throw when the command fails (default true). */
  readonly check?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** A lock's descriptor that the child keeps open: the lock then outlives this process until the child is done. */
  readonly holdFd?: number | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const tailLines = 15;

/** Runs one command on this machine; its words are passed as they are, whatever they hold. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const input = options.input ?? '';
  const output = await $({
    quiet: true,
    nothrow: true,
    env: {...process.env, LC_ALL: 'C.UTF-8', ...options.env},
    // zx leaves a pipe open that it has nothing to write to, and who reads it waits for ever.
    stdio: [
      input.length === 0 ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      ...(options.holdFd === undefined ? [] : [options.holdFd]),
    ],
    ...(input.length === 0 ? {} : {input}),
    ...(options.signal === undefined ? {} : {signal: options.signal}),
  })`${argv}`;
  options.signal?.throwIfAborted();
  const result = {code: output.exitCode ?? 255, stdout: output.stdout, stderr: output.stderr};
  if (result.code !== 0 && options.check !== false) throw failed(argv, result);
  return result;
}

function failed(argv: readonly string[], result: RunResult): LabError {
  const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-tailLines);
  return new LabError({
    what: `${argv.slice(0, 3).join(' ')} failed with code ${result.code}`,
    cause: said.map((line) => line.slice(0, 400)).join('\n') || 'it printed nothing',
  });
}
