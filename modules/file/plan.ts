import type {PathState, Plan} from '../../src/module/index.js';
import {type Script, sh} from '../../src/shell/index.js';
import {
  type AttributeChange,
  attributeChange,
  changesNothing,
  missingAccount,
  resultAttributes,
  setAttributes,
} from '../support/attributes.js';
import {missingFolders} from '../support/folders.js';
import {newDirectoryMode, newFileMode, octal} from '../support/mode.js';
import {pathResources} from '../support/path_state.js';
import {assignPath, parentPath} from '../support/path_word.js';
import {allOf} from '../support/write_file.js';
import {planAttributes, predict, type State} from './existing.js';
import {planHardLink, planLink} from './links.js';
import type {FileParams} from './params.js';
import {type FileSeen, ownPath} from './seen.js';
import {timeChange} from './times.js';

export function planFile(params: FileParams, seen: FileSeen): Plan {
  const {self} = seen;
  if (self.problem !== undefined)
    return {plan: 'fail', why: `${self.path} cannot be looked at: ${self.problem}`, hint: 'does the task need become?'};
  const missing = missingAccount(seen.accounts, params);
  if (missing !== undefined) return missing;
  const state = wantedState(params, seen);
  switch (state) {
    case 'absent':
      return planAbsent(params, seen);
    case 'link':
      return planLink(params, seen);
    case 'hard':
      return planHardLink(params, seen);
    case 'directory':
      return self.stat === undefined ? planNewDirectory(params, seen) : planAttributes(params, seen, 'directory');
    default:
      return self.stat === undefined ? planNewFile(params, seen, state) : planAttributes(params, seen, state);
  }
}

/** Without `state` it is what is there. */
function wantedState(params: FileParams, {self}: FileSeen): State {
  if (params.state !== undefined) return params.state;
  if (params.recurse) return 'directory';
  const type = self.stat?.type;
  return type === 'directory' || type === 'link' ? type : 'file';
}

function planAbsent(params: FileParams, {self}: FileSeen): Plan {
  const result = {path: self.path, state: 'absent'};
  if (self.stat === undefined) return {plan: 'same', result};
  return {
    plan: 'change',
    diff: [{kind: 'values', path: self.path, before: {state: self.stat.type}, after: {state: 'absent'}}],
    steps: [
      {
        step: 'script',
        title: `remove ${self.path}`,
        script: sh`${assignPath('q_path', self.path)}; rm -rf -- "$q_path"`,
      },
    ],
    touches: pathResources(self.path, ownPath(params)),
    after: predict(params, self.path, {type: 'absent'}),
    result,
  };
}

function planNewDirectory(params: FileParams, {self, above, accounts}: FileSeen): Plan {
  if (above?.stat?.type !== 'directory')
    return {
      plan: 'fail',
      why: `the folder ${self.path} cannot be made: ${above?.path ?? parentPath(self.path)} is no folder`,
    };
  const folders = missingFolders(self.path, above.path);
  const change = attributeChange(undefined, params, accounts, 'directory');
  const times = timeChange(undefined, {access: 'preserve', modification: 'preserve'});
  const make = (folder: string): Script =>
    allOf([
      sh`${assignPath('q_path', folder)}; mkdir ${privately(change)} -- "$q_path"`,
      setAttributes(change),
      ...times.scripts,
    ]);
  const state: PathState = {
    type: 'directory',
    mode: octal(change.mode ?? newDirectoryMode),
    ...(params.owner === undefined ? {} : {owner: params.owner}),
    ...(params.group === undefined ? {} : {group: params.group}),
  };
  return {
    plan: 'change',
    diff: folders.map((path) => ({
      kind: 'values',
      path,
      before: {state: 'absent'},
      after: {state: 'directory', ...change.after},
    })),
    steps: [{step: 'script', title: `make the folder ${self.path}`, script: allOf(folders.map(make))}],
    touches: pathResources(folders[0] ?? self.path, ownPath(params)),
    after: [
      ...folders.slice(0, -1).map((path) => ({resource: {kind: 'path', path} as const, state})),
      ...predict(params, self.path, state),
    ],
    result: {
      path: self.path,
      state: 'directory',
      ...resultAttributes({type: 'directory', mode: newDirectoryMode}, change),
    },
  };
}

/** Made for nobody else until its owner and mode are set. */
const privately = (change: AttributeChange): readonly string[] => (changesNothing(change) ? [] : ['-m', '0700']);

function planNewFile(params: FileParams, {self, above, accounts, times}: FileSeen, state: State): Plan {
  if (state !== 'touch')
    return {
      plan: 'fail',
      why: `there is no ${self.path}, and state 'file' makes none`,
      hint: "use state 'touch', or the module copy",
      result: {path: self.path, state: 'absent'},
    };
  if (above?.path !== parentPath(self.path) || above.stat?.type !== 'directory')
    return {
      plan: 'fail',
      why: `the folder ${parentPath(self.path)} does not exist`,
      hint: `make it first: file with path ${parentPath(self.path)} and state 'directory'`,
    };
  const change = attributeChange(undefined, params, accounts, 'file');
  const written = {
    access: times.access === 'now' ? 'preserve' : times.access,
    modification: times.modification === 'now' ? 'preserve' : times.modification,
  } as const;
  const set = timeChange(undefined, written);
  return {
    plan: 'change',
    diff: [
      {
        kind: 'values',
        path: self.path,
        before: {state: 'absent'},
        after: {state: 'file', ...change.after, ...set.after},
      },
    ],
    steps: [
      {
        step: 'script',
        title: `make the file ${self.path}`,
        script: allOf([sh`${assignPath('q_path', self.path)}; : > "$q_path"`, setAttributes(change), ...set.scripts]),
      },
    ],
    touches: pathResources(self.path, ownPath(params)),
    after: predict(params, self.path, {
      type: 'file',
      mode: octal(change.mode ?? newFileMode),
      content: Buffer.alloc(0),
      ...(params.owner === undefined ? {} : {owner: params.owner}),
      ...(params.group === undefined ? {} : {group: params.group}),
    }),
    result: {
      path: self.path,
      dest: self.path,
      state: 'file',
      ...resultAttributes({type: 'file', mode: newFileMode}, change),
    },
  };
}
