import {createHash, hash} from 'node:crypto';

/** A value of one of the two lists, as it passes through memory. */
export interface Held {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A value by what it is known by, never what it is. */
export interface Listed {
  readonly key: string;
  readonly length: number;
  /** Hex. */
  readonly sha256: string;
}

/** When etcd's key was made, and written last. */
interface Written {
  readonly createRevision: number;
  readonly modRevision: number;
  /** How often it was written since it was made. */
  readonly version: number;
}

/** A key as etcd has it now. */
export type HeldNow = Held & Written;
export type ListedNow = Listed & Written;

export const listed = ({key, value}: Held): Listed => ({
  key,
  length: value.length,
  sha256: hash('sha256', value, 'hex'),
});

/** A key of the list before that etcd has not, or not with this value: changed since, or lost. Its past tells. */
export interface OpenKey {
  readonly was: Listed;
  readonly now?: ListedNow;
}

export interface Merged {
  readonly before: number;
  /** Over key, length and value of each of the list before, in order. */
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

/**
 * One pass over two sorted lists: the one before key by key, etcd's page by page, as they come. Values are compared where they
 * lie; of what is equal nothing is kept, of what differs its hash.
 */
export class ListMerge {
  readonly #before: Iterator<Held>;
  readonly #digest = createHash('sha256');
  readonly #open: OpenKey[] = [];
  readonly #count = {before: 0, after: 0, equal: 0, made: 0};
  #lastUntouched = 0;
  #was: Held | undefined;

  constructor(before: Iterable<Held>) {
    this.#before = before[Symbol.iterator]();
    this.#next();
  }

  #next(): void {
    const {done, value} = this.#before.next();
    this.#was = done === true ? undefined : value;
    if (this.#was === undefined) return;
    this.#count.before += 1;
    this.#digest.update(`${this.#was.key} ${this.#was.value.length} `).update(this.#was.value);
  }

  /** The next of etcd's keys, in order. */
  add(page: Iterable<HeldNow>): void {
    for (const now of page) {
      this.#count.after += 1;
      this.#missingUpTo(now.key);
      if (this.#was?.key !== now.key) this.#count.made += 1;
      else {
        this.#compare(this.#was, now);
        this.#next();
      }
    }
  }

  /** After the last page. */
  end(): Merged {
    this.#missingUpTo(undefined);
    return {
      ...this.#count,
      beforeSha256: this.#digest.digest('hex'),
      open: this.#open,
      lastUntouched: this.#lastUntouched,
    };
  }

  #missingUpTo(key: string | undefined): void {
    while (this.#was !== undefined && (key === undefined || compareKeys(this.#was.key, key) < 0)) {
      this.#open.push({was: listed(this.#was)});
      this.#next();
    }
  }

  #compare(was: Held, now: HeldNow): void {
    if (Buffer.compare(was.value, now.value) !== 0) {
      const {createRevision, modRevision, version} = now;
      this.#open.push({was: listed(was), now: {...listed(now), createRevision, modRevision, version}});
      return;
    }
    this.#count.equal += 1;
    if (now.version === 1 && !isRenewed(now.key)) this.#lastUntouched = Math.max(this.#lastUntouched, now.modRevision);
  }
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
  [...missing, ...altered, ...unproven].length === 0;

const shown = 20;
const named = (keys: readonly string[]): string =>
  `${keys.slice(0, shown).join(', ')}${keys.length > shown ? ` and ${keys.length - shown} more` : ''}`;

/** The verdict for a person; keys are named, values never. */
export function verdictWords(verdict: Verdict): string {
  const {keys, equal, changedSince, missing, altered, unproven} = verdict;
  if (isWhole(verdict))
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
