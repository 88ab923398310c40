/** A `sqlite3` command kept open on one database: statements in, rows out. */

import {type ChildProcessByStdio, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';

/** Columns come back as text; ask for `hex(...)` where a value may hold anything. */
export type Row = readonly string[];

interface Waiting {
  readonly resolve: (rows: Row[]) => void;
  readonly reject: (error: Error) => void;
  readonly rows: Row[];
  error?: string;
}

const END = '--end-of-rows--';
const FAILED = /^(?:Runtime error|Parse error|Error)[: ].*/;

export class SqliteShell {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #waiting: Waiting[] = [];
  #rest = '';
  #gone: Error | undefined;

  /** `program` is the sqlite3 command, `env` what it needs to find its libraries. */
  constructor(program: string, file: string, env: NodeJS.ProcessEnv) {
    // One pipe for rows and errors keeps them in order.
    const script = 'exec "$0" -batch -list -separator "|" "$1" 2>&1';
    this.#child = spawn('/bin/sh', ['-c', script, program, file], {stdio: ['pipe', 'pipe', 'inherit'], env});
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#child.stdin.on('error', () => {});
    this.#child.on('error', (error) => this.#end(error));
    this.#child.on('close', () => this.#end(new Error('sqlite3 ended')));
  }

  /** Runs one or more statements; rejects with SQLite's own words. */
  run(sql: string): Promise<Row[]> {
    if (this.#gone) return Promise.reject(this.#gone);
    return new Promise((resolve, reject) => {
      this.#waiting.push({resolve, reject, rows: []});
      this.#child.stdin.write(`${sql};\n.print ${END}\n`);
    });
  }

  close(): Promise<void> {
    if (this.#gone) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.stdin.end('.quit\n');
    });
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    const current = this.#waiting[0];
    if (!current) return;
    if (line === END) {
      this.#waiting.shift();
      if (current.error === undefined) current.resolve(current.rows);
      else current.reject(new Error(current.error));
    } else if (FAILED.test(line)) current.error ??= line;
    else if (current.error === undefined) current.rows.push(line.split('|'));
  }

  #end(error: Error): void {
    this.#gone ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}
