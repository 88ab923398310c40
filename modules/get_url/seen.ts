import type {HostView, Predicted, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {downloadScript, fileNameOf, probeTool} from '../support/download.js';
import {assignPath} from '../support/path_word.js';
import {overlayPlace, type PlaceSeen, parsePlace, probePlace} from '../support/place_file.js';
import {decodeHash, readRecords} from '../support/records.js';
import {checksumOf, type Params, wishOf} from './params.js';

export interface Seen {
  readonly place: PlaceSeen;
  /** The file's checksum in the wanted algorithm. */
  readonly sum?: string | undefined;
  /** The list that a checksum's URL gave. */
  readonly list?: string;
  readonly listProblem?: string;
  readonly tool: string;
}

/** GNU wget says on standard error that it is done. */
const wgetNote = /^.* URL:.* -> "-".*$/gm;

/** The list of checksums, in at most nine seconds and without a file: a probe may neither block longer nor write. */
const probeList = (given: Params, url: string): Script => sh`
q_body=-; q_most=9; if q_list=$( ( ${downloadScript({...given, url, timeout: Math.min(given.timeout, 9)})}
) 2>&1 </dev/null ); then q_say list "$q_list"; else q_say nolist "$q_list"; fi`;

export function probe(given: Params, host: HostView): Script {
  const checksum = checksumOf(given);
  return joinScripts([
    probePlace(wishOf(given), fileNameOf(given.url), host),
    assignPath('q_path', given.dest.replace(/(?<=.)\/+$/, '')),
    sh`if [ -d "$q_path" ]; then q_path=$q_path/${fileNameOf(given.url)}; fi`,
    checksum === undefined ? raw(':') : sh`if [ -f "$q_path" ]; then q_hash sum "$q_path" ${checksum.algorithm}; fi`,
    checksum !== undefined && 'url' in checksum ? probeList(given, checksum.url) : raw(':'),
    probeTool,
  ]);
}

export function parse(output: StepOutput, given: Params): Seen {
  const records = readRecords(output);
  const list = records.get('list');
  const problem = records.get('nolist');
  return {
    place: parsePlace(output, wishOf(given)),
    sum: decodeHash(records.get('sum')),
    tool: records.get('tool') ?? 'none',
    ...(list === undefined ? {} : {list: list.replaceAll(wgetNote, '')}),
    ...(problem === undefined ? {} : {listProblem: problem}),
  };
}

export function overlay(seen: Seen, predicted: Predicted, given: Params): Seen | undefined {
  const place = overlayPlace(seen.place, predicted, wishOf(given), fileNameOf(given.url));
  if (place === undefined) return undefined;
  const changed = place.file !== seen.place.file;
  const algorithm = checksumOf(given)?.algorithm;
  const known = algorithm === 'sha256' ? place.file.sha256 : undefined;
  // Of a file that an earlier task writes only the SHA-256 is known.
  if (changed && algorithm !== undefined && known === undefined && place.file.stat !== undefined) return undefined;
  return {
    ...seen,
    place,
    ...(changed ? {sum: known} : {}),
    tool: seen.tool === 'none' && predicted.touches([{kind: 'package', name: '*'}]) ? 'curl' : seen.tool,
  };
}
