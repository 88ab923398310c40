/**
 * Framed scripts: how one long-lived POSIX `sh` runs many scripts and the controller tells their output apart.
 *
 * A frame is one line of shell (its quoted parts may span lines) that runs a script in a subshell and prints marks, `NUL nonce SPACE kind ... NUL`,
 * around its output on both streams. The script travels as one single-quoted word for `eval`: nothing in it, not even a
 * syntax error, can end the quoting, and a frame cut off half-way is an unfinished word, which a shell never runs.
 *
 * The subshell holds a pipe (descriptor 9) that the surrounding `$( )` waits for, so the `ready` mark comes only once every process
 * that inherited the session's streams is gone. A shell that is not ready is not used again: what a child left in the
 * background prints later can never land in another script's output.
 */
import {quote} from './quote.js';
import {joinScripts, raw, type Script, sh} from './script.js';

/** Where a script's stdin comes from: nowhere, bytes inside the frame, or what follows on the shell's own stdin (which ends the shell). */
export type FrameStdin = {readonly kind: 'inline'; readonly bytes: Buffer} | {readonly kind: 'channel'};

export interface Frame {
  /** Random, of letters and digits, never used twice. */
  readonly nonce: string;
  readonly script: Script;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly stdin?: FrameStdin | undefined;
}

export type Mark =
  /** The shell itself: its pid, and when it began in the kernel's count, so that nobody else is taken for it later. */
  | {readonly kind: 'hello'; readonly pid: number | undefined; readonly start: string | undefined}
  | {readonly kind: 'begin'; readonly pid: number | undefined}
  | {readonly kind: 'end'; readonly rc: number | undefined}
  | {readonly kind: 'ready'};

const standardPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** What a fresh shell is told before its first frame. Descriptors 7 and 8 keep the session's own stdout and stderr. */
export const prologueText = (nonce: string): string =>
  sh`unset CDPATH ENV BASH_ENV; umask 022; LC_ALL=C; export LC_ALL
for q_d in ${standardPath}; do case ":$PATH:" in *":$q_d:"*) ;; *) PATH=${raw('${PATH:+$PATH:}')}$q_d ;; esac; done; export PATH; unset q_d
cd "${raw('${HOME:-/}')}" 2>/dev/null || cd /
exec 7>&1 8>&2; q_l=; q_d=$$
{ read -r q_l </proc/$q_d/stat; } 2>/dev/null; set -- ${raw('${q_l##*) }')}
printf '\000%s h %s %s\000' ${nonce} $q_d "${raw('${20-}')}"; set --; unset q_l q_d
`.source;

/** Whether a name can be exported by a POSIX shell. */
export const isEnvironmentName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/**
 * The text of one frame, newline included. Throws RangeError for a NUL in the script, the folder or a variable, and for
 * a variable's name that no shell can export.
 */
export function frameText(frame: Frame): string {
  const body = sh`( ${frameBody(frame)} ) 9>&1 >&7 2>&8 7>&- 8>&-`;
  return sh`: "$( ${withStdin(body, frame.stdin)}; printf '\000%s e %d\000' ${frame.nonce} $? >&7; printf '\000%s e\000' ${frame.nonce} >&8 )"; ${
    frame.stdin?.kind === 'channel' ? raw('exit') : sh`printf '\000%s r\000' ${frame.nonce}`
  }
`.source;
}

function frameBody(frame: Frame): Script {
  // The pid comes from /proc without starting a program; `$$` would be the long-lived shell's.
  const begin = sh`{ read -r q_p q_r </proc/self/stat; } 2>/dev/null || q_p=$(sh -c 'echo $PPID')
printf '\000%s b %s\000' ${frame.nonce} "$q_p"; printf '\000%s b\000' ${frame.nonce} >&2; unset q_p q_r`;
  const parts = [begin];
  for (const [name, value] of Object.entries(frame.environment ?? {})) {
    if (!isEnvironmentName(name))
      throw new RangeError(`a shell cannot export a variable named ${JSON.stringify(name)}`);
    parts.push(raw(`export ${name}=${quote(value)}`));
  }
  // A bare `-` would mean the folder before this one.
  if (frame.cwd !== undefined) parts.push(sh`cd -- ${frame.cwd === '-' ? './-' : frame.cwd} || exit`);
  // The space keeps a script that starts with a dash from being read as eval's options.
  parts.push(sh`eval ${` ${frame.script.source}`}`);
  return joinScripts(parts);
}

function withStdin(body: Script, stdin: FrameStdin | undefined): Script {
  if (stdin === undefined) return sh`${body} </dev/null`;
  if (stdin.kind === 'channel') return body;
  return sh`printf ${raw(`'${printfFormat(stdin.bytes)}'`)} 2>/dev/null 7>&- 8>&- | ${body}`;
}

/** Bytes as a format that every shell's own printf turns back into them, inside single quotes. */
function printfFormat(bytes: Buffer): string {
  const parts: string[] = [];
  for (const [index, byte] of bytes.entries()) {
    // A first dash would make it an option.
    const plain =
      (index > 0 || byte !== 0x2d) &&
      (byte === 0x0a || (byte >= 0x20 && byte < 0x7f && byte !== 0x25 && byte !== 0x27 && byte !== 0x5c));
    parts.push(plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`);
  }
  return parts.join('');
}

/** Receives what a {@link MarkScanner} finds, in the order of the stream. */
export interface MarkSink {
  data(bytes: Buffer): void;
  mark(mark: Mark): void;
}

const nothing: Buffer = Buffer.alloc(0);
/** A mark's tail is a letter and at most two numbers. */
const longestTail = 40;

/**
 * Splits one stream of a shell into data and the marks of one nonce, however the bytes are cut into chunks. Looks at new
 * bytes only, and holds back no more than the start of what may become a mark.
 */
export class MarkScanner {
  #prefix: Buffer = nothing;
  #held: Buffer = nothing;
  readonly #sink: MarkSink;

  constructor(sink: MarkSink) {
    this.#sink = sink;
  }

  /** From now on marks of this nonce count; all others are data. */
  expect(nonce: string): void {
    this.#prefix = Buffer.from(`\0${nonce} `, 'latin1');
  }

  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = nothing;
    while (rest.length > 0) {
      const start = this.#prefix.length === 0 ? -1 : rest.indexOf(this.#prefix);
      if (start === -1) {
        this.#holdTail(rest);
        return;
      }
      if (start > 0) this.#sink.data(rest.subarray(0, start));
      rest = rest.subarray(start);
      const end = rest.indexOf(0, this.#prefix.length);
      if (end === -1 && rest.length < this.#prefix.length + longestTail) {
        this.#held = rest;
        return;
      }
      const mark = end === -1 ? undefined : readMark(rest.toString('latin1', this.#prefix.length, end));
      if (mark === undefined) {
        // Somebody printed the nonce: data like any other.
        this.#sink.data(rest.subarray(0, 1));
        rest = rest.subarray(1);
        continue;
      }
      rest = rest.subarray(end + 1);
      this.#sink.mark(mark);
    }
  }

  /** The stream has ended: what was held back is data after all. */
  finish(): void {
    if (this.#held.length > 0) this.#sink.data(this.#held);
    this.#held = nothing;
  }

  /** Only the last NUL can start an unfinished mark, since a mark holds none before its end. */
  #holdTail(bytes: Buffer): void {
    const nul = bytes.lastIndexOf(0);
    const tail = nul === -1 ? nothing : bytes.subarray(nul);
    const held =
      tail.length < this.#prefix.length && tail.equals(this.#prefix.subarray(0, tail.length)) ? tail : nothing;
    this.#held = held;
    if (held.length < bytes.length) this.#sink.data(bytes.subarray(0, bytes.length - held.length));
  }
}

function readMark(text: string): Mark | undefined {
  if (text === 'r') return {kind: 'ready'};
  const hello = /^h (\d{0,10}) (\d{0,20})$/.exec(text);
  if (hello) return {kind: 'hello', pid: toNumber(hello[1]), start: hello[2] || undefined};
  const match = /^([be])(?: (\d{0,10}))?$/.exec(text);
  if (!match) return undefined;
  const number = toNumber(match[2]);
  return match[1] === 'b' ? {kind: 'begin', pid: number} : {kind: 'end', rc: number};
}

const toNumber = (digits: string | undefined): number | undefined => (digits ? Number(digits) : undefined);
