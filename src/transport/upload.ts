/** Files to a host: written beside the target with no wider bits than it will have, checked, then moved into place. */
import {createReadStream} from 'node:fs';
import path from 'node:path';
import {TaskError} from '../errors/index.js';
import {raw, type Script, sh} from '../shell/index.js';
import type {CompressedFiles} from './compressed_files.js';
import type {FrameJob, RemoteShell} from './remote_shell.js';
import {runFrame, runStreamed, type StopBounds} from './run_frame.js';
import {settleable} from './timing.js';
import type {ScriptOutcome, UploadContent, UploadOptions} from './types.js';

export interface UploadMeans {
  readonly nonce: string;
  readonly compressed: CompressedFiles;
  readonly bounds: StopBounds;
  /** Lends a shell that is kept. */
  readonly use: <T>(work: (shell: RemoteShell) => Promise<T>) => Promise<T>;
  /** Lends a shell whose stdin is the file. */
  readonly oneShot: <T>(work: (shell: RemoteShell) => Promise<T>) => Promise<T>;
}

/** Up to this the content travels inside the frame: one trip, no channel. */
const inlineBytes = 64 * 1024;
/** From this on a file is compressed. */
const compressBytes = 1024 * 1024;
const chunkBytes = 256 * 1024;
const captureBytes = 16 * 1024;

/** Exit codes of the script below, for what it finds out itself. */
const found = {isFolder: 91, wrongSize: 92, wrongSum: 93} as const;

interface Wanted {
  readonly remotePath: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly options: UploadOptions;
}

/**
 * Writes the content and moves it to `remotePath`. Throws TaskError when the host cannot (no such folder, no room, no rights),
 * TransportError when the link fails, or the signal's reason; the target is then as it was.
 */
export async function uploadFile(
  content: UploadContent,
  remotePath: string,
  options: UploadOptions,
  means: UploadMeans,
): Promise<void> {
  const sizeBytes = content.kind === 'bytes' ? content.bytes.length : content.sizeBytes;
  const wanted: Wanted = {remotePath, sha256: content.sha256, sizeBytes, options};
  const outcome =
    content.kind === 'bytes' && sizeBytes <= inlineBytes
      ? await inline(content.bytes, wanted, means)
      : await streamed(content, wanted, means);
  if (outcome.rc !== 0) throw failure(outcome, wanted, means.bounds.host);
  options.onProgress?.(sizeBytes, sizeBytes);
}

function inline(bytes: Buffer, wanted: Wanted, means: UploadMeans): Promise<ScriptOutcome> {
  const job: FrameJob = {
    script: receive(wanted, means.nonce, sh`cat >"$t"`),
    stdin: {kind: 'inline', bytes},
    captureBytes,
  };
  return means.use((shell) => runFrame(shell, job, means.bounds));
}

async function streamed(content: UploadContent, wanted: Wanted, means: UploadMeans): Promise<ScriptOutcome> {
  const packed =
    content.kind === 'file' && content.sizeBytes > compressBytes
      ? await means.compressed.compressed(content)
      : undefined;
  // The host says whether it can unpack before it reads.
  const take =
    packed === undefined
      ? sh`echo go; cat >"$t"`
      : sh`if command -v gzip >/dev/null; then echo go gzip; gzip -dc >"$t"; else echo go; cat >"$t"; fi`;
  const go = settleable<string>();
  const job: FrameJob = {
    script: receive(wanted, means.nonce, take),
    captureBytes,
    onLine: (stream, line) => {
      if (stream === 'stdout' && line.startsWith('go')) go.resolve(line);
    },
  };
  async function* source(over: Promise<void>): AsyncGenerator<Buffer> {
    // A script that ends before it reads never says go.
    const line = await Promise.race([go.promise, over]);
    if (line !== undefined) yield* counted(content, line === 'go gzip' ? packed : undefined, wanted);
  }
  return means.oneShot((shell) => runStreamed(shell, job, source, means.bounds));
}

/** The bytes as they are sent; progress counts in bytes of the file itself. */
async function* counted(content: UploadContent, packed: string | undefined, wanted: Wanted): AsyncGenerator<Buffer> {
  if (content.kind === 'bytes') {
    yield content.bytes;
    return;
  }
  const stream = createReadStream(packed ?? content.localPath, {highWaterMark: chunkBytes});
  let sent = 0;
  for await (const chunk of stream) {
    yield chunk as Buffer;
    sent += (chunk as Buffer).length;
    // How far a compressed file has unpacked is not known here: what was sent is a lower bound.
    wanted.options.onProgress?.(Math.min(sent, wanted.sizeBytes), wanted.sizeBytes);
  }
}

/** Everything happens beside the target, in its own folder, so that the last step is one rename. */
function receive(wanted: Wanted, nonce: string, take: Script): Script {
  const {remotePath, options} = wanted;
  const temporary = path.posix.join(
    path.posix.dirname(remotePath),
    `.${path.posix.basename(remotePath).slice(0, 100)}.${nonce}`,
  );
  const {owner, group} = options;
  // Ownership before mode: changing it takes set-user-id bits away.
  const own =
    owner !== undefined
      ? sh`chown -- ${group === undefined ? owner : `${owner}:${group}`} "$t" || exit`
      : group !== undefined
        ? sh`chgrp -- ${group} "$t" || exit`
        : raw(':');
  return sh`t=${dashless(temporary)} target=${dashless(remotePath)}
if [ -d "$target" ] && [ ! -L "$target" ]; then exit ${found.isFolder}; fi
umask 077
trap 'rm -f -- "$t"' EXIT; trap 'exit 143' HUP INT TERM
{ ${take}; } || exit
size=$(wc -c <"$t") || exit; [ "$size" -eq ${wanted.sizeBytes} ] || exit ${found.wrongSize}
if command -v sha256sum >/dev/null; then
  sum=$(sha256sum <"$t") || exit
  [ "${raw('${sum%% *}')}" = ${wanted.sha256} ] || exit ${found.wrongSum}
fi
${own}
chmod ${options.mode} "$t" || exit
sync "$t" 2>/dev/null
mv -f -- "$t" "$target" || exit
trap - EXIT`;
}

/** A path that no program takes for an option. */
const dashless = (name: string): string => (name.startsWith('-') ? `./${name}` : name);

function failure(outcome: ScriptOutcome, wanted: Wanted, host: string): TaskError {
  const stderr = outcome.stderr.toString();
  const reasons: Readonly<Record<number, string>> = {
    [found.isFolder]: 'it is a folder',
    [found.wrongSize]: 'what arrived is not as long as what was sent',
    [found.wrongSum]: 'what arrived is not what was sent (sha256)',
  };
  const changed = outcome.rc === found.wrongSize || outcome.rc === found.wrongSum;
  return new TaskError({
    what: `cannot write ${wanted.remotePath} on ${host}: ${reasons[outcome.rc] ?? (stderr.trim() || `exit code ${outcome.rc}`)}`,
    hint: changed ? 'did the file change while it was read here?' : undefined,
    rc: outcome.rc,
    stderr,
  });
}
