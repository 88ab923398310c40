import {LabError} from '../errors/index.js';
import {addressOf, bridgeName} from './record.js';
import {run} from './run.js';
import type {LabRecord} from './types.js';

interface Link {
  readonly ifname: string;
  readonly ifalias?: string;
  readonly addr_info?: readonly {readonly local?: string}[];
}

async function links(): Promise<Link[]> {
  const {stdout} = await run(['ip', '-json', 'address', 'show']);
  return JSON.parse(stdout || '[]') as Link[];
}

/** The bridge says whose it is, so that a lab without its folder is still told from another one's. */
const aliasOf = (name: string, root: string): string => `quorate lab ${name} in ${root}`;

/** Numbers N of 10.213.N.0/24, the ones no link of this machine has, in an order that depends on the lab's name. */
export async function freeSubnets(name: string): Promise<number[]> {
  const addresses = (await links()).flatMap((link) => (link.addr_info ?? []).map((info) => info.local ?? ''));
  const taken = new Set((await links()).map((link) => link.ifname));
  const start = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 254, 7);
  const all = Array.from({length: 254}, (_, index) => ((start + index) % 254) + 1);
  return all.filter(
    (n) => !taken.has(bridgeName(n)) && !addresses.some((address) => address.startsWith(`10.213.${n}.`)),
  );
}

/** The folder of a lab of this name that is up elsewhere: names of namespaces and cgroups would be the same. */
export async function homeElsewhere(name: string, root: string): Promise<string | undefined> {
  const start = aliasOf(name, '');
  const aliases = (await links()).map((link) => link.ifalias ?? '').filter((alias) => alias.startsWith(start));
  return aliases.map((alias) => alias.slice(start.length)).find((home) => home !== root);
}

/** Whether any lab of this machine is up. */
export const anyBridge = async (): Promise<boolean> =>
  (await links()).some((link) => link.ifalias?.startsWith('quorate lab '));

export type BridgeOutcome = 'ready' | 'taken';

/** Makes the lab's bridge unless it is there; `taken` when the number is another lab's. */
export async function ensureBridge(record: LabRecord, root: string): Promise<BridgeOutcome> {
  const bridge = bridgeName(record.subnet);
  const alias = aliasOf(record.name, root);
  const found = (await links()).find((link) => link.ifname === bridge);
  if (found && found.ifalias !== undefined && found.ifalias !== alias) return 'taken';
  if (!found) {
    const made = await run(['ip', 'link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0'], {check: false});
    if (made.code !== 0) {
      if (made.stderr.includes('File exists')) return 'taken';
      throw new LabError({what: `the bridge ${bridge} cannot be made`, cause: made.stderr.trim()});
    }
  }
  await run(['ip', 'link', 'set', bridge, 'alias', alias]);
  await run(['ip', 'address', 'replace', `${addressOf(record.subnet, 1)}/24`, 'dev', bridge]);
  await run(['ip', 'link', 'set', bridge, 'up']);
  return 'ready';
}

/** Removes the lab's namespaces, links and bridge, with or without its record. */
export async function removeNetwork(name: string, root: string, record: LabRecord | undefined): Promise<void> {
  const alias = aliasOf(name, root);
  const all = await links();
  const ownBridges = all.filter(
    (link) =>
      link.ifalias === alias ||
      // Made, and killed before it was given its alias.
      (record !== undefined && link.ifname === bridgeName(record.subnet) && link.ifalias === undefined),
  );
  for (const bridge of ownBridges) {
    const prefix = `${bridge.ifname.replace(/^qlb/, 'ql')}h`;
    for (const link of all)
      if (link.ifname.startsWith(prefix)) await run(['ip', 'link', 'del', link.ifname], {check: false});
  }
  const {stdout} = await run(['ip', 'netns', 'list'], {check: false});
  for (const line of stdout.split('\n')) {
    const netns = line.split(' ')[0] ?? '';
    if (netns.startsWith(`ql.${name}.`)) await run(['ip', 'netns', 'del', netns], {check: false});
  }
  for (const bridge of ownBridges) await run(['ip', 'link', 'del', bridge.ifname], {check: false});
}

/** A MAC address that nobody has: what is sent to it is lost without a word, as when a switch between two hosts fails. */
const nobody = '02:51:4c:ff:ff:ff';

/** Cuts or mends the way from one host to an address; the way back is the other host's. */
export async function setPath(netns: string, address: string, state: 'cut' | 'open'): Promise<void> {
  const neighbour = ['ip', '-n', netns, 'neighbour'];
  if (state === 'cut')
    await run([...neighbour, 'replace', address, 'lladdr', nobody, 'nud', 'permanent', 'dev', 'eth0']);
  else await run([...neighbour, 'del', address, 'dev', 'eth0'], {check: false});
}
