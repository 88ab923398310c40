/** What `ipaddr` can be asked about an address or network. */
import {Fault} from '../python/faults.js';
import {toInt} from '../python/numbers.js';
import {
  addressText,
  contains,
  firstAddress,
  hostmask,
  type IpNetwork,
  isKind,
  isMask,
  lastAddress,
  netmask,
  networkText,
  parseNetwork,
  reverseName,
  sizeOfNetwork,
} from './ip_network.js';

/** Gives the answer; null or false where the question does not apply. `original` is the text that was asked about. */
type Query = (network: IpNetwork, original: string) => unknown;

const at = (network: IpNetwork, value: bigint): string => addressText(value, network.version);

const own = (network: IpNetwork): string => at(network, network.value);

const isBase = (network: IpNetwork): boolean => network.value === firstAddress(network);

const hasBroadcast = (network: IpNetwork): boolean => network.version === 6 || sizeOfNetwork(network) > 2n;

function needsNetwork(network: IpNetwork): void {
  if (!network.hasPrefix) throw new Fault(`'${own(network)}' is an address, not a network`);
}

/** The addresses hosts can have. */
function usable(network: IpNetwork): {first: bigint; last: bigint} {
  const [first, last] = [firstAddress(network), lastAddress(network)];
  return sizeOfNetwork(network) === 2n ? {first, last} : {first: first + 1n, last: last - 1n};
}

/** For networks of more than one address. */
const ofNetwork =
  (answer: (network: IpNetwork, range: {first: bigint; last: bigint}) => unknown): Query =>
  (network) => {
    needsNetwork(network);
    return sizeOfNetwork(network) > 1n ? answer(network, usable(network)) : null;
  };

const neighbour = (step: bigint): Query =>
  ofNetwork((network, {first, last}) => {
    const value = network.value + step;
    return value >= first && value <= last ? at(network, value) : null;
  });

const address: Query = (network) => {
  if (sizeOfNetwork(network) === 1n || !isBase(network) || network.version === 6 || !hasBroadcast(network))
    return own(network);
  return null;
};

const addressWithPrefix: Query = (network) => {
  const edge = sizeOfNetwork(network) > 2n && (isBase(network) || network.value === lastAddress(network));
  return edge ? false : networkText(network);
};

const withMask =
  (separator: (network: IpNetwork) => string): Query =>
  (network) =>
    sizeOfNetwork(network) === 2n || (sizeOfNetwork(network) > 1n && !isBase(network))
      ? own(network) + separator(network)
      : null;

const kind =
  (name: Parameters<typeof isKind>[1]): Query =>
  (network, original) =>
    isKind({...network, prefix: network.version === 4 ? 32 : 128}, name) ? original : null;

const isPublic: Query = (network, original) => {
  const host = {...network, prefix: network.version === 4 ? 32 : 128};
  return isKind(host, 'multicast') || isKind(host, 'private') || isKind(host, 'loopback') || isMask(host)
    ? null
    : original;
};

const prefixAnswer: Query = (network) => network.prefix;
const base: Query = (network) => at(network, firstAddress(network));
const subnet: Query = (network) => `${at(network, firstAddress(network))}/${network.prefix}`;
const hostMask: Query = (network) => at(network, hostmask(network.version, network.prefix));
const mask = (network: IpNetwork): string => at(network, netmask(network.version, network.prefix));

function toFour(network: IpNetwork, original: string): unknown {
  if (network.version === 4) return original;
  const prefix = network.prefix - 96;
  const value = network.value >> 32n === 0xffffn ? network.value & 0xffffffffn : network.value;
  return value <= 0xffffffffn && prefix >= 0 ? networkText({version: 4, value, prefix, hasPrefix: true}) : false;
}

const toSix: Query = (network, original) =>
  network.version === 6
    ? original
    : networkText({version: 6, value: 0xffff00000000n + network.value, prefix: network.prefix + 96, hasPrefix: true});

const peer = (network: IpNetwork): string => {
  needsNetwork(network);
  const size = sizeOfNetwork(network);
  const place = network.value % 4n;
  if (size === 2n) return at(network, network.value ^ 1n);
  if (size !== 4n || place === 0n || place === 3n) throw new Fault(`'${networkText(network)}' has no peer`);
  return at(network, network.value ^ 3n);
};

const wrap: Query = (network, original) => {
  if (network.version === 4) return original;
  return network.hasPrefix ? `[${own(network)}]/${network.prefix}` : `[${own(network)}]`;
};

export const ipQueries: ReadonlyMap<string, Query> = new Map<string, Query>([
  ['', (network) => (network.hasPrefix ? networkText(network) : own(network))],
  ['address', address],
  ['ip', address],
  ['address/prefix', addressWithPrefix],
  ['gateway', addressWithPrefix],
  ['gw', addressWithPrefix],
  ['router', addressWithPrefix],
  ['host/prefix', addressWithPrefix],
  ['hostnet', addressWithPrefix],
  ['bool', () => true],
  ['broadcast', (network) => (sizeOfNetwork(network) > 2n ? at(network, lastAddress(network)) : null)],
  ['cidr', networkText],
  ['first_usable', ofNetwork((network, {first}) => at(network, first))],
  ['last_usable', ofNetwork((network, {last}) => at(network, last))],
  ['next_usable', neighbour(1n)],
  ['previous_usable', neighbour(-1n)],
  ['range_usable', ofNetwork((network, {first, last}) => `${at(network, first)}-${at(network, last)}`)],
  [
    'host',
    (network) =>
      sizeOfNetwork(network) === 1n || !isBase(network) || !hasBroadcast(network) ? networkText(network) : null,
  ],
  ['hostmask', hostMask],
  ['wildcard', hostMask],
  ['int', (network) => (network.hasPrefix ? `${network.value}/${network.prefix}` : toInt(network.value))],
  ['ip/prefix', withMask((network) => `/${network.prefix}`)],
  ['ip_netmask', withMask((network) => ` ${mask(network)}`)],
  ['ipv4', toFour],
  ['v4', toFour],
  ['ipv6', toSix],
  ['v6', toSix],
  ['link-local', kind('link-local')],
  ['lo', kind('loopback')],
  ['loopback', kind('loopback')],
  ['multicast', kind('multicast')],
  [
    'unicast',
    (network, original) =>
      isKind({...network, prefix: network.version === 4 ? 32 : 128}, 'multicast') ? null : original,
  ],
  ['private', kind('private')],
  ['public', isPublic],
  ['net', (network) => (sizeOfNetwork(network) > 1n && isBase(network) ? networkText(network) : null)],
  ['netmask', mask],
  ['network', base],
  ['network_id', base],
  ['network/prefix', subnet],
  ['subnet', subnet],
  ['network_netmask', (network) => `${at(network, firstAddress(network))} ${mask(network)}`],
  [
    'network_wildcard',
    (network) => `${at(network, firstAddress(network))} ${at(network, hostmask(network.version, network.prefix))}`,
  ],
  ['peer', peer],
  ['prefix', prefixAnswer],
  ['revdns', reverseName],
  ['size', (network) => toInt(sizeOfNetwork(network))],
  [
    'size_usable',
    (network) =>
      sizeOfNetwork(network) === 1n ? 0 : sizeOfNetwork(network) === 2n ? 2 : toInt(sizeOfNetwork(network) - 2n),
  ],
  ['type', (network) => (sizeOfNetwork(network) > 1n && isBase(network) ? 'network' : 'address')],
  ['version', (network) => network.version],
  ['wrap', wrap],
]);

/** The answer to a question, a membership (`'10.0.0.0/8'`) or the n-th address (`'1'`). */
export function askNetwork(network: IpNetwork, original: string, query: string): unknown {
  const known = ipQueries.get(query);
  if (known) return known(network, original);
  if (/^-?\d+$/.test(query)) return nth(network, BigInt(query));
  const outer = parseNetwork(query);
  if (outer) return contains(outer, network) ? original : null;
  throw new Fault(`'${query}' is neither a question nor a network`, {
    hint: 'for example: address, network, netmask, prefix, size, private',
  });
}

function nth(network: IpNetwork, index: bigint): unknown {
  const size = sizeOfNetwork(network);
  if (size === 1n) return network.hasPrefix ? networkText(network) : own(network);
  const place = index < 0n ? size + index : index;
  return place >= 0n && place < size ? `${at(network, firstAddress(network) + place)}/${network.prefix}` : false;
}
