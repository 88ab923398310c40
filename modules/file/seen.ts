import type {Predicted, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {type Accounts, overlayAccounts, probeAccounts, readAccounts} from '../support/attributes.js';
import {lookAbove, overlayAbove} from '../support/folders.js';
import {lookAt, overlayPath, type PathSeen, pathFunctions, probePath, readPath} from '../support/path_state.js';
import {assignPath, joinPath, parentPath} from '../support/path_word.js';
import {readRecords} from '../support/records.js';
import type {FileParams} from './params.js';
import {probeTimes, readTimes, type WantedTimes} from './times.js';
import {parseTree, type TreeEntry, treeScript} from './tree.js';

export interface FileSeen {
  readonly self: PathSeen;
  /** What a symbolic link leads to. */
  readonly real?: PathSeen;
  /** The nearest folder above that exists, for a path that does not. */
  readonly above?: PathSeen;
  readonly emptyDirectory: boolean;
  readonly accounts: Accounts;
  /** What `src` of a link means, with the link's own text. */
  readonly src?: PathSeen & {readonly text: string};
  readonly times: WantedTimes;
  readonly tree: readonly TreeEntry[];
}

export const ownPath = (params: FileParams): string => params.path.replace(/(?<=.)\/+$/, '');

const isLinkState = (params: FileParams): boolean =>
  params.src !== undefined && (params.state === 'link' || params.state === 'hard');

/** Whether the folder in `q_path` is empty: asked only where a link is to take its place, for folders can be large. */
const lookInside = raw(`
elif [ -d "$q_path" ]; then q_say empty "$(for q_entry in "$q_path"/* "$q_path"/.[!.]* "$q_path"/..?*; do
  if [ -e "$q_entry" ] || [ -L "$q_entry" ]; then echo no; break; fi
done)"`);

export function probe(params: FileParams): Script {
  const path = ownPath(params);
  const isLink = params.state === 'link' || params.state === 'hard';
  const parts = [pathFunctions, probeAccounts(params), ...probeTimes(params)];
  if (isLinkState(params))
    parts.push(
      assignPath('q_src', params.src ?? ''),
      assignPath('q_path', path),
      sh`q_say src.text "$q_src"
case $q_src in
/*) q_path=$q_src ;;
*) case $q_path in */*) q_path=${raw('${q_path%/*}')}/$q_src ;; *) q_path=$q_src ;; esac ;;
esac`,
      lookAt('src', {follow: true}),
    );
  parts.push(
    probePath('self', path),
    sh`q_self=$q_path
if [ -L "$q_path" ]; then q_path=$(readlink -f -- "$q_path"); ${lookAt('real', {follow: true})}
elif [ ! -e "$q_path" ]; then ${lookAbove}${isLink ? lookInside : raw('')}
fi`,
  );
  if (params.recurse) parts.push(treeScript);
  return joinScripts(parts);
}

export function parse(output: StepOutput, params: FileParams): FileSeen {
  const records = readRecords(output);
  const real = records.has('real.path') ? readPath(records, 'real') : undefined;
  const above = records.has('above.path') ? readPath(records, 'above') : undefined;
  const text = records.get('src.text');
  return {
    self: readPath(records, 'self'),
    ...(real === undefined ? {} : {real}),
    ...(above === undefined ? {} : {above}),
    emptyDirectory: records.get('empty') === '',
    accounts: readAccounts(records, params),
    ...(text === undefined ? {} : {src: {...readPath(records, 'src'), text}}),
    times: readTimes(records, params),
    tree: parseTree(records.get('tree') ?? ''),
  };
}

/** Corrected by predictions; undefined where they leave it open. */
export function overlay(seen: FileSeen, predicted: Predicted, params: FileParams): FileSeen | undefined {
  const self = overlayPath(seen.self, predicted, ownPath(params));
  if (self === undefined) return undefined;
  const accounts = overlayAccounts(seen.accounts, predicted, params);
  const changed = self !== seen.self;
  // What is below a tree that an earlier task changes was listed before that change.
  if (params.recurse && seen.tree.length > 0 && predicted.touches([{kind: 'path', path: seen.self.path}]))
    return undefined;
  const src = seen.src === undefined ? undefined : overlaySource(seen.src, predicted);
  if (seen.src !== undefined && src === undefined) return undefined;
  const real = realOf({...seen, ...(src === undefined ? {} : {src})}, self, predicted);
  if (real === undefined && self.stat?.type === 'link') return undefined;
  const above = self.stat === undefined ? overlayAbove(self.path, seen.above, predicted) : undefined;
  if (above === 'unknown') return undefined;
  return {
    self,
    ...(real === undefined ? {} : {real}),
    ...(above === undefined ? {} : {above}),
    emptyDirectory: changed ? false : seen.emptyDirectory,
    accounts,
    ...(src === undefined ? {} : {src}),
    times: seen.times,
    tree: changed && self.stat === undefined ? [] : seen.tree,
  };
}

function overlaySource(src: PathSeen & {readonly text: string}, predicted: Predicted): FileSeen['src'] {
  const corrected = overlayPath(src, predicted);
  return corrected === undefined ? undefined : {...corrected, text: src.text};
}

function realOf(seen: FileSeen, self: PathSeen, predicted: Predicted): PathSeen | undefined {
  if (self.stat?.type !== 'link') return undefined;
  if (self === seen.self || self.target === seen.self.target)
    return seen.real === undefined ? undefined : overlayPath(seen.real, predicted);
  // An earlier task would make it the link that is wanted here: it leads where `src` is.
  if (self.target === seen.src?.text) return seen.src;
  const path = joinPath(parentPath(self.path), self.target ?? '');
  const prediction = predicted.get({kind: 'path', path});
  return prediction === undefined ? undefined : overlayPath({path}, predicted);
}
