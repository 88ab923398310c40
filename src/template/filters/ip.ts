/** `ipaddr`, `ipv4`, `ipv6`, `ipwrap`, `ipsubnet`, `ipmath`, `nthhost`, `hwaddr` and their like, of ansible.utils. */
import {Fault} from '../python/faults.js';
import {isSequence} from '../python/iterate.js';
import {isInt, typeName} from '../python/kinds.js';
import {coerceInt} from '../python/numbers.js';
import {truthy} from '../python/truth.js';
import {type FilterTable, filter, mustBeText, textOf} from './define.js';
import {
  addressText,
  bitsOf,
  contains,
  firstAddress,
  type IpNetwork,
  lastAddress,
  netmask,
  networkText,
  parseNetwork,
  sizeOfNetwork,
} from './ip_network.js';
import {askNetwork} from './ip_queries.js';

/** An address given as a number, with or without a prefix; IPv4 as long as it fits. */
function numericNetwork(text: string, version: 4 | 6 | undefined): IpNetwork | undefined {
  const match = /^(\d+)(?:\/(\d+))?$/.exec(text);
  if (!match) return undefined;
  const value = BigInt(match[1] ?? '0');
  const family = version ?? (value < 1n << 32n ? 4 : 6);
  const prefix = match[2] === undefined ? bitsOf(family) : Number(match[2]);
  if (value >= 1n << BigInt(bitsOf(family)) || prefix > bitsOf(family)) return undefined;
  return {version: family, value, prefix, hasPrefix: match[2] !== undefined};
}

export function ipAddress(value: unknown, query: string, version?: 4 | 6): unknown {
  if (isSequence(value)) return value.map((item) => ipAddress(item, query, version)).filter(truthy);
  if (!truthy(value) || value === true) return false;
  const text = textOf(value);
  const numeric = numericNetwork(text, version);
  const network = numeric ?? parseNetwork(text);
  if (!network || (version !== undefined && network.version !== version)) return false;
  return askNetwork(network, numeric ? networkText(numeric) : text, query);
}

function ipWrap(value: unknown, query: string): unknown {
  if (isSequence(value)) return value.map((item) => (truthy(ipAddress(item, query)) ? ipAddress(item, 'wrap') : item));
  const found = typeof value === 'string' ? ipAddress(value, query) : false;
  return truthy(found) ? ipAddress(found, 'wrap') : value;
}

function networkOf(value: unknown): IpNetwork {
  const network = parseNetwork(textOf(value));
  if (!network) throw new Fault(`'${textOf(value)}' is neither an address nor a network`);
  return network;
}

const baseOf = (network: IpNetwork): IpNetwork => ({...network, value: firstAddress(network)});

function ipSubnet(value: unknown, query: string, index: unknown): unknown {
  const parsed = parseNetwork(textOf(value));
  if (!parsed) return false;
  const network = baseOf(parsed);
  const isAddress = sizeOfNetwork(network) === 1n;
  if (query === '') return networkText(network);
  if (!/^\d+$/.test(query)) return placeIn(network, networkOf(query));
  const prefix = Number(query);
  if (prefix > bitsOf(network.version)) return false;
  if (isAddress) return networkAround(network, prefix, coerceInt(index ?? 0, 'the index'));
  if (prefix < network.prefix) throw new Fault(`a network of /${network.prefix} has no subnets of /${prefix}`);
  const count = 1n << BigInt(prefix - network.prefix);
  if (index === null) return String(count);
  const given = BigInt(coerceInt(index, 'the index'));
  const place = given < 0n ? given + count : given;
  if (place < 0n || place >= count) return false;
  return networkText({...network, value: network.value + (place << BigInt(bitsOf(network.version) - prefix)), prefix});
}

/** One of the networks an address lies in: the widest asked for first, down to just above the address itself. */
function networkAround(address: IpNetwork, widest: number, index: number): unknown {
  const count = address.prefix - widest;
  const place = index < 0 ? index + count : index;
  return place >= 0 && place < count ? networkText(baseOf({...address, prefix: widest + place})) : false;
}

/** Which subnet of its size the network is within another, counted from 1. */
function placeIn(network: IpNetwork, outer: IpNetwork): string {
  if (!contains(baseOf(outer), network))
    throw new Fault(`${networkText(network)} is not in the network ${networkText(baseOf(outer))}`);
  return String(((network.value - firstAddress(outer)) >> BigInt(bitsOf(network.version) - network.prefix)) + 1n);
}

function ipMath(value: unknown, amount: unknown): string {
  const network = networkOf(value);
  if (!isInt(amount)) throw new Fault(`the amount must be an integer, not ${typeName(amount)}`);
  const result = network.value + BigInt(amount);
  if (result < 0n || result >= 1n << BigInt(bitsOf(network.version)))
    throw new Fault(`${textOf(value)} moved by ${amount} is no address`);
  return addressText(result, network.version);
}

function nthHost(value: unknown, query: unknown): unknown {
  const network = parseNetwork(textOf(value));
  if (!network || !truthy(query)) return false;
  const index = BigInt(coerceInt(query, 'the number'));
  const place = index < 0n ? sizeOfNetwork(network) + index : index;
  return place >= 0n && place < sizeOfNetwork(network)
    ? addressText(firstAddress(network) + place, network.version)
    : false;
}

const inNetwork = (address: unknown, network: unknown): boolean => contains(networkOf(network), networkOf(address));

/** Networks side by side become one; those inside others go. */
function mergeNetworks(items: readonly unknown[]): string[] {
  let networks = items.map((item) => baseOf(networkOf(item)));
  for (;;) {
    networks.sort(
      (a, b) =>
        a.version - b.version ||
        (firstAddress(a) < firstAddress(b) ? -1 : firstAddress(a) > firstAddress(b) ? 1 : a.prefix - b.prefix),
    );
    const merged: IpNetwork[] = [];
    for (const network of networks) {
      const last = merged.at(-1);
      if (last && contains(last, network)) continue;
      if (last && areHalves(last, network)) merged[merged.length - 1] = {...last, prefix: last.prefix - 1};
      else merged.push(network);
    }
    if (merged.length === networks.length) return merged.map(networkText);
    networks = merged;
  }
}

const areHalves = (low: IpNetwork, high: IpNetwork): boolean =>
  low.version === high.version &&
  low.prefix === high.prefix &&
  low.prefix > 0 &&
  lastAddress(low) + 1n === high.value &&
  (low.value & netmask(low.version, low.prefix - 1)) === low.value;

/** Hardware addresses in the ways of writing them. */
function hardwareAddress(value: unknown, query: string): unknown {
  const digits = textOf(value).replace(/[:.-]/g, '').toLowerCase();
  const valid = /^[0-9a-f]{12}$/.test(digits);
  if (query === 'bool' || query === '') return valid ? (query === '' ? value : true) : query === '' ? false : null;
  if (!valid) throw new Fault(`'${textOf(value)}' is not a hardware address`);
  const pairs = (separator: string): string => (digits.match(/../g) ?? []).join(separator);
  const unix = (digits.match(/../g) ?? []).map((pair) => pair.replace(/^0/, '')).join(':');
  const forms: Readonly<Record<string, unknown>> = {
    bare: digits.toUpperCase(),
    cisco: (digits.match(/..../g) ?? []).join('.'),
    int: Number.parseInt(digits, 16),
    linux: pairs(':'),
    unix,
    eui48: pairs('-').toUpperCase(),
    win: pairs('-').toUpperCase(),
    psql: `${digits.slice(0, 6)}:${digits.slice(6)}`,
    pgsql: `${digits.slice(0, 6)}:${digits.slice(6)}`,
  };
  if (!Object.hasOwn(forms, query)) throw new Fault(`there is no form '${query}' of a hardware address`);
  return forms[query];
}

export const ipFilters: FilterTable = {
  ipaddr: filter("query=''", (input, [query]) => ipAddress(input, textOf(query))),
  ipv4: filter("query=''", (input, [query]) => ipAddress(input, textOf(query), 4)),
  ipv6: filter("query=''", (input, [query]) => ipAddress(input, textOf(query), 6)),
  ipwrap: filter("query=''", (input, [query]) => ipWrap(input, textOf(query))),
  ipsubnet: filter("query='', index=None", (input, [query, index]) => ipSubnet(input, textOf(query), index)),
  ipmath: filter('amount', (input, [amount]) => ipMath(input, amount)),
  nthhost: filter("query=''", (input, [query]) => nthHost(input, query)),
  network_in_network: filter('test', (input, [test]) => inNetwork(test, input)),
  network_in_usable: filter('test', (input, [test]) => inNetwork(test, input)),
  cidr_merge: filter("action='merge'", (input) => mergeNetworks(isSequence(input) ? input : [mustBeText(input)])),
  hwaddr: filter("query=''", (input, [query]) => hardwareAddress(input, textOf(query))),
  macaddr: filter("query=''", (input, [query]) => hardwareAddress(input, textOf(query))),
};
