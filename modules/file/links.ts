import type {PathState, Plan, Prediction} from '../../src/module/index.js';
import {type Script, sh} from '../../src/shell/index.js';
import {attributeChange, changesNothing, setAttributes} from '../support/attributes.js';
import {pathResources, typeName} from '../support/path_state.js';
import {assignPath, parentPath} from '../support/path_word.js';
import {allOf} from '../support/write_file.js';
import {planAttributes} from './existing.js';
import type {FileParams} from './params.js';
import {type FileSeen, ownPath} from './seen.js';

type Refusal = Extract<Plan, {plan: 'fail'}>;

const refuse = (why: string, hint?: string): Refusal => ({plan: 'fail', why, ...(hint === undefined ? {} : {hint})});

/** Why a link cannot stand where something else does, if it cannot. */
function inTheWay(params: FileParams, {self, emptyDirectory, above}: FileSeen): Refusal | undefined {
  const type = self.stat?.type;
  if (type === undefined) {
    const folder = parentPath(self.path);
    return above?.path === folder && above.stat?.type === 'directory'
      ? undefined
      : refuse(`the folder ${folder} does not exist`, `make it first: file with path ${folder} and state 'directory'`);
  }
  if (type === 'link') return undefined;
  if (type === 'directory')
    return emptyDirectory && params.force
      ? undefined
      : refuse(
          `${self.path} is a folder${emptyDirectory ? '' : ' with something in it'}, not a link`,
          emptyDirectory ? 'force: true replaces an empty folder' : "remove it first with state 'absent'",
        );
  return params.force ? undefined : refuse(`${self.path} is ${typeName[type]}, not a link`, 'force: true replaces it');
}

function change(
  params: FileParams,
  seen: FileSeen,
  parts: {
    readonly after: Readonly<Record<string, unknown>>;
    readonly before: Readonly<Record<string, unknown>>;
    readonly scripts: readonly Script[];
    readonly state: PathState | undefined;
    readonly title: string;
  },
): Plan {
  const {self} = seen;
  const resources = pathResources(self.path, ownPath(params));
  const after: Prediction[] = resources.map((resource) => ({
    resource,
    ...(parts.state === undefined ? {} : {state: parts.state}),
  }));
  return {
    plan: 'change',
    diff: [{kind: 'values', path: self.path, before: parts.before, after: parts.after}],
    steps: [
      {
        step: 'script',
        title: parts.title,
        script: allOf([
          assignPath('q_path', self.path),
          ...(self.stat?.type === 'directory' ? [sh`rmdir -- "$q_path"`] : []),
          ...parts.scripts,
        ]),
      },
    ],
    touches: resources,
    after,
    result: {dest: self.path, src: seen.src?.text, state: params.state},
  };
}

export function planLink(params: FileParams, seen: FileSeen): Plan {
  const {self, src} = seen;
  if (src === undefined)
    return self.stat?.type === 'link'
      ? planLinkAttributes(params, seen)
      : refuse(`${self.path} is no link yet: 'src' must say where it is to point`);
  const sameLink = self.stat?.type === 'link' && self.target === src.text;
  if (sameLink) return planLinkAttributes(params, seen);
  if (src.stat === undefined && !params.force)
    return refuse(
      `${src.path}, which the link is to point to, does not exist`,
      'force: true makes the link all the same',
    );
  const refusal = inTheWay(params, seen);
  if (refusal !== undefined) return refusal;
  // Through the link when it is followed and leads somewhere; else the link itself.
  const through = params.follow && src.stat !== undefined;
  const kind = !through ? 'link' : src.stat?.type === 'directory' ? 'directory' : 'file';
  const attributes =
    params.follow && !through
      ? undefined
      : attributeChange(through ? src.stat : undefined, params, seen.accounts, kind);
  return change(params, seen, {
    before: {state: self.stat?.type ?? 'absent', ...(self.target === undefined ? {} : {target: self.target})},
    after: {state: 'link', target: src.text, ...attributes?.after},
    scripts: [
      sh`ln -sfn -- ${src.text} "$q_path"`,
      ...(attributes === undefined || changesNothing(attributes) ? [] : [setAttributes(attributes, through)]),
    ],
    state: {type: 'link', target: src.text},
    title: `link ${self.path} to ${src.text}`,
  });
}

/** The link is as wanted: its attributes, or those of what it leads to. */
function planLinkAttributes(params: FileParams, seen: FileSeen): Plan {
  const result = {dest: seen.self.path, src: seen.self.target, state: 'link'};
  const dangling = params.follow && seen.real?.stat === undefined;
  if (dangling) return {plan: 'same', result};
  const plan = planAttributes(params, seen, 'link');
  return plan.plan === 'same' || plan.plan === 'change' ? {...plan, result: {...plan.result, ...result}} : plan;
}

export function planHardLink(params: FileParams, seen: FileSeen): Plan {
  const {self, src} = seen;
  if (src?.stat === undefined) return refuse(`${src?.path ?? params.src} does not exist: there is nothing to link to`);
  const known = self.stat?.inode !== undefined && src.stat.inode !== undefined;
  const same = known && self.stat?.inode === src.stat.inode && self.stat?.device === src.stat.device;
  if (same) return planAttributes({...params, state: 'file'}, seen, 'file');
  const refusal = inTheWay(params, seen);
  if (refusal !== undefined) return refusal;
  const attributes = attributeChange(src.stat, params, seen.accounts, 'file');
  return change(params, seen, {
    before: {state: self.stat?.type ?? 'absent'},
    after: {state: 'hard', src: src.text, ...attributes.after},
    scripts: [
      sh`${assignPath('q_src', src.path)} && ln -f -- "$q_src" "$q_path"`,
      ...(changesNothing(attributes) ? [] : [setAttributes(attributes)]),
    ],
    // A prediction cannot say that two names are one file.
    state: undefined,
    title: `link ${self.path} to ${src.path}`,
  });
}
