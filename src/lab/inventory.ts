import {LabError} from '../errors/index.js';
import type {LabFiles} from './places.js';
import {adminUser} from './recipe.js';
import {addressOf} from './record.js';
import type {HostRecord, LabRecord} from './types.js';

/**
 * The lab as an inventory: `server` and `agent` under `k3s_cluster`, other groups beside it. Ansible reads it as well.
 * All values are of our own making (names, addresses, checked paths), so none needs quoting.
 */
export function inventoryText(record: LabRecord, files: LabFiles): string {
  const lines = [
    '# Written by quorate lab up; quorate lab down removes it.',
    'all:',
    '  vars:',
    `    ansible_user: ${adminUser.name}`,
    `    ansible_ssh_private_key_file: ${files.key}`,
    `    ansible_ssh_common_args: -o UserKnownHostsFile=${files.knownHosts}`,
    '  children:',
  ];
  const groups = new Map<string, HostRecord[]>();
  for (const host of record.hosts) groups.set(host.group, [...(groups.get(host.group) ?? []), host]);
  if (groups.size === 0) throw new LabError({what: 'a lab needs at least one host', hint: 'ask for --servers 1'});
  const cluster = ['server', 'agent'].filter((name) => groups.has(name));
  if (cluster.length > 0) lines.push('    k3s_cluster:', '      children:');
  for (const name of cluster) lines.push(...groupLines(name, groups.get(name) ?? [], record.subnet, 8));
  for (const [name, hosts] of groups)
    if (!cluster.includes(name)) lines.push(...groupLines(name, hosts, record.subnet, 4));
  return `${lines.join('\n')}\n`;
}

function groupLines(name: string, hosts: readonly HostRecord[], subnet: number, indent: number): string[] {
  const pad = ' '.repeat(indent);
  return [
    `${pad}${name}:`,
    `${pad}  hosts:`,
    ...hosts.flatMap((host) => [
      `${pad}    ${host.name}:`,
      `${pad}      ansible_host: ${addressOf(subnet, host.number)}`,
    ]),
  ];
}
