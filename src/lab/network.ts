import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {LabError} from '../errors/index.js';
import {hashOf} from './image.js';
import {addressOf, bridgeName} from './record.js';
import {run} from './run.js';
import type {LabRecord} from './types.js';

interface Link {
  readonly name: string;
  readonly alias: string | undefined;
}

async function links(): Promise<Link[]> {
  const {stdout} = await run(['ip', '-json', 'link', 'show']);
  const found = JSON.parse(stdout || '[]') as {readonly ifname: string; readonly ifalias?: string}[];
  return found.map(({ifname, ifalias}) => ({name: ifname, alias: ifalias}));
}

/** `ip address` tells no alias, `ip link` no address. */
async function addresses(): Promise<string[]> {
  const {stdout} = await run(['ip', '-json', '-4', 'address', 'show']);
  const found = JSON.parse(stdout || '[]') as {readonly addr_info?: readonly {readonly local?: string}[]}[];
  return found.flatMap((link) => (link.addr_info ?? []).map((info) => info.local ?? ''));
}

/** The bridge says whose it is, so that a lab without its folder is still told from another one's. */
const aliasOf = (name: string, root: string): string => `quorate lab ${name} in ${root}`;

/** Numbers N of 10.213.N.0/24, the ones no link of this machine has, in an order that depends on the lab's name. */
export async function freeSubnets(name: string): Promise<number[]> {
  const used = await addresses();
  const names = new Set((await links()).map((link) => link.name));
  const start = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 254, 7);
  const all = Array.from({length: 254}, (_, index) => ((start + index) % 254) + 1);
  return all.filter((n) => !names.has(bridgeName(n)) && !used.some((address) => address.startsWith(`10.213.${n}.`)));
}

/** The folder of a lab of this name that is up elsewhere: names of namespaces and cgroups would be the same. */
export async function homeElsewhere(name: string, root: string): Promise<string | undefined> {
  const start = aliasOf(name, '');
  const aliases = (await links()).map((link) => link.alias ?? '').filter((alias) => alias.startsWith(start));
  const homes = aliases.map((alias) => alias.slice(start.length));
  return homes.includes(root) ? undefined : homes[0];
}

/** Whether any lab of this machine is up. */
export const anyBridge = async (): Promise<boolean> =>
  (await links()).some((link) => link.alias?.startsWith('quorate lab '));

export type BridgeOutcome = 'ready' | 'taken';

/** Makes the lab's bridge unless it is there; `taken` when the number is another lab's. */
export async function ensureBridge(record: LabRecord, root: string): Promise<BridgeOutcome> {
  const bridge = bridgeName(record.subnet);
  const alias = aliasOf(record.name, root);
  const found = (await links()).find((link) => link.name === bridge);
  if (found ? found.alias !== alias : !(await makeBridge(bridge, alias, root))) return 'taken';
  await run(['ip', 'address', 'replace', `${addressOf(record.subnet, 1)}/24`, 'dev', bridge]);
  await run(['ip', 'link', 'set', bridge, 'up']);
  await passFirewall(bridge);
  return 'ready';
}

/** A bridge is given its owner's name before its own, so that nobody ever sees one without an owner. */
const unnamedBridge = (root: string): string => `qlt${hashOf(root).slice(0, 10)}`;

async function makeBridge(bridge: string, alias: string, root: string): Promise<boolean> {
  const unnamed = unnamedBridge(root);
  await run(['ip', 'link', 'del', unnamed], {check: false});
  await run(['ip', 'link', 'add', unnamed, 'type', 'bridge', 'mcast_snooping', '0']);
  await run(['ip', 'link', 'set', unnamed, 'alias', alias]);
  const named = await run(['ip', 'link', 'set', unnamed, 'name', bridge], {check: false});
  if (named.code === 0) return true;
  await run(['ip', 'link', 'del', unnamed], {check: false});
  if (named.stderr.includes('File exists')) return false;
  throw new LabError({what: `the bridge ${bridge} cannot be made`, cause: named.stderr.trim()});
}

const bridgedThroughIptables = '/proc/sys/net/bridge/bridge-nf-call-iptables';
const passRule = (bridge: string): string[] => ['FORWARD', '-i', bridge, '-o', bridge, '-j', 'ACCEPT'];

/** With br_netfilter, frames between hosts pass the FORWARD chain, and Docker, for one, drops there by default. */
async function passFirewall(bridge: string): Promise<void> {
  if (!existsSync(bridgedThroughIptables) || (await readFile(bridgedThroughIptables, 'utf8')).trim() !== '1') return;
  const {stdout} = await run(['iptables', '-S', 'FORWARD'], {check: false});
  const rules = stdout.trim().split('\n');
  if (stdout === '' || (rules.length === 1 && rules[0] === '-P FORWARD ACCEPT')) return;
  const present = await run(['iptables', '-C', ...passRule(bridge)], {check: false});
  if (present.code !== 0) await run(['iptables', '-I', ...passRule(bridge)]);
}

async function forgetFirewall(bridge: string): Promise<void> {
  while ((await run(['iptables', '-D', ...passRule(bridge)], {check: false})).code === 0);
}

/** Removes the lab's namespaces, links and bridge; needs no record. */
export async function removeNetwork(name: string, root: string): Promise<void> {
  const alias = aliasOf(name, root);
  const all = await links();
  const ownBridges = all.filter((link) => link.alias === alias || link.name === unnamedBridge(root));
  for (const bridge of ownBridges) {
    const prefix = `${bridge.name.replace(/^qlb/, 'ql')}h`;
    for (const link of all)
      if (link.name.startsWith(prefix)) await run(['ip', 'link', 'del', link.name], {check: false});
  }
  const {stdout} = await run(['ip', 'netns', 'list'], {check: false});
  for (const line of stdout.split('\n')) {
    const netns = line.split(' ')[0] ?? '';
    if (netns.startsWith(`ql.${name}.`)) await run(['ip', 'netns', 'del', netns], {check: false});
  }
  for (const bridge of ownBridges) {
    await forgetFirewall(bridge.name);
    await run(['ip', 'link', 'del', bridge.name], {check: false});
  }
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
