import {type HostAddress, listedServers, type PoolServer, parseAddress, sameAddress} from '../../src/cluster/index.js';
import type {StepOutput} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';

/** What is read of one host: of any what it makes of names, of a balancer also who holds what there. */
export interface AddressSeen {
  readonly addresses: readonly HostAddress[];
  /** What each name means there; without an entry the host cannot tell. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Who else has the fixed address, as this host sees its network: a MAC, or '' where none is told; undefined: nobody. */
  readonly answers: string | undefined;
  /** MACs of a balancer's own devices. */
  readonly macs: readonly string[];
  /** haproxy's and keepalived's settings, where quorate wrote them. */
  readonly haproxy: string;
  readonly keepalived: string;
}

/** What a host makes of names, a line each: `name NAME ADDRESS...`; nothing where it has no getent. */
export const namesProbe = (names: readonly string[]): Script => sh`if command -v getent >/dev/null 2>&1; then
  for n in ${names}; do
    echo "name $n $(timeout 10 getent ahosts "$n" 2>/dev/null | cut -d ' ' -f 1 | sort -u | tr '\n' ' ')"
  done
fi`;

export const parseNames = (stdout: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    [...stdout.matchAll(/^name (\S+) (.*)$/gm)].map(([, name = '', addresses = '']) => [
      name,
      addresses.split(' ').filter((address) => address !== ''),
    ]),
  );

const haproxyFile = '/etc/haproxy/haproxy.cfg';
const keepalivedFile = '/etc/keepalived/keepalived.conf';

const functions = raw(String.raw`
own() { if head -n 1 "$2" 2>/dev/null | grep -q '^# Written by quorate'; then printf '%s %s\n' "$1" "$(base64 < "$2" | tr -d '\n')"; fi; }
# Whoever has an address answers for it on its own network, whatever listens there. The kernel keeps a MAC for a while
# after its host let the address go, so whose it is has to be looked at.
somebody() {
  ip -o addr show 2>/dev/null | grep -qF " $1/" && return 0
  heard=
  curl -sk -o /dev/null --connect-timeout 1 --max-time 2 "https://$2:$3/ping" 2>/dev/null && heard=yes
  mac=$(ip neigh show "$1" 2>/dev/null | sed -n 's/.* lladdr \([^ ]*\).*/\1/p' | head -n 1)
  if [ -n "$heard$mac" ]; then echo "answers $mac"; fi
}
`);

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);

/** Reads addresses, names and, on a balancer, the two programs' settings and whether somebody has the fixed address. */
export const addressProbe = (
  names: readonly string[],
  balancer: {readonly vip: string; readonly port: number} | undefined,
): Script => sh`${functions}
ip -o addr show scope global 2>/dev/null | while read -r _ device family address _; do case $family in inet*) echo "address $device $address";; esac; done
${namesProbe(names)}
${balancer === undefined ? raw(':') : balancerProbe(balancer)}
:`;

const balancerProbe = ({
  vip,
  port,
}: {
  readonly vip: string;
  readonly port: number;
}): Script => sh`own haproxy ${haproxyFile}
own keepalived ${keepalivedFile}
ip -o link show 2>/dev/null | sed -n 's/.* link\/ether \([^ ]*\).*/mac \1/p'
${vip === '' ? raw(':') : sh`somebody ${vip} ${bracketed(vip)} ${port}`}`;

export function parseAddressProbe({stdout}: StepOutput): AddressSeen {
  const lines = stdout.split('\n').map((line) => {
    const space = line.indexOf(' ');
    return {key: space < 0 ? line : line.slice(0, space), value: space < 0 ? '' : line.slice(space + 1)};
  });
  const all = (key: string): string[] => lines.filter((line) => line.key === key).map(({value}) => value);
  const text = (key: string): string => Buffer.from(all(key)[0] ?? '', 'base64').toString('utf8');
  return {
    addresses: all('address').flatMap((line) => parseAddress(line) ?? []),
    names: parseNames(stdout),
    answers: all('answers')[0],
    macs: all('mac'),
    haproxy: text('haproxy'),
    keepalived: text('keepalived'),
  };
}

export const listedBy = (seen: readonly AddressSeen[]): PoolServer[] => {
  const found = new Map<string, PoolServer>();
  for (const {haproxy} of seen)
    for (const server of listedServers(haproxy)) if (!found.has(server.name)) found.set(server.name, server);
  return [...found.values()];
};

/** The address moves by quorate's own keepalived, so it is none of the host's own, even while the host holds it. */
export const movesThere = ({keepalived}: AddressSeen, vip: string): boolean =>
  [...keepalived.matchAll(/^\s*([0-9a-fA-F.:]+)\/\d+ dev /gm)].some(([, address = '']) => sameAddress(address, vip));
