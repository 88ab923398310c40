import {quote, raw, Script, sh} from '../shell/index.js';
import type {ScriptOutcome} from '../transport/types.js';

/** One of several scripts that went in one frame. */
export interface Part {
  readonly script: Script;
  /** Exit codes after which the next part runs; undefined: whatever they are. */
  readonly okCodes?: readonly number[];
}

export interface PartOutcome {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

const markOf = (nonce: string, index: number): string => `\n${nonce} ${index} `;

/**
 * One script that runs several one after the other, each in a subshell of its own, and prints a mark after each on both
 * streams. A part whose exit code is not among its okCodes ends it. The text of a part is one quoted word for `eval`, so
 * that not even a syntax error in it reaches the next.
 */
export function joinParts(nonce: string, parts: readonly Part[]): Script {
  const pieces = parts.map(({script, okCodes}, index) => {
    const text = new Script(quote(` ${script.source}`), quote(` ${script.masked}`));
    const mark = `${nonce} ${index}`;
    const stop =
      okCodes === undefined ? raw('') : raw(`case $q_rc in ${okCodes.join('|')}) ;; *) exit "$q_rc" ;; esac`);
    return sh`( eval ${text} ) </dev/null
q_rc=$?; printf '\n%s %d \n' ${mark} "$q_rc"; printf '\n%s \n' ${mark} >&2
${stop}`;
  });
  return new Script(pieces.map(({source}) => source).join('\n'), pieces.map(({masked}) => masked).join('\n'));
}

/** Cuts a joined frame's output apart again; a part that did not run, or whose mark is lost, is undefined. */
export function cutParts(nonce: string, outcome: ScriptOutcome, count: number): (PartOutcome | undefined)[] {
  const stdout = cutStream(nonce, outcome.stdout.toString('utf8'), count);
  const stderr = cutStream(nonce, outcome.stderr.toString('utf8'), count);
  return stdout.map((part, index) => {
    const errors = stderr[index];
    return part === undefined || errors === undefined || part.rc === undefined
      ? undefined
      : {rc: part.rc, stdout: part.text, stderr: errors.text};
  });
}

function cutStream(nonce: string, text: string, count: number): ({text: string; rc: number | undefined} | undefined)[] {
  const parts: ({text: string; rc: number | undefined} | undefined)[] = [];
  let from = 0;
  for (let index = 0; index < count; index += 1) {
    const mark = markOf(nonce, index);
    const at = text.indexOf(mark, from);
    const end = at === -1 ? -1 : text.indexOf('\n', at + mark.length);
    if (end === -1) {
      parts.push(undefined);
      continue;
    }
    const code = text.slice(at + mark.length, end).trim();
    parts.push({text: text.slice(from, at), rc: code === '' ? undefined : Number(code)});
    from = end + 1;
  }
  return parts;
}
