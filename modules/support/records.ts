/**
 * How probes report: records `name=value`, each ended by a NUL, which neither paths nor text hold; so values may have
 * newlines, quotes, anything. File contents travel in base64.
 */
import {ModuleError, TaskError} from '../../src/errors/index.js';
import type {StepOutput} from '../../src/module/index.js';
import {raw} from '../../src/shell/index.js';

/**
 * `q_say NAME VALUE`; `q_content NAME PATH` reports a file's bytes (od where there is no base64);
 * `q_hash NAME PATH ALGORITHM` its checksum, with openssl where there is no sha256sum.
 */
export const recordFunctions = raw(`
q_say() { printf '%s=%s\\0' "$1" "$2"; }
q_content() {
  printf '%s=' "$1"
  if command -v base64 >/dev/null 2>&1; then printf b; base64; else printf x; od -An -v -tx1; fi < "$2" | tr -d ' \\n'
  printf '\\0'
}
q_hash() { q_say "$1" "$({ "$3sum" || openssl dgst "-$3"; } < "$2" 2>/dev/null)"; }
`);

export type Records = ReadonlyMap<string, string>;

/** The records of a probe. Throws TaskError if the probe failed, and ModuleError if its output is not whole. */
export function readRecords(output: StepOutput): Records {
  if (output.rc !== 0)
    throw new TaskError({
      what: `the host cannot be looked at: ${lastLine(output.stderr) || `exit code ${output.rc}`}`,
      rc: output.rc,
      stdout: output.stdout,
      stderr: output.stderr,
    });
  const parts = output.stdout.split('\0');
  if (parts.pop() !== '') throw new ModuleError({what: 'the answer of a probe was cut short'});
  const records = new Map<string, string>();
  for (const part of parts) {
    const at = part.indexOf('=');
    if (at < 0) throw new ModuleError({what: `a probe answered with '${part.slice(0, 60)}', which is no record`});
    records.set(part.slice(0, at), part.slice(at + 1));
  }
  return records;
}

export const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';

/** The bytes that `q_content` reported. */
export function decodeContent(text: string): Buffer {
  return Buffer.from(text.slice(1), text.startsWith('x') ? 'hex' : 'base64');
}

/** The checksum that `q_hash` reported; undefined if the file could not be read. */
export const decodeHash = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : /(?:^|[\s=\\])([0-9a-f]{32,128})(?:\s|$)/.exec(text)?.[1];
