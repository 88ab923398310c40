/** "did you mean": the nearest of some names. */

/** More candidates than this are not worth the time. */
const mostCandidates = 3000;

export function nearest(wanted: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: {name: string; distance: number} | undefined;
  let seen = 0;
  for (const name of candidates) {
    if (++seen > mostCandidates) break;
    if (Math.abs(name.length - wanted.length) > limit || name === wanted) continue;
    const distance = editDistance(wanted.toLowerCase(), name.toLowerCase());
    if (distance <= limit && (best === undefined || distance < best.distance)) best = {name, distance};
  }
  return best?.name;
}

export const suggest = (wanted: string, candidates: Iterable<string>): string | undefined => {
  const name = nearest(wanted, candidates);
  return name === undefined ? undefined : `did you mean '${name}'?`;
};

/** Insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let previous = Array.from({length: b.length + 1}, (_unused, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      current.push(cost);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
