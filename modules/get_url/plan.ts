import {createHash} from 'node:crypto';
import type {PathState, Plan, Step} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {
  type AttributeChange,
  attributeChange,
  changesNothing,
  missingAccount,
  resultAttributes,
  setAttributes,
} from '../support/attributes.js';
import {downloadScript, fileNameOf} from '../support/download.js';
import {type Job, jobSteps} from '../support/job.js';
import {chmodDigits, newFileMode, octal} from '../support/mode.js';
import {lookAt, type PathSeen, pathFunctions, pathResources} from '../support/path_state.js';
import {assignPath, baseName, parentPath} from '../support/path_word.js';
import {lastLine} from '../support/records.js';
import {allOf} from '../support/write_file.js';
import {findChecksum} from './checksum.js';
import {checksumOf, type Params} from './params.js';
import type {Seen} from './seen.js';

/** What the file must have, or why that is not known. */
function wantedSum(given: Params, seen: Seen): {sum?: string} | string {
  const checksum = checksumOf(given);
  if (checksum === undefined) return {};
  if ('hex' in checksum) return {sum: checksum.hex};
  if (seen.list === undefined)
    return `the list of checksums ${checksum.url} cannot be had: ${lastLine(seen.listProblem ?? '') || 'no answer'}`;
  const name = fileNameOf(given.url);
  const sum = findChecksum(seen.list, checksum.algorithm, name);
  return sum === undefined ? `${checksum.url} lists no ${checksum.algorithm} of ${name}` : {sum};
}

function job(given: Params, file: string): Job {
  const id = createHash('sha256').update(`${given.url}\n${file}`).digest('hex').slice(0, 16);
  return {
    title: `download ${baseName(file)}`,
    folder: `${parentPath(file)}/.quorate-get-${id}`,
    script: joinScripts([raw('q_body=$q_job/body; q_most=3600'), downloadScript(given)]),
    progress: raw(
      '    if [ -f "$q_job/body" ]; then q_say progress "$(( $(stat -c %s "$q_job/body") / 1024 )) KiB so far"; fi',
    ),
    deadlineMs: 3_600_000,
    failure: (log, rc) => ({
      why: `${given.url}: ${lastLine(log) || `exit code ${rc}`}`,
      hint: 'the host itself downloads: can it reach that address, and does it need a proxy (environment)?',
    }),
  };
}

/** Checks what came and moves it into place, unless it is what is there; prints which. */
function settle(
  given: Params,
  file: PathSeen,
  folder: string,
  sum: string | undefined,
  change: AttributeChange,
  stamp: string | undefined,
): Step {
  const algorithm = checksumOf(given)?.algorithm ?? 'sha256';
  const check =
    sum === undefined
      ? raw(':')
      : sh`q_sum=$({ ${raw(`${algorithm}sum`)} || openssl dgst ${`-${algorithm}`}; } < "$q_body" 2>/dev/null)
case $q_sum in *${sum}*) ;; *) rm -rf -- "$q_job"; printf 'what came has not the checksum %s, but %s\n' ${`${algorithm}:${sum}`} "$q_sum" >&2; exit 1 ;; esac`;
  const old = file.stat?.type === 'file' ? file.stat : undefined;
  const owner = change.owner ?? (old?.uid === undefined ? undefined : String(old.uid));
  const group = change.group ?? (old?.gid === undefined ? undefined : String(old.gid));
  const who = `${owner ?? ''}${group === undefined ? '' : `:${group}`}`;
  const moves = [
    ...(stamp === undefined || old === undefined ? [] : [sh`cp -p -- "$q_target" ${`${file.path}.${stamp}`}`]),
    ...(who === '' ? [] : [sh`chown -- ${who} "$q_body"`]),
    sh`chmod -- ${chmodDigits(change.mode ?? old?.mode ?? newFileMode)} "$q_body"`,
    sh`mv -f -- "$q_body" "$q_target"`,
  ];
  return {
    step: 'script',
    title: `check it and move it to ${file.path}`,
    script: joinScripts([
      pathFunctions,
      sh`q_job=${folder}; q_body=$q_job/body; q_target=${file.path}`,
      check,
      sh`if [ -f "$q_target" ] && [ ! -L "$q_target" ] && cmp -s -- "$q_body" "$q_target"; then
  q_say content same; q_path=$q_target
  ${changesNothing(change) ? raw(':') : setAttributes(change)} || exit 1
else
  ${allOf(moves)} || { rm -rf -- "$q_job"; exit 1; }
  q_say content new
fi
rm -rf -- "$q_job"; q_path=$q_target
q_hash sha1 "$q_path" sha1`,
      lookAt('final', {}),
    ]),
    mayBlock: true,
  };
}

export function plan(given: Params, seen: Seen): Plan {
  const {place, tool} = seen;
  const {file, above, accounts, stamp} = place;
  if (file.problem !== undefined)
    return {plan: 'fail', why: `${file.path} cannot be looked at: ${file.problem}`, hint: 'does the task need become?'};
  const missing = missingAccount(accounts, given);
  if (missing !== undefined) return missing;
  const folder = parentPath(file.path);
  if (above.path !== folder || above.stat?.type !== 'directory')
    return {
      plan: 'fail',
      why: `the folder ${folder} does not exist`,
      hint: `make it first: file with path ${folder} and state 'directory'`,
    };
  if (file.stat?.type === 'directory') return {plan: 'fail', why: `${file.path} is a folder`};
  const wanted = wantedSum(given, seen);
  if (typeof wanted === 'string') return {plan: 'fail', why: wanted};
  const old = file.stat?.type === 'file' ? file.stat : undefined;
  const change = attributeChange(old, given, accounts, 'file');
  const mode = change.mode ?? old?.mode ?? newFileMode;
  const result = {
    url: given.url,
    dest: file.path,
    state: 'file',
    ...resultAttributes(old ?? {type: 'file', mode: newFileMode}, change),
  };
  const written = given.dest.replace(/(?<=.)\/+$/, '');
  const inFolder = file.path !== place.dest.path;
  const touches = pathResources(file.path, inFolder ? `${written}/${fileNameOf(given.url)}` : written);
  const has = old !== undefined && (wanted.sum === undefined ? !given.force : seen.sum === wanted.sum);
  const state: PathState = {
    type: 'file',
    mode: octal(mode),
    ...(change.owner === undefined ? {} : {owner: change.owner}),
    ...(change.group === undefined ? {} : {group: change.group}),
    ...(has && file.sha256 !== undefined ? {sha256: file.sha256} : {}),
    ...(!has && wanted.sum !== undefined && checksumOf(given)?.algorithm === 'sha256' ? {sha256: wanted.sum} : {}),
  };
  const attributes = changesNothing(change)
    ? []
    : [{kind: 'values', path: file.path, before: change.before, after: change.after} as const];
  if (has)
    return changesNothing(change)
      ? {plan: 'same', result: {...result, msg: 'file already exists'}}
      : {
          plan: 'change',
          diff: attributes,
          steps: [
            {
              step: 'script',
              title: `set the attributes of ${file.path}`,
              script: allOf([assignPath('q_path', file.path), setAttributes(change)]),
            },
          ],
          touches,
          after: touches.map((resource) => ({resource, state})),
          result,
        };
  if (tool === 'none')
    return {
      plan: 'fail',
      why: 'this host has neither curl nor wget',
      hint: 'install one of them, or copy the file from the controller',
    };
  const work = job(given, file.path);
  const steps = [...jobSteps(work), settle(given, file, work.folder, wanted.sum, change, stamp)];
  if (old !== undefined && wanted.sum === undefined)
    return {
      plan: 'cannotTell',
      why: `what ${given.url} gives is not known before it is downloaded (force)`,
      steps,
      touches,
    };
  const unchecked =
    tool === 'busybox' && given.validate_certs && /^https:/i.test(given.url) && wanted.sum === undefined;
  return {
    plan: 'change',
    diff: [
      {kind: 'hidden', path: file.path, why: `downloaded from ${given.url.replace(/\/\/[^/@]*@/, '//')}`},
      ...attributes,
    ],
    steps,
    touches,
    after: touches.map((resource) => ({resource, state})),
    result,
    ...(unchecked
      ? {warnings: ["busybox wget may not check the server's certificate; give a checksum, or install curl"]}
      : {}),
  };
}
