import type {Diff, PathState, Plan, Prediction} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {attributeChange, changesNothing, defined, resultAttributes, setAttributes} from '../support/attributes.js';
import {octal} from '../support/mode.js';
import {type PathSeen, pathResources, stateOf, typeName} from '../support/path_state.js';
import {assignPath} from '../support/path_word.js';
import {allOf} from '../support/write_file.js';
import type {FileParams} from './params.js';
import {type FileSeen, ownPath} from './seen.js';
import {timeChange} from './times.js';
import {treeChanges, treeScripts} from './tree.js';

export type State = NonNullable<FileParams['state']>;

/** A path's state for later tasks, under both its spellings. */
export const predict = (params: FileParams, path: string, state: PathState): Prediction[] =>
  pathResources(path, ownPath(params)).map((resource) => ({resource, state}));

/** What the attributes are of: through a symbolic link, if it is to be followed. */
function attributeTarget(params: FileParams, {self, real}: FileSeen): PathSeen | undefined {
  return self.stat?.type === 'link' && params.follow ? real : self;
}

const isOf = (state: State, type: string): boolean =>
  state === 'touch' ? type !== 'link' : state === 'file' ? type === 'file' || type === 'other' : type === state;

/** For what exists: its mode, owner, group and times, and those of everything below it. */
export function planAttributes(params: FileParams, seen: FileSeen, state: State): Plan {
  const target = attributeTarget(params, seen);
  const stat = target?.stat;
  if (target === undefined || stat === undefined)
    return {
      plan: 'fail',
      why: `${seen.self.path} is a symbolic link to ${seen.self.target ?? 'something'}, which does not exist`,
    };
  if (state !== 'link' && !isOf(state, stat.type) && !(state === 'touch' && !params.follow))
    return {
      plan: 'fail',
      why: `${target.path} is ${typeName[stat.type]}, not ${typeName[state === 'directory' ? state : 'file']}`,
      hint: "remove it first with state 'absent' if that is what you want",
      result: {path: target.path, state: stat.type},
    };
  const kind = stat.type === 'directory' || stat.type === 'link' ? stat.type : 'file';
  const change = attributeChange(stat, params, seen.accounts, kind);
  const times = timeChange(stat, seen.times);
  const below = params.recurse ? treeChanges(seen.tree, params, seen.accounts) : [];
  const result = {
    ...(state === 'touch' ? {dest: target.path} : {path: target.path}),
    state: stat.type === 'other' ? 'file' : stat.type,
    ...defined({size: stat.size}),
    ...resultAttributes(stat, change),
  };
  const own = !changesNothing(change) || times.scripts.length > 0;
  if (!own && below.length === 0) return {plan: 'same', result};
  const diff: Diff[] = below.map(({entry, change: {before, after}}) => ({
    kind: 'values',
    path: entry.path,
    before,
    after,
  }));
  if (own)
    diff.unshift({
      kind: 'values',
      path: target.path,
      before: {...change.before, ...times.before},
      after: {...change.after, ...times.after},
    });
  const after: PathState = {
    ...stateOf(target),
    ...(change.mode === undefined ? {} : {mode: octal(change.mode)}),
    ...(change.owner === undefined ? {} : {owner: change.owner}),
    ...(change.group === undefined ? {} : {group: change.group}),
  };
  return {
    plan: 'change',
    diff,
    steps: [
      {
        step: 'script',
        title: `set the attributes of ${target.path}`,
        script: allOf([
          sh`${assignPath('q_path', target.path)}`,
          setAttributes(change, kind !== 'link'),
          ...treeScripts(below),
          ...times.scripts,
        ]),
      },
    ],
    touches: pathResources(target.path, ownPath(params)),
    // What recurse does below is not told path by path.
    after:
      below.length > 0 || Object.values(seen.times).some((time) => typeof time === 'number')
        ? []
        : target === seen.self
          ? predict(params, target.path, after)
          : [
              ...predict(params, seen.self.path, stateOf(seen.self)),
              {resource: {kind: 'path', path: target.path}, state: after},
            ],
    result,
  };
}
