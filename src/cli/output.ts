/** What a run writes where: the view on standard output, and files beside it. */
import {closeSync, openSync, writeSync} from 'node:fs';
import pLimit from 'p-limit';
import {messageOf, UsageError} from '../errors/index.js';
import type {RunEvent, RunStats} from '../events/types.js';
import {
  defaultReporter,
  jsonlReporter,
  junitReporter,
  type LiveSink,
  liveSink,
  planReporter,
  profileReporter,
  type Reporter,
  type Sink,
  type TextOptions,
  textSink,
} from '../report/index.js';
import type {Prompt} from '../run/passwords.js';
import {isLive, symbolsFor, textOptions} from './console.js';

export interface OutputFlags {
  readonly json?: boolean;
  readonly report?: readonly string[];
  readonly profile?: boolean;
  readonly plan?: boolean;
  readonly step?: boolean;
  readonly verbose?: number;
  readonly color?: boolean;
}

export interface Output {
  event(event: RunEvent, stats: RunStats): void;
  /** From now on, source lines under errors are shown through this: a run knows its secrets only once it has begun. */
  hide(mask: (text: string) => string): void;
  /** The same prompt, with the live view out of the way while it asks. */
  asking(prompt: Prompt): Prompt;
  close(): void;
}

const tickMs = 100;

const toStdout = (text: string): void => {
  process.stdout.write(text);
};

/** Opens everything the flags ask for. Throws UsageError for a report that cannot be written. */
export function openOutput(flags: OutputFlags, rerun: string, main?: Reporter<unknown>): Output {
  let mask = (text: string): string => text;
  const plain = textOptions(flags);
  const options: TextOptions = {
    ...plain,
    rerun,
    lineAt: (where) => {
      const line = plain.lineAt?.(where);
      return line === undefined ? undefined : mask(line);
    },
  };
  const live = main === undefined && !flags.json && !flags.step && isLive() ? liveView(options) : undefined;
  const view =
    live ?? textSink(flags.json ? jsonlReporter : ((main ?? defaultReporter(options)) as Reporter<unknown>), toStdout);
  const sinks: Sink[] = [
    view,
    ...(flags.plan && !flags.json ? [textSink(planReporter(options), toStdout)] : []),
    ...(flags.profile && !flags.json ? [textSink(profileReporter(options), toStdout)] : []),
    ...(flags.report ?? []).map((report) => reportFile(report, options)),
  ];
  return {
    event(event, stats) {
      for (const sink of sinks) sink.event(event, stats);
    },
    hide(how) {
      mask = how;
    },
    asking: (prompt) => inTurn(live === undefined ? prompt : (text, how) => live.paused(() => prompt(text, how))),
    close() {
      for (const sink of sinks) sink.close();
    },
  };
}

/** One question at a time: hosts run side by side, the terminal is one. */
function inTurn(prompt: Prompt): Prompt {
  const limit = pLimit(1);
  return (text, how) => limit(() => prompt(text, how));
}

function liveView(options: TextOptions): LiveSink {
  const sink = liveSink({
    ...options,
    symbols: symbolsFor(),
    stream: process.stdout,
    now: Date.now,
    every(callback) {
      const timer = setInterval(callback, tickMs);
      timer.unref();
      return () => clearInterval(timer);
    },
    onResize(callback) {
      process.stdout.on('resize', callback);
      return () => process.stdout.off('resize', callback);
    },
  });
  // Whatever ends the program, the terminal gets its cursor back.
  const release = (): void => sink.close();
  process.once('exit', release);
  return {
    ...sink,
    close() {
      process.off('exit', release);
      release();
    },
  };
}

/** Reports may hold what hosts said: only their owner may read them. */
const reportMode = 0o600;

function reportFile(written: string, options: TextOptions): Sink {
  const [, kind = '', file = ''] = /^([a-z]+)=(.+)$/.exec(written) ?? [];
  if (kind !== 'jsonl' && kind !== 'junit')
    throw new UsageError({what: `--report takes jsonl=FILE or junit=FILE, not '${written}'`});
  let descriptor: number;
  try {
    descriptor = openSync(file, 'w', reportMode);
  } catch (error) {
    throw new UsageError({what: `the report ${file} cannot be written: ${messageOf(error)}`, cause: error});
  }
  const write = (text: string): void => {
    writeSync(descriptor, text);
  };
  const close = (): void => closeSync(descriptor);
  return kind === 'jsonl' ? textSink(jsonlReporter, write, close) : textSink(junitReporter(options), write, close);
}
