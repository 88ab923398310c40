/** A folder of the controller, copied file by file: only what differs is sent. */
import type {Diff, HostView, Plan, Predicted, Prediction, Step, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {
  type Accounts,
  attributeChange,
  changesNothing,
  missingAccount,
  overlayAccounts,
  probeAccounts,
  readAccounts,
  setAttributes,
} from '../support/attributes.js';
import {heldBytes} from '../support/content.js';
import {contentDiff, shownUpTo} from '../support/content_diff.js';
import {lookAbove, missingFolders, overlayAbove, toParent} from '../support/folders.js';
import {newDirectoryMode, newFileMode, octal} from '../support/mode.js';
import {
  lookAt,
  overlayPath,
  type PathSeen,
  pathFunctions,
  pathResources,
  readPath,
  stateOf,
  typeName,
} from '../support/path_state.js';
import {assignPath, normalPath, parentPath} from '../support/path_word.js';
import {type Records, readRecords} from '../support/records.js';
import {allOf, probeBackup, readStamp, writeSteps} from '../support/write_file.js';
import type {CopyParams} from './params.js';
import type {FolderFile, Prepared} from './prepare.js';

type Folder = Extract<Prepared, {from: 'folder'}>;

export interface FolderSeen {
  readonly dest: PathSeen;
  readonly above: PathSeen;
  readonly accounts: Accounts;
  /** By path below `dest`: the folders and files that the copy is to have. */
  readonly entries: ReadonlyMap<string, PathSeen>;
  /** The end of a backup's name. */
  readonly stamp?: string;
}

/** Paths below `dest`: folders before what is in them, then the files. */
function wanted(source: Folder): {folders: string[]; files: Map<string, FolderFile>} {
  const folders = new Set<string>();
  const files = new Map<string, FolderFile>();
  const into = (path: string): string => normalPath(source.name === '' ? path : `${source.name}/${path}`);
  if (source.name !== '') folders.add(source.name);
  for (const file of source.files) {
    const path = into(file.path);
    files.set(path, file);
    for (let at = parentPath(path); at !== '.'; at = parentPath(at)) folders.add(at);
  }
  return {folders: [...folders].sort(), files};
}

export function probeFolder(params: CopyParams, source: Folder, host: HostView): Script {
  const {folders, files} = wanted(source);
  const look = {sha256: true, contentUpTo: host.diffMode ? shownUpTo : 0};
  const entries = [...folders, ...files.keys()].map(
    (path, index) => sh`q_say ${`name${index}`} ${path}; q_path=$q_dest/${path}; ${lookAt(`entry${index}`, look)}`,
  );
  return joinScripts([
    pathFunctions,
    probeAccounts(params),
    probeBackup(params.backup),
    assignPath('q_path', params.dest.replace(/(?<=.)\/+$/, '')),
    raw('q_dest=${q_path%/}'),
    lookAt('dest', {follow: true}),
    ...entries,
    raw('q_path=$q_dest'),
    toParent,
    lookAbove,
  ]);
}

function readEntries(records: Records): Map<string, PathSeen> {
  const entries = new Map<string, PathSeen>();
  for (let index = 0; ; index++) {
    const name = records.get(`name${index}`);
    if (name === undefined) return entries;
    entries.set(name, readPath(records, `entry${index}`));
  }
}

export function parseFolder(output: StepOutput, params: CopyParams): FolderSeen {
  const records = readRecords(output);
  return {
    dest: readPath(records, 'dest'),
    above: readPath(records, 'above'),
    accounts: readAccounts(records, params),
    entries: readEntries(records),
    ...readStamp(records),
  };
}

export function overlayFolder(seen: FolderSeen, predicted: Predicted, params: CopyParams): FolderSeen | undefined {
  const dest = overlayPath(seen.dest, predicted, params.dest.replace(/(?<=.)\/+$/, ''));
  const above = overlayAbove(seen.dest.path, seen.above, predicted);
  if (dest === undefined || above === 'unknown') return undefined;
  const entries = new Map<string, PathSeen>();
  for (const [name, entry] of seen.entries) {
    const corrected = overlayPath(entry, predicted);
    if (corrected === undefined) return undefined;
    entries.set(name, corrected);
  }
  return {...seen, dest, above, entries, accounts: overlayAccounts(seen.accounts, predicted, params)};
}

interface Work {
  readonly diff: Diff[];
  readonly steps: Step[];
  readonly after: Prediction[];
}

export function planFolder(params: CopyParams, seen: FolderSeen, source: Folder, host: HostView): Plan {
  const {dest, above, accounts, entries} = seen;
  const missing = missingAccount(accounts, params);
  if (missing !== undefined) return missing;
  const inTheWay = [dest, above].find(({stat}) => stat !== undefined && stat.type !== 'directory');
  if (inTheWay?.stat !== undefined)
    return {plan: 'fail', why: `${inTheWay.path} is ${typeName[inTheWay.stat.type]}, so no folder can be copied there`};
  const {folders, files} = wanted(source);
  const work: Work = {diff: [], steps: [], after: []};
  const absent = dest.stat === undefined ? missingFolders(dest.path, above.path) : [];
  const needed = [
    ...absent.map((path): PathSeen => ({path})),
    ...folders.map((path) => entries.get(path) ?? {path: `${dest.path}/${path}`}),
  ];
  const blocked = needed.find(({stat}) => stat !== undefined && stat.type !== 'directory');
  if (blocked?.stat !== undefined)
    return {plan: 'fail', why: `${blocked.path} is ${typeName[blocked.stat.type]}, and a folder is to be there`};
  makeMissing(
    needed.filter(({stat}) => stat === undefined),
    params,
    accounts,
    work,
  );
  for (const [path, file] of files) {
    const entry = entries.get(path) ?? {path: `${dest.path}/${path}`};
    if (entry.stat?.type === 'directory')
      return {plan: 'fail', why: `${entry.path} is a folder, and a file is to be there`};
    placeOne(entry, file, params, seen, host, work);
  }
  const result = {dest: dest.path, src: source.src};
  if (work.diff.length === 0) return {plan: 'same', result};
  const touches = pathResources(...work.after.flatMap(({resource}) => ('path' in resource ? [resource.path] : [])));
  return {plan: 'change', ...work, touches, result};
}

function makeMissing(folders: readonly PathSeen[], params: CopyParams, accounts: Accounts, work: Work): void {
  if (folders.length === 0) return;
  const wish = {mode: params.directory_mode, owner: params.owner, group: params.group};
  const change = attributeChange(undefined, wish, accounts, 'directory');
  const make = ({path}: PathSeen): Script =>
    allOf([sh`${assignPath('q_path', path)}; mkdir -- "$q_path"`, setAttributes(change)]);
  work.steps.push({step: 'script', title: `make ${folders.length} folders`, script: allOf(folders.map(make))});
  for (const {path} of folders) {
    work.diff.push({kind: 'values', path, before: {state: 'absent'}, after: {state: 'directory', ...change.after}});
    const state = {
      type: 'directory',
      mode: octal(change.mode ?? newDirectoryMode),
      ...(params.owner === undefined ? {} : {owner: params.owner}),
      ...(params.group === undefined ? {} : {group: params.group}),
    };
    work.after.push({resource: {kind: 'path', path}, state});
  }
}

function placeOne(
  entry: PathSeen,
  file: FolderFile,
  params: CopyParams,
  {accounts, stamp}: FolderSeen,
  host: HostView,
  work: Work,
): void {
  const old = entry.stat?.type === 'file' ? entry.stat : undefined;
  if (entry.stat !== undefined && !params.force) return;
  const wish = {owner: params.owner, group: params.group, mode: params.mode === 'preserve' ? file.mode : params.mode};
  const change = attributeChange(old, wish, accounts, 'file');
  const {path} = entry;
  const {content} = file;
  const same = old !== undefined && entry.sha256 === content.sha256;
  if (same && changesNothing(change)) return;
  const mode = change.mode ?? old?.mode ?? newFileMode;
  if (!same) {
    const before =
      old === undefined ? undefined : (entry.content ?? (host.diffMode && old.size === 0 ? Buffer.alloc(0) : 'unread'));
    work.diff.push(contentDiff(path, before, heldBytes(content)));
    const id = (number: number | undefined): string | undefined => (number === undefined ? undefined : String(number));
    const {validate} = params;
    const backup = stamp === undefined || old === undefined ? undefined : `${path}.${stamp}`;
    const owner = change.owner ?? id(old?.uid);
    const group = change.group ?? id(old?.gid);
    work.steps.push(...writeSteps({path, content, mode, owner, group, backup, validate}));
  } else
    work.steps.push({
      step: 'script',
      title: `set the attributes of ${path}`,
      script: allOf([assignPath('q_path', path), setAttributes(change)]),
    });
  if (!changesNothing(change)) work.diff.push({kind: 'values', path, before: change.before, after: change.after});
  const state = {
    ...stateOf({...entry, stat: old ?? {type: 'file'}}),
    mode: octal(mode),
    sha256: content.sha256,
    ...(change.owner === undefined ? {} : {owner: change.owner}),
    ...(change.group === undefined ? {} : {group: change.group}),
    ...(content.kind === 'bytes' ? {content: content.bytes} : {}),
  };
  work.after.push({resource: {kind: 'path', path}, state});
}
