import {createHash} from 'node:crypto';

/** A value of one of the two lists: what it is known by, never what it is. */
export interface Listed {
  readonly key: string;
  readonly length: number;
  /** Hex. */
  readonly sha256: string;
}

/** A key as etcd has it now. */
export interface ListedNow extends Listed {
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often it was written since it was made. */
  readonly version: number;
}

/** A key of the list before that etcd has not, or not with this value: changed since, or lost. Its past tells. */
export interface OpenKey {
  readonly was: Listed;
  readonly now?: ListedNow;
}

export interface Merged {
  readonly before: number;
  readonly beforeSha256: string;
  readonly after: number;
  readonly equal: number;
  /** Keys that SQLite had not. */
  readonly made: number;
  readonly open: readonly OpenKey[];
  /** The highest revision of a key that has its value since the copying; 0 for none. */
  readonly lastUntouched: number;
}

/** Order of bytes, as SQLite's BINARY and etcd have it. */
export const compareKeys = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));

type Stream<T> = Iterator<T> | AsyncIterator<T>;

/** One pass over two sorted lists; only what differs is kept. */
export async function mergeLists(before: Stream<Listed>, after: Stream<ListedNow>): Promise<Merged> {
  const digest = createHash('sha256');
  const open: OpenKey[] = [];
  const count = {before: 0, after: 0, equal: 0, made: 0};
  let lastUntouched = 0;
  const nextBefore = async (): Promise<Listed | undefined> => {
    const {done, value} = await before.next();
    if (done === true) return undefined;
    count.before += 1;
    digest.update(`${value.key} ${value.length} ${value.sha256}\n`);
    return value;
  };
  const nextAfter = async (): Promise<ListedNow | undefined> => {
    const {done, value} = await after.next();
    if (done === true) return undefined;
    count.after += 1;
    return value;
  };
  let [was, now] = [await nextBefore(), await nextAfter()];
  while (was !== undefined || now !== undefined) {
    const order = was === undefined ? 1 : now === undefined ? -1 : compareKeys(was.key, now.key);
    if (order > 0) {
      count.made += 1;
      now = await nextAfter();
      continue;
    }
    if (was !== undefined) {
      if (order < 0 || now === undefined) open.push({was});
      else if (was.sha256 !== now.sha256 || was.length !== now.length) open.push({was, now});
      else {
        count.equal += 1;
        if (now.version === 1 && !isRenewed(now.key)) lastUntouched = Math.max(lastUntouched, now.modRevision);
      }
    }
    was = await nextBefore();
    if (order === 0) now = await nextAfter();
  }
  return {...count, beforeSha256: digest.digest('hex'), open, lastUntouched};
}

/** Keys that a server deletes and makes again with the same bytes: they tell nothing of when they were copied. */
const isRenewed = (key: string): boolean =>
  key.startsWith('/registry/masterleases/') || key.startsWith('/registry/leases/');

/** Whether a value that etcd had at some time is the one that SQLite had. */
export const sameValueAs = (was: Listed, found: Listed | undefined): boolean =>
  found !== undefined && found.sha256 === was.sha256 && found.length === was.length;

/** What a comparison came to. */
export interface Verdict {
  readonly keys: number;
  readonly equal: number;
  /** Copied as they were, as etcd's past shows, and written or deleted by the cluster since. */
  readonly changedSince: number;
  readonly made: number;
  readonly missing: readonly string[];
  readonly altered: readonly string[];
  /** Changed or deleted since, and etcd has dropped the past that would show how they were copied. */
  readonly unproven: readonly string[];
}

/** Past values of open keys: as the copying left them, or that etcd has compacted that past. */
export type Past = 'equal' | 'other' | 'absent' | 'compacted';

export function verdictOf(merged: Merged, past: ReadonlyMap<string, Past>): Verdict {
  const keysThat = (is: (open: OpenKey, past: Past) => boolean): string[] =>
    merged.open.filter((open) => is(open, past.get(open.was.key) ?? 'absent')).map(({was}) => was.key);
  return {
    keys: merged.before,
    equal: merged.equal,
    changedSince: keysThat((_, then) => then === 'equal').length,
    made: merged.made,
    missing: keysThat(({now}, then) => then === 'absent' && now === undefined),
    altered: keysThat(({now}, then) => then === 'other' || (then === 'absent' && now !== undefined)),
    unproven: keysThat((_, then) => then === 'compacted'),
  };
}

export const isWhole = ({missing, altered, unproven}: Verdict): boolean =>
  missing.length + altered.length + unproven.length === 0;

const shown = 20;
const named = (keys: readonly string[]): string =>
  `${keys.slice(0, shown).join(', ')}${keys.length > shown ? ` and ${keys.length - shown} more` : ''}`;

/** The verdict for a person; keys are named, values never. */
export function verdictWords({keys, equal, changedSince, missing, altered, unproven}: Verdict): string {
  if (missing.length + altered.length + unproven.length === 0)
    return `all ${keys} keys of the backup were copied: ${equal} as they are now, ${changedSince} written by the cluster since`;
  return [
    ...(missing.length > 0 ? [`${missing.length} of ${keys} keys are missing from etcd: ${named(missing)}`] : []),
    ...(altered.length > 0 ? [`${altered.length} of ${keys} keys have another value in etcd: ${named(altered)}`] : []),
    ...(unproven.length > 0
      ? [
          `${unproven.length} of ${keys} keys were changed or deleted since, and etcd has dropped the revisions that would show how they were copied: ${named(unproven)}`,
        ]
      : []),
  ].join('; ');
}
