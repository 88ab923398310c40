/** Writing a file's content: beside it, checked if asked for, then moved into place; with a backup if asked for. */
import type {Step} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import type {FileContent} from './content.js';
import {chmodDigits, octal4} from './mode.js';
import {baseName, parentPath} from './path_word.js';
import type {Records} from './records.js';
import {splitWords} from './words.js';

export interface FileWrite {
  readonly path: string;
  readonly content: FileContent;
  readonly mode: number;
  readonly owner?: string | undefined;
  readonly group?: string | undefined;
  /** Where to keep what is there now. */
  readonly backup?: string | undefined;
  /** A command that must succeed on the new content before it is moved into place; `%s` is its file. */
  readonly validate?: string | undefined;
}

/** A probe's part: the end of a backup's name, in Ansible's form `PID.2026-01-31@12:00:00~`. */
export const probeBackup = (wanted: boolean): Script =>
  wanted ? raw('q_say stamp "$$.$(date +%Y-%m-%d@%H:%M:%S)~"') : raw('');

/** What {@link probeBackup} reported. */
export const readStamp = (records: Records): {stamp?: string} => {
  const stamp = records.get('stamp');
  return stamp === undefined ? {} : {stamp};
};

const backupScript = (path: string, kept: string): Script => sh`cp -p -- ${path} ${kept}`;

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
  const steps: Step[] =
    backup === undefined
      ? []
      : [{step: 'script', title: `keep a backup of ${path}`, script: backupScript(path, backup)}];
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

/** Several commands of which each needs the one before it. */
export const allOf = (scripts: readonly Script[]): Script => {
  const parts = scripts.filter((script) => script.source !== '');
  return parts.length === 0 ? raw(':') : parts.reduce((sum, part) => sh`${sum} &&${raw('\n')}${part}`);
};
