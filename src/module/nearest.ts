/** The number of single-character edits (insert, delete, replace, swap of neighbours) between two words. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let best = Math.min(
        (last[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}

/** The name that was probably meant: the closest one, if at most a third of its letters (and never all) are wrong. */
export function nearestName(written: string, names: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let best: {name: string; edits: number} | undefined;
  for (const name of names) {
    if (Math.abs(name.length - written.length) > 3) continue;
    const edits = distance(wanted, name.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(name.length, written.length) / 3));
    if (edits <= allowed && edits < name.length && (best === undefined || edits < best.edits)) best = {name, edits};
  }
  return best?.name;
}
