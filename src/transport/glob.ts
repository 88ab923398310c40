/**
 * Whether text fits a pattern of known_hosts and ssh_config: `*` is any number of characters, `?` exactly one, all else
 * itself. Runs in pattern times text steps at worst.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star !== -1) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether text fits a list of patterns: one must fit, and none of those that start with `!`. */
export function matchesList(patterns: readonly string[], text: string): boolean {
  let fits = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesGlob(pattern.slice(1), text)) return false;
    } else if (matchesGlob(pattern, text)) {
      fits = true;
    }
  }
  return fits;
}
