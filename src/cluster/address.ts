import {BlockList, isIP, SocketAddress} from 'node:net';

/** An address of a host, with the length of its network's prefix. */
export interface HostAddress {
  readonly device: string;
  readonly address: string;
  readonly prefixLength: number;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

export const isAddress = (text: string): boolean => isIP(text) !== 0;

/** One spelling for each address, so that they can be compared. */
export const normalAddress = (address: string): string =>
  isIP(address) === 6 ? new SocketAddress({address, family: 'ipv6'}).address : address;

export const sameAddress = (a: string, b: string): boolean => normalAddress(a) === normalAddress(b);

/** Whether an address lies in the network of another. */
export function inNetworkOf(address: string, {address: own, prefixLength}: HostAddress): boolean {
  if (!isAddress(address) || !isAddress(own) || familyOf(address) !== familyOf(own)) return false;
  const network = new BlockList();
  network.addSubnet(own, prefixLength, familyOf(own));
  return network.check(address, familyOf(address));
}

/** Reads `ip -o addr` cut down to `DEVICE ADDRESS/PREFIX`. */
export function parseAddress(line: string): HostAddress | undefined {
  const match = /^(\S+) ([0-9A-Fa-f.:]+)(?:\/(\d+))?$/.exec(line.trim());
  if (match === null) return undefined;
  const [, device = '', address = '', prefix] = match;
  return {
    device: device.replace(/@.*/, ''),
    address,
    prefixLength: Number(prefix ?? (isIP(address) === 6 ? 128 : 32)),
  };
}
