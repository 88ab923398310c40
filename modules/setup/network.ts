/** Facts about interfaces and addresses. */
import type {Records} from '../support/records.js';

interface Address {
  readonly device: string;
  readonly family: 'inet' | 'inet6';
  readonly address: string;
  readonly prefix: number;
  readonly broadcast: string;
  readonly scope: string;
}

const numberOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

export function netmaskOf(prefix: number): string {
  return dotted(prefix === 0 ? 0 : 2 ** 32 - 2 ** (32 - prefix));
}

export function networkOf(address: string, prefix: number): string {
  const size = 2 ** (32 - prefix);
  return dotted(Math.floor(numberOf(address) / size) * size);
}

/** `ip -o addr show`: one line for each address. */
export function readAddresses(text: string): Address[] {
  return text.split('\n').flatMap((line): Address[] => {
    const match = /^\d+:\s+(\S+?)(?:@\S+)?\s+(inet6?)\s+([0-9a-f.:]+)(?: peer ([0-9a-f.:]+))?(?:\/(\d+))?(.*)$/.exec(
      line,
    );
    if (match === null) return [];
    const [, device = '', family = 'inet', address = '', , prefix, rest = ''] = match;
    return [
      {
        device,
        family: family === 'inet6' ? 'inet6' : 'inet',
        address,
        prefix: Number(prefix ?? (family === 'inet6' ? 128 : 32)),
        broadcast: /\bbrd ([0-9.]+)/.exec(rest)?.[1] ?? '',
        scope: /\bscope (\S+)/.exec(rest)?.[1] ?? '',
      },
    ];
  });
}

/** `ifconfig -a`, both forms, for hosts without ip. */
export function readIfconfig(text: string): Address[] {
  const found: Address[] = [];
  let device = '';
  for (const line of text.split('\n')) {
    device = /^([^\s:]+(?::\d+)?):?\s/.exec(line)?.[1] ?? device;
    const four = /inet (?:addr:)?([0-9.]+)/.exec(line)?.[1];
    const mask = /(?:[Mm]ask:?|netmask) ?([0-9.]+)/.exec(line)?.[1];
    const broadcast = /(?:Bcast:|broadcast )([0-9.]+)/.exec(line)?.[1] ?? '';
    if (four !== undefined)
      found.push({
        device,
        family: 'inet',
        address: four,
        prefix: mask === undefined ? 32 : Math.log2(2 ** 32 / (2 ** 32 - numberOf(mask))),
        broadcast,
        scope: 'global',
      });
    const [, six, prefix] = /inet6 (?:addr: )?([0-9a-f:]+)(?:\/| {2}prefixlen )(\d+)/.exec(line) ?? [];
    if (six !== undefined)
      found.push({
        device,
        family: 'inet6',
        address: six,
        prefix: Number(prefix),
        broadcast: '',
        scope: six.startsWith('fe80') ? 'link' : 'global',
      });
  }
  return found;
}

const ipv4Of = ({address, prefix, broadcast}: Address): Record<string, unknown> => ({
  address,
  broadcast,
  netmask: netmaskOf(prefix),
  network: networkOf(address, prefix),
  prefix: String(prefix),
});

const kinds: Readonly<Record<string, string>> = {
  '1': 'ether',
  '772': 'loopback',
  '32': 'infiniband',
  '512': 'ppp',
  '65534': 'unknown',
  '776': 'sit',
  '778': 'gre',
  '768': 'tunnel',
};

function interfaceFact(name: string, text: string, addresses: readonly Address[]): Record<string, unknown> {
  const value = (key: string): string => new RegExp(`(?:^| )${key}=(\\S*)`).exec(text)?.[1] ?? '';
  const four = addresses.filter(({family}) => family === 'inet').map(ipv4Of);
  const six = addresses
    .filter(({family}) => family === 'inet6')
    .map(({address, prefix, scope}) => ({address, prefix: String(prefix), scope}));
  const flags = Number(value('flags') || 0);
  const type = value('kind') || kinds[value('type')] || 'unknown';
  return {
    device: name,
    type,
    active: value('operstate') === 'up' || (value('operstate') === 'unknown' && (flags & 1) === 1),
    mtu: Number(value('mtu')),
    promisc: (flags & 0x100) !== 0,
    ...(type === 'loopback' || value('address') === '' ? {} : {macaddress: value('address')}),
    ...(/^\d+$/.test(value('speed')) ? {speed: Number(value('speed'))} : {}),
    ...(four[0] === undefined ? {} : {ipv4: four[0]}),
    ...(four.length > 1 ? {ipv4_secondaries: four.slice(1)} : {}),
    ...(six.length > 0 ? {ipv6: six} : {}),
  };
}

interface Route {
  readonly device: string;
  readonly gateway: string | undefined;
  readonly address: string | undefined;
}

const readRoute = (text: string | undefined): Route | undefined => {
  const device = / dev (\S+)/.exec(text ?? '')?.[1];
  return device === undefined
    ? undefined
    : {device, gateway: / via (\S+)/.exec(text ?? '')?.[1], address: / src (\S+)/.exec(text ?? '')?.[1]};
};

/** /proc/net/route: the default route where there is no ip. */
function procRoute(text: string | undefined, addresses: readonly Address[]): Route | undefined {
  for (const line of (text ?? '').split('\n')) {
    const [device, destination, gateway = ''] = line.split('\t');
    if (device === undefined || destination !== '00000000') continue;
    const bytes = gateway
      .match(/../g)
      ?.reverse()
      .map((hex) => Number.parseInt(hex, 16))
      .join('.');
    const address = addresses.find((one) => one.device === device && one.family === 'inet')?.address;
    return {device, gateway: bytes, address};
  }
  return undefined;
}

/** A fact's name for an interface: dashes are underscores. */
const factName = (device: string): string => device.replaceAll('-', '_');

export function networkFacts(records: Records): Record<string, unknown> {
  const addresses = records.has('addresses')
    ? readAddresses(records.get('addresses') ?? '')
    : readIfconfig(records.get('ifconfig') ?? '');
  const devices = [...records.keys()].filter((key) => key.startsWith('net.')).map((key) => key.slice(4));
  const interfaces = new Map(
    devices.map((name) => [
      name,
      interfaceFact(
        name,
        records.get(`net.${name}`) ?? '',
        addresses.filter(({device}) => device === name),
      ),
    ]),
  );
  const four = readRoute(records.get('route4')) ?? procRoute(records.get('routes'), addresses);
  const six = readRoute(records.get('route6'));
  const all = (family: Address['family']): string[] =>
    addresses
      .filter((one) => one.family === family && !one.address.startsWith('127.') && one.address !== '::1')
      .map(({address}) => address);
  return {
    interfaces: devices,
    ...Object.fromEntries([...interfaces].map(([name, fact]) => [factName(name), fact])),
    default_ipv4: defaultFact(four, addresses, interfaces, 'inet'),
    default_ipv6: defaultFact(six, addresses, interfaces, 'inet6'),
    all_ipv4_addresses: all('inet'),
    all_ipv6_addresses: all('inet6'),
  };
}

function defaultFact(
  route: Route | undefined,
  addresses: readonly Address[],
  interfaces: ReadonlyMap<string, Record<string, unknown>>,
  family: Address['family'],
): Record<string, unknown> {
  const own = addresses.filter((one) => one.device === route?.device && one.family === family);
  const used = own.find(({address}) => address === route?.address) ?? own[0];
  // A reachable answer needs an address: `ip route get` may name lo or an unreachable route.
  if (route === undefined || used === undefined || route.device === 'lo') return {};
  const {macaddress, mtu, type} = interfaces.get(route.device) ?? {};
  return {
    interface: route.device,
    ...(route.gateway === undefined ? {} : {gateway: route.gateway}),
    ...(family === 'inet'
      ? {...ipv4Of(used), alias: route.device}
      : {address: used.address, prefix: String(used.prefix), scope: used.scope}),
    ...(macaddress === undefined ? {} : {macaddress}),
    mtu,
    type,
  };
}

/** `dns`: what /etc/resolv.conf says. */
export function dnsFacts(text: string | undefined): Record<string, unknown> {
  const dns: Record<string, unknown> = {};
  const nameservers: string[] = [];
  for (const line of (text ?? '').split('\n')) {
    const [key, ...values] = line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/);
    if (key === 'nameserver') nameservers.push(...values);
    else if (key === 'domain') dns.domain = values[0];
    else if (key === 'search' || key === 'sortlist') dns[key] = values;
    else if (key === 'options')
      dns.options = Object.fromEntries(
        values.map((option) => {
          const [name = '', value] = option.split(':');
          return [name, value ?? true];
        }),
      );
  }
  return {dns: nameservers.length > 0 ? {nameservers, ...dns} : dns};
}
