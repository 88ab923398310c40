/** Programs of this machine as channels: what `local` and `openssh` are made of. */
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import type {Channel, ChannelExit} from './types.js';

export interface ChildOptions {
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A program in a session of its own, so that a terminal's Ctrl-C does not reach it and its tree can be found by session. */
export class ChildChannel implements Channel {
  readonly stdin;
  readonly stdout;
  readonly stderr;
  readonly exit: Promise<ChannelExit>;
  /** Settles when the program is gone and nobody holds its streams. */
  readonly closed: Promise<void>;
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(command: string, args: readonly string[], options: ChildOptions) {
    this.#child = spawn(command, args, {...options, detached: true, stdio: 'pipe'});
    this.stdin = this.#child.stdin;
    this.stdout = this.#child.stdout;
    this.stderr = this.#child.stderr;
    // A program that ended no longer reads; how it ended says it all.
    this.stdin.on('error', () => undefined);
    this.exit = new Promise((resolve) => {
      this.#child.on('error', (error) => resolve({kind: 'lost', why: error.message}));
      this.#child.on('exit', (code, signal) =>
        resolve(code === null ? {kind: 'signal', signal: signal ?? 'SIGKILL'} : {kind: 'exit', code}),
      );
    });
    this.closed = new Promise((resolve) => {
      this.#child.on('error', () => resolve());
      this.#child.on('close', () => resolve());
    });
  }

  destroy(): void {
    this.#letGo();
  }

  /** Ends the program itself; what it started goes on. */
  kill(): void {
    this.#child.kill('SIGKILL');
    this.#letGo();
  }

  #letGo(): void {
    this.stdin.destroy();
    this.stdout.destroy();
    this.stderr.destroy();
    this.#child.unref();
  }
}
