/** Putting one file with a known content into its place: what copy and template share. */
import type {Data, Diff, HostView, PathState, Plan, Predicted, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {
  type Accounts,
  type AttributeChange,
  type AttributeWish,
  attributeChange,
  changesNothing,
  missingAccount,
  overlayAccounts,
  probeAccounts,
  readAccounts,
  resultAttributes,
  setAttributes,
} from './attributes.js';
import {type FileContent, heldBytes, sha1, sizeOf} from './content.js';
import {contentDiff, shownUpTo} from './content_diff.js';
import {lookAbove, missingFolders, overlayAbove, toParent} from './folders.js';
import {newDirectoryMode, newFileMode, octal, resolveMode} from './mode.js';
import {lookAt, overlayPath, type PathSeen, pathFunctions, pathResources, readPath, stateOf} from './path_state.js';
import {assignPath, parentPath} from './path_word.js';
import {readRecords} from './records.js';
import {allOf, probeBackup, readStamp, writeSteps} from './write_file.js';

export interface PlaceWish extends AttributeWish {
  readonly dest: string;
  readonly force: boolean;
  readonly backup: boolean;
  readonly follow: boolean;
  readonly validate?: string | undefined;
  readonly directory_mode?: string | undefined;
}

export interface PlaceSource {
  readonly content: FileContent;
  /** The name the file gets in a folder; undefined if `dest` must be the file itself. */
  readonly base?: string | undefined;
}

export interface PlaceSeen {
  /** `dest` as the host expands it, without its last slashes. */
  readonly dest: PathSeen;
  readonly file: PathSeen;
  /** What exists at or above the file's folder. */
  readonly above: PathSeen;
  readonly accounts: Accounts;
  /** The end of a backup's name. */
  readonly stamp?: string;
}

const trimmed = (path: string): string => path.replace(/(?<=.)\/+$/, '');
const namesFolder = (wish: PlaceWish): boolean => /.\/$/.test(wish.dest);

export function probePlace(wish: PlaceWish, base: string | undefined, host: HostView): Script {
  const intoFolder = base === undefined ? raw(':') : sh`q_path=${raw('${q_path%/}')}/${base}`;
  const through = wish.follow
    ? raw('if [ -L "$q_path" ]; then q_real=$(readlink -f -- "$q_path") && q_path=$q_real; fi')
    : raw(':');
  return joinScripts([
    pathFunctions,
    probeAccounts(wish),
    probeBackup(wish.backup),
    assignPath('q_path', trimmed(wish.dest)),
    lookAt('dest', {follow: true}),
    sh`if [ -d "$q_path" ]; then ${intoFolder}; fi`,
    through,
    lookAt('file', {sha256: true, contentUpTo: host.diffMode ? shownUpTo : 0}),
    toParent,
    lookAbove,
  ]);
}

export function parsePlace(output: StepOutput, wish: PlaceWish): PlaceSeen {
  const records = readRecords(output);
  return {
    dest: readPath(records, 'dest'),
    file: readPath(records, 'file'),
    above: readPath(records, 'above'),
    accounts: readAccounts(records, wish),
    ...readStamp(records),
  };
}

export function overlayPlace(
  seen: PlaceSeen,
  predicted: Predicted,
  wish: PlaceWish,
  base: string | undefined,
): PlaceSeen | undefined {
  const written = trimmed(wish.dest);
  const dest = overlayPath(seen.dest, predicted, written);
  if (dest === undefined) return undefined;
  const inFolder = dest.stat?.type === 'directory' && base !== undefined;
  const path = inFolder ? `${dest.path === '/' ? '' : dest.path}/${base}` : dest.path;
  // A link that is followed: what it leads to was looked at, under its own path.
  const isLink = dest.stat?.type === seen.dest.stat?.type || dest.stat?.type === 'link';
  const followed = !inFolder && seen.file.path !== seen.dest.path && isLink;
  const before = followed || seen.file.path === path ? seen.file : {path};
  const file = overlayPath(before, predicted, inFolder ? `${written}/${base}` : written);
  if (file === undefined) return undefined;
  const above = overlayAbove(file.path, seen.above, predicted);
  if (above === 'unknown') return undefined;
  return {...seen, dest, file, above, accounts: overlayAccounts(seen.accounts, predicted, wish)};
}

export const placeReads = (wish: PlaceWish, base: string | undefined) =>
  pathResources(trimmed(wish.dest), ...(base === undefined ? [] : [`${trimmed(wish.dest)}/${base}`]));

/** Why the file cannot be put there. */
function obstacle(wish: PlaceWish, seen: PlaceSeen, source: PlaceSource): Plan | undefined {
  const {file, dest, above, accounts} = seen;
  const problem = file.problem ?? dest.problem;
  if (problem !== undefined)
    return {plan: 'fail', why: `${file.path} cannot be looked at: ${problem}`, hint: 'does the task need become?'};
  const missing = missingAccount(accounts, wish);
  if (missing !== undefined) return missing;
  if (file.stat?.type === 'directory' || (source.base === undefined && namesFolder(wish)))
    return {
      plan: 'fail',
      why: `${file.path} is ${file.stat?.type === 'directory' ? '' : 'to be '}a folder, and this is the content of a file`,
      hint: "give 'dest' with the file's name",
    };
  const folder = parentPath(file.path);
  if (above.stat?.type !== 'directory')
    return {plan: 'fail', why: `${above.path} is no folder, so ${file.path} cannot be written`};
  if (above.path !== folder && !namesFolder(wish))
    return {
      plan: 'fail',
      why: `the folder ${folder} does not exist`,
      hint: `make it first: file with path ${folder} and state 'directory'`,
    };
  return undefined;
}

/** Where the file goes: below `dest` if that is to be a new folder. */
function located(wish: PlaceWish, seen: PlaceSeen, {base}: PlaceSource): PlaceSeen {
  if (base === undefined || !namesFolder(wish) || seen.dest.stat !== undefined) return seen;
  return {...seen, file: {path: `${seen.dest.path}/${base}`}};
}

const destinationResult = (file: PathSeen, source: PlaceSource, change: AttributeChange): Data => ({
  dest: file.path,
  state: 'file',
  size: sizeOf(source.content),
  sha256: source.content.sha256,
  ...(source.content.kind === 'bytes' ? {checksum: sha1(source.content.bytes)} : {}),
  ...resultAttributes({type: 'file', mode: newFileMode, ...(file.stat?.type === 'file' ? file.stat : {})}, change),
});

export function planPlace(wish: PlaceWish, first: PlaceSeen, source: PlaceSource, host: HostView): Plan {
  const seen = located(wish, first, source);
  const refusal = obstacle(wish, seen, source);
  if (refusal !== undefined) return refusal;
  const {file, accounts} = seen;
  const replaced = file.stat?.type === 'file' ? file.stat : undefined;
  const change = attributeChange(replaced, wish, accounts, 'file');
  const kept = seen.stamp === undefined || file.stat === undefined ? undefined : `${file.path}.${seen.stamp}`;
  const result = destinationResult(file, source, change);
  if (file.stat !== undefined && !wish.force) return {plan: 'same', result: {dest: file.path}};
  const sameContent = replaced !== undefined && file.sha256 === source.content.sha256;
  if (sameContent && changesNothing(change)) return {plan: 'same', result};
  const {content} = source;
  const mode = change.mode ?? replaced?.mode ?? newFileMode;
  const state: PathState = {
    ...(replaced === undefined ? {} : stateOf(file)),
    type: 'file',
    mode: octal(mode),
    sha256: content.sha256,
    ...(change.owner === undefined ? {} : {owner: change.owner}),
    ...(change.group === undefined ? {} : {group: change.group}),
    ...(content.kind === 'file' || content.bytes === undefined ? {} : {content: content.bytes}),
  };
  const followed = file.path !== seen.dest.path && !isInFolder(seen, source);
  const touched = pathResources(file.path, ...(followed ? [] : [writtenPath(wish, seen, source)]));
  const link = followed ? pathResources(seen.dest.path, trimmed(wish.dest)) : [];
  const diff: Diff[] = [];
  if (!sameContent) diff.push(contentDiff(file.path, beforeContent(file, host), heldBytes(content)));
  if (!changesNothing(change)) diff.push({kind: 'values', path: file.path, before: change.before, after: change.after});
  const folders = missingFolders(parentPath(file.path), seen.above.path);
  return {
    plan: 'change',
    diff: [
      ...folders.map((path): Diff => ({kind: 'values', path, before: {state: 'absent'}, after: {state: 'directory'}})),
      ...diff,
    ],
    steps: sameContent
      ? [
          {
            step: 'script',
            title: `set the attributes of ${file.path}`,
            script: allOf([assignPath('q_path', file.path), setAttributes(change)]),
          },
        ]
      : [
          ...(folders.length === 0 ? [] : [makeFolders(folders, wish.directory_mode)]),
          ...writeSteps({
            path: file.path,
            content,
            mode,
            owner: change.owner ?? numberText(replaced?.uid),
            group: change.group ?? numberText(replaced?.gid),
            backup: kept,
            validate: wish.validate,
          }),
        ],
    touches: [...touched, ...link, ...pathResources(...folders.slice(0, 1))],
    after: [
      ...folders.map((path) => ({
        resource: {kind: 'path', path} as const,
        state: {type: 'directory', mode: octal(folderMode(wish.directory_mode))},
      })),
      ...touched.map((resource) => ({resource, state})),
      ...link.map((resource) => ({resource, state: {type: 'link'}})),
    ],
    result: sameContent || kept === undefined ? result : {...result, backup_file: kept},
  };
}

const isInFolder = ({file, dest}: PlaceSeen, {base}: PlaceSource): boolean =>
  base !== undefined && file.path === `${dest.path === '/' ? '' : dest.path}/${base}`;

/** The file's path as the task has it, for tasks that have it so too. */
const writtenPath = (wish: PlaceWish, seen: PlaceSeen, source: PlaceSource): string =>
  isInFolder(seen, source) ? `${trimmed(wish.dest)}/${source.base}` : trimmed(wish.dest);

const numberText = (id: number | undefined): string | undefined => (id === undefined ? undefined : String(id));

const folderMode = (mode: string | undefined): number =>
  mode === undefined ? newDirectoryMode : resolveMode(mode, newDirectoryMode, true);

const makeFolders = (folders: readonly string[], mode: string | undefined) =>
  ({
    step: 'script',
    title: `make the folder ${folders.at(-1) ?? ''}`,
    script: allOf(folders.map((folder) => sh`mkdir -m ${octal(folderMode(mode))} -- ${folder}`)),
  }) as const;

function beforeContent(file: PathSeen, host: HostView): Buffer | undefined | 'unread' {
  if (file.stat?.type !== 'file') return undefined;
  return file.content ?? (host.diffMode && file.stat.size === 0 ? Buffer.alloc(0) : 'unread');
}
