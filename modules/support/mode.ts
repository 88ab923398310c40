/** File modes: octal and chmod's symbolic form, worked out here so that a plan can say what will be. */

const bit = {r: 4, w: 2, x: 1} as const;
const shift = {u: 6, g: 3, o: 0} as const;
type Who = keyof typeof shift;

/** As hosts' sessions set it; counts where a symbolic mode names nobody (`+x`), as with chmod. */
const umask = 0o022;

export const newFileMode = 0o666 & ~umask;
export const newDirectoryMode = 0o777 & ~umask;

const spread = (who: readonly Who[], bits: number): number => who.reduce((sum, name) => sum | (bits << shift[name]), 0);

function permissions(text: string, who: readonly Who[], all: boolean, mode: number, isDirectory: boolean): number {
  let bits = 0;
  for (const letter of text) {
    if (letter === 'u' || letter === 'g' || letter === 'o') bits |= spread(who, (mode >> shift[letter]) & 7);
    else if (letter === 'X') bits |= isDirectory || (mode & 0o111) !== 0 ? spread(who, 1) : 0;
    else if (letter === 's') bits |= (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0);
    else if (letter === 't') bits |= all || who.includes('o') ? 0o1000 : 0;
    else if (letter in bit) bits |= spread(who, bit[letter as keyof typeof bit]);
  }
  return bits;
}

function applyClause(clause: string, mode: number, isDirectory: boolean): number {
  const [, whoText = '', actions = ''] = /^([ugoa]*)(.*)$/.exec(clause) ?? [];
  const all = whoText === '' || whoText.includes('a');
  const who: readonly Who[] = all ? ['u', 'g', 'o'] : ([...new Set(whoText)] as Who[]);
  const mask = whoText === '' ? ~umask : ~0;
  let result = mode;
  for (const [, operator = '', text = ''] of actions.matchAll(/([-+=])([rwxXstugo]*)/g)) {
    const bits = permissions(text, who, all, result, isDirectory) & mask;
    const cleared =
      spread(who, 7) | (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0) | (all ? 0o1000 : 0);
    result = operator === '+' ? result | bits : operator === '-' ? result & ~bits : (result & ~cleared) | bits;
  }
  return result;
}

/** The bits that a wanted mode gives, starting from `current` (what is there, or what a new one begins with). */
export function resolveMode(wanted: string, current: number, isDirectory: boolean): number {
  if (/^[0-7]+$/.test(wanted)) return Number.parseInt(wanted, 8) & 0o7777;
  return wanted.split(',').reduce((mode, clause) => applyClause(clause, mode, isDirectory), current);
}

/** For results, as Ansible writes it: `0644`. */
export const octal4 = (mode: number): string => mode.toString(8).padStart(4, '0');

/** For predictions and snapshots: `644`. */
export const octal = (mode: number): string => mode.toString(8);

/** For chmod: with five digits GNU chmod clears setuid and setgid of a directory too. */
export const chmodDigits = (mode: number): string => mode.toString(8).padStart(5, '0');
