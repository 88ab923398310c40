/** Writing a file's content: beside it, checked if asked for, then moved into place; with a backup if asked for. */
import type {Step, StepOutcome} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import type {FileContent} from './content.js';
import {chmodDigits, octal4} from './mode.js';
import {baseName, parentPath} from './path_word.js';
import {lastLine} from './records.js';
import {splitWords} from './words.js';

export interface FileWrite {
  readonly path: string;
  readonly content: FileContent;
  readonly mode: number;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** Keep what is there now; does nothing where nothing is. */
  readonly backup?: boolean | undefined;
  /** A command that must succeed on the new content before it is moved into place; `%s` is its file. */
  readonly validate?: string | undefined;
}

const backupTitle = (path: string): string => `keep a backup of ${path}`;

/** Ansible's name for a backup: `path.PID.2026-01-31@12:00:00~`. Prints it. */
const backupScript = (path: string): Script =>
  sh`q_path=${path}
if [ -f "$q_path" ]; then
  q_kept=$q_path.$$.$(date +%Y-%m-%d@%H:%M:%S)~ && cp -p -- "$q_path" "$q_kept" && printf '%s\n' "$q_kept"
fi`;

/** The words of a `validate` command with the file in place of `%s`. */
export function validateScript(command: string, file: string): Script {
  return sh`${splitWords(command).map((word) => word.replaceAll('%s', file))}`;
}

export function writeSteps(write: FileWrite): Step[] {
  const {path, content, mode, owner, group, backup, validate} = write;
  const attributes = {
    mode: octal4(mode),
    ...(owner === undefined ? {} : {owner}),
    ...(group === undefined ? {} : {group}),
  };
  const draft = `${parentPath(path)}/.${baseName(path)}.quorate-draft`;
  const steps: Step[] = backup ? [{step: 'script', title: backupTitle(path), script: backupScript(path)}] : [];
  if (content.kind !== 'host') {
    if (validate === undefined)
      return [...steps, {step: 'upload', title: `write ${path}`, content, to: path, ...attributes}];
    steps.push({step: 'upload', title: `write ${path} beside its place`, content, to: draft, ...attributes});
  }
  const parts = [sh`q_draft=${draft}`];
  if (content.kind === 'host') parts.push(copyDraft(content.path, write));
  if (validate !== undefined) parts.push(checkDraft(validate, draft));
  parts.push(sh`mv -f -- "$q_draft" ${path} || { rm -f -- "$q_draft"; exit 1; }`);
  const title =
    content.kind === 'host' ? `copy ${content.path} to ${path}` : `check the new ${path} and move it into place`;
  return [...steps, {step: 'script', title, script: joinScripts(parts), mayBlock: true}];
}

/** A copy that only its owner reads until it has its bits. */
function copyDraft(source: string, {owner, group, mode}: FileWrite): Script {
  const who = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  const own = who === '' ? raw(':') : sh`chown -- ${who} "$q_draft"`;
  return sh`(umask 077; cat < ${source} > "$q_draft") && ${own} && chmod -- ${chmodDigits(mode)} "$q_draft" || { rm -f -- "$q_draft"; exit 1; }`;
}

const checkDraft = (validate: string, draft: string): Script =>
  sh`if ! q_out=$(${validateScript(validate, draft)} 2>&1); then
  rm -f -- "$q_draft"; printf 'it is not valid, says %s: %s\n' ${validate} "$q_out" >&2; exit 1
fi`;

/** Ansible's `backup_file`, if a backup was made. */
export function backupData(outcomes: readonly StepOutcome[]): {backup_file?: string} {
  const outcome = outcomes.find(({title}) => title.startsWith(backupTitle('')));
  const kept = outcome === undefined ? '' : lastLine(outcome.stdout);
  return kept === '' ? {} : {backup_file: kept};
}

/** Several commands of which each needs the one before it. */
export const allOf = (scripts: readonly Script[]): Script => {
  const parts = scripts.filter((script) => script.source !== '');
  return parts.length === 0 ? raw(':') : parts.reduce((sum, part) => sh`${sum} &&${raw('\n')}${part}`);
};
