import {InventoryError, type Where} from '../errors/index.js';

const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
/** A range that gives more hosts than this is a slip of the pen. */
const mostHosts = 100_000;

function boundsOf(range: string, name: string, where: Where | undefined): string[] {
  const [begin = '', end = '', step = '1', ...rest] = range.split(':');
  const fail = (what: string): never => {
    throw new InventoryError({
      what: `the range [${range}] in '${name}' ${what}`,
      where,
      hint: 'ranges are [1:5], [01:10], [1:9:2] or [a:f]; both ends count',
    });
  };
  if (rest.length > 0) fail('has more than three parts');
  if (end === '') fail('has no end');
  if (!/^[1-9]\d*$/.test(step)) fail(`has the step '${step}', which is no positive whole number`);
  const stride = Number(step);
  if (letters.includes(begin) && letters.includes(end) && begin.length === 1 && end.length === 1) {
    const last = letters.indexOf(end);
    if (letters.indexOf(begin) > last) fail('ends before it begins');
    return [...letters].slice(letters.indexOf(begin), last + 1).filter((_, index) => index % stride === 0);
  }
  const first = begin === '' ? '0' : begin;
  if (!/^\d+$/.test(first) || !/^\d+$/.test(end)) fail('is neither of numbers nor of letters');
  // Leading zeros ask for a fixed width, which both ends must then have.
  const width = first.startsWith('0') && first.length > 1 ? first.length : 0;
  if (width > 0 && end.length !== width) fail(`begins with ${width} digits and ends with ${end.length}`);
  if (Number(first) > Number(end)) fail('ends before it begins');
  const count = Math.floor((Number(end) - Number(first)) / stride) + 1;
  if (count > mostHosts) fail(`gives ${count} hosts`);
  return Array.from({length: count}, (_, index) => String(Number(first) + index * stride).padStart(width, '0'));
}

/** The names a host pattern of an inventory stands for: `node[1:3]` gives node1, node2, node3. Several ranges multiply. */
export function expandRange(name: string, where?: Where): string[] {
  const open = name.indexOf('[');
  const close = name.indexOf(']', open);
  const hasRange =
    open >= 0 && close > open && name.slice(open, close).includes(':') && !isAddress(name.slice(open + 1, close));
  if (!hasRange) return [name];
  const head = name.slice(0, open);
  const tails = expandRange(name.slice(close + 1), where);
  return boundsOf(name.slice(open + 1, close), name, where).flatMap((part) => tails.map((tail) => head + part + tail));
}

/** An IPv6 address: `[fe80::1]` is one in brackets, not a range. */
export const isAddress = (text: string): boolean =>
  /^[0-9a-fA-F:.]+(?:%\w+)?$/.test(text) && (text.includes('::') || text.split(':').length === 8);

/** A name with an optional port, as inventories write it: `web1:2222`, `[::1]:22`; a bare IPv6 address has no port. */
export function splitPort(text: string): {readonly name: string; readonly port?: number} {
  const bracketed = /^\[([0-9a-fA-F:.%\w]*::?[0-9a-fA-F:.%\w]*)\](?::(\d+))?$/.exec(text);
  if (bracketed?.[1] !== undefined && isAddress(bracketed[1]))
    return bracketed[2] === undefined ? {name: bracketed[1]} : {name: bracketed[1], port: Number(bracketed[2])};
  const plain = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(text);
  if (plain?.[1] !== undefined) return {name: plain[1], port: Number(plain[2])};
  return {name: text};
}
