/** Editing a text file: the host gives its content, the change is worked out here, and the new file is put in its place. */
import {isUtf8} from 'node:buffer';
import {ParamsError} from '../../src/errors/index.js';
import {
  contentOfBytes,
  type Data,
  type Diff,
  type PathState,
  type Plan,
  type Predicted,
  p,
  type StepOutput,
} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {pythonRegex, type RegexFlags} from '../../src/template/python/regex.js';
import {
  type Accounts,
  type AttributeWish,
  attributeChange,
  attributeParams,
  changesNothing,
  missingAccount,
  overlayAccounts,
  probeAccounts,
  readAccounts,
  resultAttributes,
  setAttributes,
} from './attributes.js';
import {contentDiff} from './content_diff.js';
import {lookAbove, missingFolders, overlayAbove, toParent} from './folders.js';
import {newDirectoryMode, newFileMode, octal} from './mode.js';
import {
  lookAt,
  overlayPath,
  type PathSeen,
  pathFunctions,
  pathResources,
  readPath,
  stateOf,
  typeName,
} from './path_state.js';
import {assignPath, parentPath} from './path_word.js';
import {readRecords} from './records.js';
import {allOf, probeBackup, readStamp, writeSteps} from './write_file.js';

export const editParams = {
  path: p.path('The file on the host.', {aliases: ['dest', 'destfile', 'name']}),
  ...attributeParams,
  backup: p.bool('Keep what was there beside it, with the time in its name.').default(false),
  validate: p
    .string('A command that must succeed before the file is moved into place; `%s` is the new file.')
    .optional(),
};

export interface EditWish extends AttributeWish {
  readonly path: string;
  readonly backup: boolean;
  readonly validate?: string | undefined;
}

export interface EditSeen {
  readonly file: PathSeen;
  readonly above: PathSeen;
  readonly accounts: Accounts;
  /** The path in the task is a symbolic link to the file. */
  readonly link?: boolean;
  readonly stamp?: string;
}

/** What an answer can hold, with room for base64. */
const readUpTo = 1_400_000;

/** A symbolic link is followed, as Ansible's editing modules do. */
export const probeEdit = (wish: EditWish): Script =>
  joinScripts([
    pathFunctions,
    probeAccounts(wish),
    probeBackup(wish.backup),
    assignPath('q_path', wish.path),
    raw('if [ -L "$q_path" ]; then q_say link yes; q_real=$(readlink -f -- "$q_path") && q_path=$q_real; fi'),
    lookAt('file', {sha256: true, contentUpTo: readUpTo}),
    toParent,
    lookAbove,
  ]);

export function parseEdit(output: StepOutput, wish: EditWish): EditSeen {
  const records = readRecords(output);
  return {
    file: readPath(records, 'file'),
    above: readPath(records, 'above'),
    accounts: readAccounts(records, wish),
    ...(records.has('link') ? {link: true} : {}),
    ...readStamp(records),
  };
}

export function overlayEdit(seen: EditSeen, predicted: Predicted, wish: EditWish): EditSeen | undefined {
  const file = seen.link ? overlayPath(seen.file, predicted) : overlayPath(seen.file, predicted, wish.path);
  if (file === undefined || (file.stat?.type === 'file' && file.content === undefined && file !== seen.file))
    return undefined;
  if (file.stat?.type === 'link') return undefined;
  const above = overlayAbove(file.path, seen.above, predicted);
  return above === 'unknown'
    ? undefined
    : {...seen, file, above, accounts: overlayAccounts(seen.accounts, predicted, wish)};
}

export const editReads = (wish: EditWish) => pathResources(wish.path);

/** A regular expression of Python's; the error names it. */
export function regex(module: string, pattern: string, flags: RegexFlags = {}, kind: 'g' | '' = ''): RegExp {
  try {
    return pythonRegex(pattern, flags, kind);
  } catch (error) {
    throw new ParamsError({what: `${module}: ${error instanceof Error ? error.message : String(error)}`, cause: error});
  }
}

/** The new text and a word on what was done; the text is undefined where nothing is to be done. */
export interface Edited {
  readonly text: string | undefined;
  readonly msg: string;
  readonly more?: Data;
}

export interface EditRules {
  /** What to do where there is no file. */
  readonly missing: 'create' | 'fail' | 'leave';
  /** `text` is undefined where there is no file. */
  edit(text: string | undefined): Edited;
}

/** Bytes that are no UTF-8 go through as they are, one letter each. */
const encodingOf = (bytes: Buffer): BufferEncoding => (isUtf8(bytes) ? 'utf8' : 'latin1');

export function planEdit(wish: EditWish, seen: EditSeen, rules: EditRules): Plan {
  const {file, above, accounts} = seen;
  const refusal = obstacle(wish, seen, rules);
  if (refusal !== undefined) return refusal;
  if (file.stat === undefined && rules.missing === 'leave')
    return {plan: 'same', result: {msg: 'file not present', found: 0}};
  const old = file.stat;
  const before = old === undefined ? undefined : (file.content ?? Buffer.alloc(0));
  const encoding = before === undefined ? 'utf8' : encodingOf(before);
  const {text, msg, more = {}} = rules.edit(before?.toString(encoding));
  const after = text === undefined ? undefined : Buffer.from(text, encoding);
  const changes = after !== undefined && (before === undefined || !after.equals(before));
  const change = attributeChange(old, wish, accounts, 'file');
  const attributes = old !== undefined && !changesNothing(change);
  const words = [changes ? msg : '', attributes ? 'ownership, perms or SE linux context changed' : ''].filter(
    (word) => word !== '',
  );
  const result: Data = {
    path: file.path,
    msg: words.join(' and '),
    ...more,
    ...(old === undefined ? {} : resultAttributes(old, change)),
  };
  if (!changes && !attributes) return {plan: 'same', result: {...result, msg: ''}};
  const kept = changes && seen.stamp !== undefined && old !== undefined ? `${file.path}.${seen.stamp}` : undefined;
  const mode = change.mode ?? old?.mode ?? newFileMode;
  const folders = missingFolders(parentPath(file.path), above.path);
  const id = (number: number | undefined): string | undefined => (number === undefined ? undefined : String(number));
  const state: PathState = {
    ...(old === undefined ? {} : stateOf(file)),
    type: 'file',
    mode: octal(mode),
    ...(change.owner === undefined ? {} : {owner: change.owner}),
    ...(change.group === undefined ? {} : {group: change.group}),
    ...(changes && after !== undefined
      ? {sha256: contentOfBytes(after).sha256, content: after}
      : {...(before === undefined ? {} : {content: before})}),
  };
  const diff: Diff[] = folders.map((path) => ({
    kind: 'values',
    path,
    before: {state: 'absent'},
    after: {state: 'directory'},
  }));
  if (changes && after !== undefined) diff.push(contentDiff(file.path, before, after));
  if (!changesNothing(change)) diff.push({kind: 'values', path: file.path, before: change.before, after: change.after});
  const touches = pathResources(file.path, ...(seen.link ? [] : [wish.path]));
  const link = seen.link ? pathResources(wish.path) : [];
  return {
    plan: 'change',
    diff,
    steps:
      changes && after !== undefined
        ? [
            ...(folders.length === 0
              ? []
              : [
                  {
                    step: 'script',
                    title: `make the folder ${parentPath(file.path)}`,
                    script: sh`mkdir -p -- ${parentPath(file.path)}`,
                  } as const,
                ]),
            ...writeSteps({
              path: file.path,
              content: contentOfBytes(after),
              mode,
              owner: change.owner ?? id(old?.uid),
              group: change.group ?? id(old?.gid),
              backup: kept,
              validate: wish.validate,
            }),
          ]
        : [
            {
              step: 'script',
              title: `set the attributes of ${file.path}`,
              script: allOf([assignPath('q_path', file.path), setAttributes(change)]),
            },
          ],
    touches: [...touches, ...link, ...pathResources(...folders.slice(0, 1))],
    after: [
      ...folders.map((path) => ({
        resource: {kind: 'path', path} as const,
        state: {type: 'directory', mode: octal(newDirectoryMode)},
      })),
      ...touches.map((resource) => ({resource, state})),
      ...link.map((resource) => ({resource, state: {type: 'link'}})),
    ],
    result: {...result, ...(kept === undefined ? {} : {backup: kept, backup_file: kept})},
  };
}

function obstacle(wish: EditWish, {file, above, accounts}: EditSeen, rules: EditRules): Plan | undefined {
  if (file.problem !== undefined)
    return {plan: 'fail', why: `${file.path} cannot be looked at: ${file.problem}`, hint: 'does the task need become?'};
  const missing = missingAccount(accounts, wish);
  if (missing !== undefined) return missing;
  const {stat} = file;
  if (stat === undefined) {
    if (rules.missing === 'fail')
      return {plan: 'fail', why: `there is no file ${file.path}`, hint: 'create: true makes it', result: {rc: 257}};
    if (rules.missing === 'create' && above.stat?.type !== 'directory')
      return {plan: 'fail', why: `${above.path} is no folder, so ${file.path} cannot be made`};
    return undefined;
  }
  if (stat.type !== 'file')
    return {plan: 'fail', why: `${file.path} is ${typeName[stat.type]}, not a file`, result: {rc: 256}};
  if (file.content === undefined && (stat.size ?? 0) > readUpTo)
    return {
      plan: 'fail',
      why: `${file.path} has ${stat.size} bytes; files up to ${readUpTo} can be edited`,
      hint: 'edit it with a command on the host',
    };
  if (file.content === undefined && (stat.size ?? 0) > 0)
    return {plan: 'fail', why: `${file.path} cannot be read`, hint: 'does the task need become?'};
  return undefined;
}
