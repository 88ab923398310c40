/** IP addresses with a prefix length, both families, as whole numbers. */

export interface IpNetwork {
  readonly version: 4 | 6;
  /** The address itself, host bits included. */
  readonly value: bigint;
  readonly prefix: number;
  /** The text had a `/`. */
  readonly hasPrefix: boolean;
}

export const bitsOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

/** Reads `10.0.0.1`, `10.0.0.0/8`, `10.0.0.0/255.0.0.0`, `fd00::1/64`; undefined if it is none. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const [address = '', mask, ...more] = text.trim().split('/');
  const parsed = parseAddress(address);
  if (!parsed || more.length > 0) return undefined;
  const prefix = mask === undefined ? bitsOf(parsed.version) : parsePrefix(mask, parsed.version);
  return prefix === undefined ? undefined : {...parsed, prefix, hasPrefix: mask !== undefined};
}

function parsePrefix(text: string, version: 4 | 6): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= bitsOf(version) ? Number(text) : undefined;
  const mask = parseAddress(text);
  if (mask?.version !== version) return undefined;
  const length = bitsOf(version);
  for (let prefix = 0; prefix <= length; prefix++)
    if (mask.value === netmask(version, prefix) || (prefix < length && mask.value === hostmask(version, prefix)))
      return prefix;
  return undefined;
}

export function parseAddress(text: string): {version: 4 | 6; value: bigint} | undefined {
  if (text.includes(':')) {
    const value = parseSix(text);
    return value === undefined ? undefined : {version: 6, value};
  }
  const value = parseFour(text);
  return value === undefined ? undefined : {version: 4, value};
}

function parseFour(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.reduce((total, part) => total * 256n + BigInt(part), 0n);
}

function parseSix(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const four = dotted ? parseFour(dotted[2] ?? '') : undefined;
  if (dotted && four === undefined) return undefined;
  const words =
    four === undefined ? text : `${dotted?.[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`;
  const [head = '', tail, ...more] = words.split('::');
  if (more.length > 0) return undefined;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...left, ...Array.from({length: missing}, () => '0'), ...right];
  if (!all.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return undefined;
  return all.reduce((total, word) => total * 65536n + BigInt(`0x${word}`), 0n);
}

export function addressText(value: bigint, version: 4 | 6): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  if (value >> 32n === 0xffffn) return `::ffff:${addressText(value & 0xffffffffn, 4)}`;
  if (value >> 32n === 0n && value > 0xffffn) return `::${addressText(value, 4)}`;
  const words = Array.from({length: 8}, (_unused, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return compress(words);
}

/** The longest run of two or more zero words becomes `::`. */
function compress(words: readonly string[]): string {
  let best = {start: -1, length: 1};
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (words[start + length] === '0') length++;
    if (length > best.length) best = {start, length};
  }
  if (best.start === -1) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}

const allOnes = (version: 4 | 6): bigint => (1n << BigInt(bitsOf(version))) - 1n;

export const hostmask = (version: 4 | 6, prefix: number): bigint => (1n << BigInt(bitsOf(version) - prefix)) - 1n;

export const netmask = (version: 4 | 6, prefix: number): bigint => allOnes(version) ^ hostmask(version, prefix);

export const sizeOfNetwork = (network: IpNetwork): bigint => hostmask(network.version, network.prefix) + 1n;

export const firstAddress = (network: IpNetwork): bigint => network.value & netmask(network.version, network.prefix);

export const lastAddress = (network: IpNetwork): bigint =>
  firstAddress(network) | hostmask(network.version, network.prefix);

/** Whether all of one network lies in another. */
export const contains = (outer: IpNetwork, inner: IpNetwork): boolean =>
  outer.version === inner.version &&
  firstAddress(outer) <= firstAddress(inner) &&
  lastAddress(inner) <= lastAddress(outer);

export const networkText = (network: IpNetwork): string =>
  `${addressText(network.value, network.version)}/${network.prefix}`;

const ranges = {
  private: [
    '10.0.0.0/8',
    '100.64.0.0/10',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '239.0.0.0/8',
    '169.254.0.0/16',
    'fc00::/7',
    'fec0::/10',
    'fe80::/10',
  ],
  loopback: ['127.0.0.0/8', '::1/128'],
  multicast: ['224.0.0.0/4', 'ff00::/8'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
} as const;

export function isKind(network: IpNetwork, kind: keyof typeof ranges): boolean {
  return ranges[kind].some((text) => {
    const range = parseNetwork(text);
    return range !== undefined && contains(range, network);
  });
}

/** Looks like a netmask or its opposite: ones, then zeros. */
export function isMask(network: IpNetwork): boolean {
  const isPower = (value: bigint): boolean => (value & (value - 1n)) === 0n;
  return isPower((network.value ^ allOnes(network.version)) + 1n) || isPower(network.value + 1n);
}

export function reverseName(network: IpNetwork): string {
  if (network.version === 4) return `${addressText(network.value, 4).split('.').reverse().join('.')}.in-addr.arpa.`;
  return `${[...network.value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa.`;
}
