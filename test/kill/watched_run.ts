import {type ChildProcess, spawn} from 'node:child_process';
import {existsSync, openSync, readSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {StringDecoder} from 'node:string_decoder';
import {setTimeout as sleep} from 'node:timers/promises';
import type {RunEvent} from '../../src/events/types.js';

export interface WatchedRun {
  /** -1 for one that was killed. */
  readonly code: number;
  readonly output: string;
  readonly events: readonly RunEvent[];
}

export interface WatchOptions {
  readonly cwd: string;
  readonly args: readonly string[];
  /** Called with every event as soon as it is told. */
  readonly onEvent?: (event: RunEvent, controller: ChildProcess) => void;
  /** After this the controller is killed. */
  readonly limitMs: number;
}

/** New whole lines of a file that grows. */
class Tail {
  readonly #file: string;
  readonly #bytes = Buffer.alloc(1 << 16);
  readonly #decoder = new StringDecoder('utf8');
  #fd: number | undefined;
  #rest = '';

  constructor(file: string) {
    this.#file = file;
  }

  lines(): string[] {
    if (this.#fd === undefined) {
      if (!existsSync(this.#file)) return [];
      this.#fd = openSync(this.#file, 'r');
    }
    const bytes = this.#bytes;
    for (let read = readSync(this.#fd, bytes); read > 0; read = readSync(this.#fd, bytes))
      this.#rest += this.#decoder.write(bytes.subarray(0, read));
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '');
  }
}

/** Runs the command as a user does, and hands on its events as they come. */
export async function watchedRun({cwd, args, onEvent, limitMs}: WatchOptions): Promise<WatchedRun> {
  const dir = await mkdtemp(join(tmpdir(), 'quorate-kill-'));
  const report = join(dir, 'events.jsonl');
  const controller = spawn(process.execPath, ['dist/quorate.js', 'run', ...args, '--report', `jsonl=${report}`], {
    cwd,
    env: {...process.env, NO_COLOR: '1', CI: '1'},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [controller.stdout, controller.stderr])
    stream.on('data', (bytes: Buffer) => {
      output += bytes.toString();
    });
  let code: number | undefined;
  controller.once('close', (status) => {
    code = status ?? -1;
  });
  const tail = new Tail(report);
  const events: RunEvent[] = [];
  const hear = (): void => {
    for (const line of tail.lines()) {
      const event = JSON.parse(line) as RunEvent;
      events.push(event);
      onEvent?.(event, controller);
    }
  };
  const deadline = Date.now() + limitMs;
  while (code === undefined) {
    hear();
    if (Date.now() > deadline) controller.kill('SIGKILL');
    await sleep(10);
  }
  hear();
  await rm(dir, {recursive: true, force: true});
  return {code, output, events};
}
