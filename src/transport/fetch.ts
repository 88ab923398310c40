/** Files from a host. */
import {TaskError} from '../errors/index.js';
import {sh} from '../shell/index.js';
import type {RemoteShell} from './remote_shell.js';
import {runFrame, type StopBounds} from './run_frame.js';

const found = {missing: 91, noFile: 92, tooBig: 93} as const;

/** The content of a file; throws TaskError if it is not there, is no regular file, cannot be read, or is longer than `maxBytes`. */
export async function fetchFile(
  shell: RemoteShell,
  remotePath: string,
  maxBytes: number,
  bounds: StopBounds,
): Promise<Buffer> {
  const script = sh`f=${remotePath.startsWith('-') ? `./${remotePath}` : remotePath}
[ -e "$f" ] || exit ${found.missing}
[ -f "$f" ] || exit ${found.noFile}
size=$(wc -c <"$f") || exit
[ "$size" -le ${maxBytes} ] || { echo "$size"; exit ${found.tooBig}; }
cat -- "$f"`;
  const outcome = await runFrame(shell, {script, captureBytes: Math.max(maxBytes, 1024)}, bounds);
  if (outcome.rc === 0 && !outcome.truncated) return outcome.stdout;
  const stderr = outcome.stderr.toString();
  const reasons: Readonly<Record<number, string>> = {
    [found.missing]: 'there is no such file',
    [found.noFile]: 'it is not a regular file',
    [found.tooBig]: `it has ${outcome.stdout.toString().trim()} bytes, more than the ${maxBytes} allowed`,
    0: `it has more than the ${maxBytes} bytes allowed`,
  };
  throw new TaskError({
    what: `cannot read ${remotePath} on ${bounds.host}: ${reasons[outcome.rc] ?? (stderr.trim() || `exit code ${outcome.rc}`)}`,
    rc: outcome.rc,
    stderr,
  });
}
