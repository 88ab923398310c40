/** Writing a file's content: beside it, checked if asked for, then moved into place; with a backup if asked for. */
import type {Step, StepOutcome} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {octal4} from './mode.js';
import {baseName, parentPath} from './path_word.js';
import {lastLine} from './records.js';
import {splitWords} from './words.js';

export interface FileWrite {
  readonly path: string;
  readonly content: UploadContent;
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
  const steps: Step[] = [];
  if (backup) steps.push({step: 'script', title: backupTitle(path), script: backupScript(path)});
  if (validate === undefined)
    return [...steps, {step: 'upload', title: `write ${path}`, content, to: path, ...attributes}];
  const draft = `${parentPath(path)}/.${baseName(path)}.quorate-draft`;
  return [
    ...steps,
    {step: 'upload', title: `write ${path} beside its place`, content, to: draft, ...attributes},
    {
      step: 'script',
      title: `check the new ${path} and move it into place`,
      script: sh`q_draft=${draft}
if q_out=$(${validateScript(validate, draft)} 2>&1); then mv -f -- "$q_draft" ${path}
else rm -f -- "$q_draft"; printf 'it is not valid, says %s: %s\n' ${validate} "$q_out" >&2; exit 1; fi`,
      mayBlock: true,
    },
  ];
}

/** Where the backup went, if one was made. */
export function backupOf(path: string, outcomes: readonly StepOutcome[]): string | undefined {
  const outcome = outcomes.find(({title}) => title === backupTitle(path));
  return outcome === undefined ? undefined : lastLine(outcome.stdout) || undefined;
}

/** Several commands of which each needs the one before it. */
export const allOf = (scripts: readonly Script[]): Script => {
  const parts = scripts.filter((script) => script.source !== '');
  return parts.length === 0 ? raw(':') : parts.reduce((sum, part) => sh`${sum} &&${raw('\n')}${part}`);
};
