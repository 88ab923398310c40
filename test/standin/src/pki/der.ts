/** DER, as much of it as X.509 needs: each function returns one encoded value. */

const tlv = (tag: number, ...content: Uint8Array[]): Buffer => {
  const body = Buffer.concat(content);
  const head = [tag];
  if (body.length < 0x80) head.push(body.length);
  else {
    const size: number[] = [];
    for (let left = body.length; left > 0; left >>>= 8) size.unshift(left & 0xff);
    head.push(0x80 | size.length, ...size);
  }
  return Buffer.concat([Buffer.from(head), body]);
};

export const sequence = (...items: Uint8Array[]): Buffer => tlv(0x30, ...items);
export const set = (...items: Uint8Array[]): Buffer => tlv(0x31, ...items);
export const octets = (value: Uint8Array): Buffer => tlv(0x04, value);
export const bool = (value: boolean): Buffer => tlv(0x01, Buffer.from([value ? 0xff : 0]));
export const utf8 = (value: string): Buffer => tlv(0x0c, Buffer.from(value));
/** A whole-bytes bit string, `unused` bits at its end not counting. */
export const bits = (value: Uint8Array, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), value);
/** Context tag, constructed: `[n] EXPLICIT`. */
export const explicit = (n: number, value: Uint8Array): Buffer => tlv(0xa0 | n, value);
/** Context tag, primitive: `[n] IMPLICIT`. */
export const implicit = (n: number, value: Uint8Array): Buffer => tlv(0x80 | n, value);

/** A non-negative integer of big-endian bytes. */
export const integer = (value: Uint8Array): Buffer => {
  let bytes = Buffer.from(value);
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1);
  return tlv(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
};

export const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
};

/** A time as X.509 wants it: UTCTime up to 2049, GeneralizedTime after. */
export const time = (at: Date): Buffer => {
  const digits = at.toISOString().replace(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
};
