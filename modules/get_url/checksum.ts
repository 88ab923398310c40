/** Checksums as get_url takes them: `sha256:HEX`, or `sha256:URL` of a file that lists them. */

export const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
export type Algorithm = (typeof algorithms)[number];

const hexDigits: Readonly<Record<Algorithm, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

export type Checksum =
  | {readonly algorithm: Algorithm; readonly hex: string}
  | {readonly algorithm: Algorithm; readonly url: string};

/** What is wrong with a checksum parameter, or the checksum. */
export function readChecksum(text: string): Checksum | string {
  const at = text.indexOf(':');
  const algorithm = algorithms.find((name) => name === text.slice(0, at).trim().toLowerCase());
  if (algorithm === undefined) return `'${text}' begins with none of ${algorithms.map((name) => `${name}:`).join(' ')}`;
  const value = text.slice(at + 1).trim();
  if (/^(https?|ftp|file):\/\//.test(value)) return {algorithm, url: value};
  const hex = value.replaceAll(/\W/g, '').toLowerCase();
  return new RegExp(`^[0-9a-f]{${hexDigits[algorithm]}}$`).test(hex)
    ? {algorithm, hex}
    : `'${value}' is no ${algorithm}: that has ${hexDigits[algorithm]} hexadecimal digits`;
}

/**
 * The checksum of a file from a list such as sha256sum prints (`HEX  name`, `HEX *./name`), or in BSD's form
 * (`SHA256 (name) = HEX`), or from a file that holds nothing else.
 */
export function findChecksum(list: string, algorithm: Algorithm, name: string): string | undefined {
  const digits = `[0-9a-fA-F]{${hexDigits[algorithm]}}`;
  const lines = list
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  for (const line of lines) {
    const listed = new RegExp(`^\\\\?(${digits})\\s+\\*?(.+)$`).exec(line);
    const bsd = new RegExp(`^\\w+ ?\\((.+)\\) ?= ?(${digits})$`).exec(line);
    const [hex, path] = listed ? [listed[1], listed[2]] : [bsd?.[2], bsd?.[1]];
    if (hex !== undefined && path !== undefined && baseOf(path) === name) return hex.toLowerCase();
  }
  const [only, ...more] = lines;
  if (more.length > 0 || only === undefined || !new RegExp(`^${digits}$`).test(only)) return undefined;
  return only.toLowerCase();
}
