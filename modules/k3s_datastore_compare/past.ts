/** Keys that are not in etcd as SQLite had them: were they copied so, and written since? Etcd's past revisions tell. */
import {type Merged, type OpenKey, type Past, sameValueAs} from '../../src/cluster/index.js';
import type {EtcdGateway} from './etcd_list.js';

/** Keys of one request: 128 operations are etcd's limit. */
const atOnce = 64;

/**
 * The revision at which the copying had ended, or close to it: each copied key is a revision of its own (or shares one), so
 * the number of keys grows with each until all are there. It is looked for between the last key that nobody has touched
 * since and as many revisions on as are still missing then.
 */
export async function copiedAt(etcd: EtcdGateway, merged: Merged, now: number): Promise<number> {
  let low = merged.lastUntouched;
  const then = low === 0 ? 0 : await etcd.countAt(low);
  if (then === undefined) return now;
  let high = Math.min(now, low + Math.max(0, merged.before - then));
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (((await etcd.countAt(middle)) ?? 0) >= merged.before) high = middle;
    else low = middle + 1;
  }
  return high;
}

type Question = {readonly open: OpenKey; readonly revision: number};

async function askPast(etcd: EtcdGateway, questions: readonly Question[], found: Map<string, Past>): Promise<void> {
  if (questions.length === 0) return;
  const past = await etcd.past(questions.map(({open, revision}) => ({key: open.was.key, revision})));
  if ('tooLong' in past || ('error' in past && questions.length > 1)) {
    const half = Math.ceil(questions.length / 2);
    await askPast(etcd, questions.slice(0, half), found);
    await askPast(etcd, questions.slice(half), found);
    return;
  }
  questions.forEach(({open: {was}}, index) => {
    const then = 'error' in past ? undefined : past.values[index];
    const answer: Past =
      'error' in past ? 'compacted' : then === undefined ? 'absent' : sameValueAs(was, then) ? 'equal' : 'other';
    // One revision that shows the value is proof; another that does not takes nothing away.
    if (found.get(was.key) === undefined || answer === 'equal') found.set(was.key, answer);
  });
}

/** What each open key was in the past: where the copying ended, where it was made, where the last untouched key was copied. */
export async function pastOf(etcd: EtcdGateway, merged: Merged, now: number): Promise<ReadonlyMap<string, Past>> {
  const found = new Map<string, Past>();
  if (merged.open.length === 0) return found;
  const end = await copiedAt(etcd, merged, now);
  const places = [
    (): number => end,
    ({now: present}: OpenKey): number => present?.createRevision ?? 0,
    (): number => merged.lastUntouched,
  ];
  for (const place of places) {
    const questions = merged.open
      .filter(({was}) => found.get(was.key) !== 'equal')
      .map((open) => ({open, revision: place(open)}))
      .filter(({revision}) => revision > 0);
    for (let at = 0; at < questions.length; at += atOnce) await askPast(etcd, questions.slice(at, at + atOnce), found);
  }
  return found;
}
