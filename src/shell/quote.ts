/**
 * Quotes a string for a POSIX shell: single quotes, each quote in it written as `'\''`.
 * Never bash's `$'...'`, which dash and busybox ash do not read. A NUL cannot be passed to a shell at all.
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell argument cannot hold a NUL character');
  if (text !== '' && /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) && !text.startsWith('=')) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
