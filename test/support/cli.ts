import {type ChildProcess, spawn} from 'node:child_process';
import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import type {ExecutionContext} from 'ava';

const root = fileURLToPath(new URL('../../', import.meta.url));
const main = path.join(root, 'src/cli/main.ts');
const tsx = pathToFileURL(path.join(root, 'node_modules/tsx/dist/esm/index.mjs')).href;

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The words that run the command line from its sources. */
export const quorateWords = [process.execPath, '--import', tsx, main];

/** A folder of the test's own, with these files in it; gone after the test. */
export function folderWith(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'quorate-cli-')));
  t.teardown(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), {recursive: true});
    writeFileSync(file, text, {mode: text.startsWith('#!') ? 0o700 : 0o600});
  }
  return folder;
}

export interface CallOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with the process and each piece of its output. */
  readonly watch?: (child: ChildProcess, output: string) => void;
}

/** Runs `quorate`; its environment has nothing of the caller's but PATH and HOME (the folder). */
export function quorate(args: readonly string[], options: CallOptions): Promise<Finished> {
  return program([...quorateWords, ...args], options);
}

export function program(words: readonly string[], {cwd, env, input, watch}: CallOptions): Promise<Finished> {
  const [file = '', ...args] = words;
  const child = spawn(file, args, {cwd, env: {PATH: process.env.PATH ?? '', HOME: cwd, LANG: 'C.UTF-8', ...env}});
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    watch?.(child, stdout);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({code, stdout, stderr}));
  });
}
