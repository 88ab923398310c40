/** Lines of a sysctl.conf. */

const setting = /^\s*-?\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/;

/** Values are lists of words: blanks between them do not count. */
export const plainValue = (text: string): string => text.trim().split(/\s+/).join(' ');

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are one; the first separator decides which is which. */
export function plainKey(key: string): string {
  const first = /[./]/.exec(key)?.[0];
  if (first !== '/') return key;
  return key.replaceAll(/[./]/g, (letter) => (letter === '/' ? '.' : '/'));
}

/** Below /proc/sys. */
export const procPath = (key: string): string =>
  `/proc/sys/${plainKey(key).replaceAll(/[./]/g, (letter) => (letter === '.' ? '/' : '.'))}`;

/** The value that the file gives a key: the last one counts. */
export function valueIn(text: string, key: string): string | undefined {
  let value: string | undefined;
  for (const line of text.split('\n')) {
    const match = setting.exec(line);
    if (match !== null && plainKey(match[1] ?? '') === plainKey(key)) value = match[2];
  }
  return value;
}

/** The text with the key set once, in place where it stood; without it if `value` is undefined. */
export function withSetting(text: string, key: string, value: string | undefined): string {
  const wanted = value === undefined ? undefined : `${key}=${value}`;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  let placed = false;
  const kept = lines.flatMap((line) => {
    const match = setting.exec(line);
    if (match === null || plainKey(match[1] ?? '') !== plainKey(key)) return [line];
    if (wanted === undefined || placed) return [];
    placed = true;
    return [wanted];
  });
  if (wanted !== undefined && !placed) kept.push(wanted);
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}
