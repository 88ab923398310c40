/** A source on the host itself (`remote_src`): a file, or a folder compared file by file there. */
import type {Diff, HostView, Plan, Predicted, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {shownUpTo} from '../support/content_diff.js';
import {missingFolders} from '../support/folders.js';
import {octal4} from '../support/mode.js';
import {lookAt, overlayPath, type PathSeen, pathResources, readPath} from '../support/path_state.js';
import {assignPath, baseName} from '../support/path_word.js';
import {overlayPlace, type PlaceSeen, parsePlace, planPlace, probePlace} from '../support/place_file.js';
import {readRecords} from '../support/records.js';
import {allOf} from '../support/write_file.js';
import type {CopyParams} from './params.js';

/** An entry of a source folder that its copy lacks or has otherwise. */
interface TreeEntry {
  readonly kind: 'directory' | 'file' | 'link';
  readonly state: 'missing' | 'different';
  /** Below both folders, beginning with `./`. */
  readonly path: string;
}

export interface RemoteSeen {
  readonly src: PathSeen;
  readonly place: PlaceSeen;
  readonly tree: readonly TreeEntry[];
}

const sourceOf = (params: CopyParams): string => params.src ?? '';
const baseOf = (params: CopyParams): string => baseName(sourceOf(params).replace(/\/+$/, ''));

/** Below `$q_src` and `$q_into`: `KIND STATE PATH` for each entry to be made or replaced, each ended by `//` and a newline. */
const compareTrees = raw(`
if [ -d "$q_src" ]; then
  q_say tree "$(cd -- "$q_src" && find . -mindepth 1 -exec sh -c '
    for f do
      t=$0/$f
      if [ -L "$f" ]; then
        if [ ! -e "$t" ] && [ ! -L "$t" ]; then s=missing; elif [ "$(readlink -- "$f")" = "$(readlink -- "$t")" ]; then continue; else s=different; fi
        k=link
      elif [ -d "$f" ]; then
        [ -d "$t" ] && continue
        k=directory s=missing
      else
        k=file
        if [ ! -e "$t" ]; then s=missing; elif cmp -s -- "$f" "$t"; then continue; else s=different; fi
      fi
      printf "%s %s %s//\\n" "$k" "$s" "$f"
    done' "$q_into" {} +)"
fi`);

export function probeRemote(params: CopyParams, host: HostView): Script {
  const source = sourceOf(params);
  return joinScripts([
    probePlace(params, baseOf(params), host),
    assignPath('q_path', source.replace(/(?<=.)\/+$/, '')),
    lookAt('src', {follow: true, sha256: true, contentUpTo: host.diffMode ? shownUpTo : 0}),
    raw('q_src=$q_path'),
    assignPath('q_into', params.dest.replace(/(?<=.)\/+$/, '')),
    source.endsWith('/') ? raw(':') : sh`q_into=$q_into/${baseOf(params)}`,
    compareTrees,
  ]);
}

export function parseRemote(output: StepOutput, params: CopyParams): RemoteSeen {
  const records = readRecords(output);
  const tree = (records.get('tree') ?? '')
    .split('//\n')
    .filter((line) => line !== '')
    .map((line): TreeEntry => {
      const [, kind = 'file', state = 'missing', path = ''] = /^(\w+) (\w+) ([\s\S]*?)(?:\/\/)?$/.exec(line) ?? [];
      return {kind: kind as TreeEntry['kind'], state: state as TreeEntry['state'], path};
    });
  return {src: readPath(records, 'src'), place: parsePlace(output, params), tree};
}

export function overlayRemote(seen: RemoteSeen, predicted: Predicted, params: CopyParams): RemoteSeen | undefined {
  const src = overlayPath(seen.src, predicted, sourceOf(params).replace(/(?<=.)\/+$/, ''));
  const place = overlayPlace(seen.place, predicted, params, baseOf(params));
  if (src === undefined || place === undefined) return undefined;
  // What an earlier task would leave in a folder was not compared.
  if (src.stat?.type === 'directory' && predicted.touches(pathResources(src.path, place.dest.path))) return undefined;
  if (src.stat?.type === 'file' && src.sha256 === undefined) return undefined;
  return {src, place, tree: seen.tree};
}

export function planRemote(params: CopyParams, seen: RemoteSeen, host: HostView): Plan {
  const {src, place} = seen;
  if (src.stat === undefined || src.problem !== undefined)
    return {
      plan: 'fail',
      why: `${src.path} ${src.problem === undefined ? 'does not exist' : `cannot be looked at: ${src.problem}`} on the host`,
      hint: 'without remote_src it is looked for on the controller',
    };
  if (src.stat.type === 'directory') return planTree(params, seen);
  if (src.sha256 === undefined)
    return {plan: 'fail', why: `${src.path} cannot be read`, hint: 'does the task need become?'};
  const mode = params.mode === 'preserve' ? octal4(src.stat.mode ?? 0o644) : params.mode;
  const content = {
    kind: 'host',
    path: src.path,
    sha256: src.sha256,
    sizeBytes: src.stat.size ?? 0,
    bytes: src.content,
  } as const;
  const plan = planPlace({...params, mode}, place, {content, base: baseOf(params)}, host);
  return plan.plan === 'same' || plan.plan === 'change' ? {...plan, result: {...plan.result, src: src.path}} : plan;
}

function planTree(params: CopyParams, {src, place, tree}: RemoteSeen): Plan {
  const dest = place.dest.path;
  const into = sourceOf(params).endsWith('/') ? dest : `${dest === '/' ? '' : dest}/${baseOf(params)}`;
  const result = {src: src.path, dest: into};
  if (place.dest.stat !== undefined && place.dest.stat.type !== 'directory')
    return {plan: 'fail', why: `${dest} is no folder, and ${src.path} is one`, hint: 'give a folder as dest'};
  const entries = tree.filter(({state}) => params.force || state === 'missing');
  const there = into === dest || place.file.stat !== undefined ? place.dest.stat !== undefined : false;
  const folders = there ? [] : missingFolders(into, place.dest.stat === undefined ? place.above.path : dest);
  if (entries.length === 0 && folders.length === 0) return {plan: 'same', result};
  const who = `${params.owner ?? ''}${params.group === undefined ? '' : `:${params.group}`}`;
  const attributes = (kind: TreeEntry['kind']): Script =>
    allOf([
      ...(who === '' ? [] : [sh`chown -h -- ${who} "$q_path"`]),
      ...(kind === 'file' && params.mode !== undefined && params.mode !== 'preserve'
        ? [sh`chmod -- ${params.mode} "$q_path"`]
        : []),
      ...(kind === 'directory' && params.directory_mode !== undefined
        ? [sh`chmod -- ${params.directory_mode} "$q_path"`]
        : []),
    ]);
  const placeEntry = ({kind, path}: TreeEntry): Script => {
    const from = `${src.path}/${path.slice(2)}`;
    const make =
      kind === 'directory'
        ? sh`mkdir -- "$q_path"`
        : sh`cp -pP -- ${from} "$q_path.quorate-draft" && mv -f -- "$q_path.quorate-draft" "$q_path"`;
    return allOf([sh`q_path=$q_into/${path.slice(2)}; ${make}`, attributes(kind)]);
  };
  const diff: Diff[] = entries.map(({kind, state, path}) => ({
    kind: 'values',
    path: `${into}/${path.slice(2)}`,
    before: {state: state === 'missing' ? 'absent' : 'different'},
    after: {state: kind, from: `${src.path}/${path.slice(2)}`},
  }));
  return {
    plan: 'change',
    diff: [
      ...folders.map((path): Diff => ({kind: 'values', path, before: {state: 'absent'}, after: {state: 'directory'}})),
      ...diff,
    ],
    steps: [
      {
        step: 'script',
        title: `copy ${src.path} to ${into}`,
        script: allOf([sh`q_into=${into}; mkdir -p -- "$q_into"`, ...entries.map(placeEntry)]),
      },
    ],
    touches: pathResources(folders[0] ?? into),
    result,
  };
}
