import {readFile, rename, writeFile} from 'node:fs/promises';
import {LabError, UsageError} from '../errors/index.js';
import {checkName, type LabFiles} from './places.js';
import type {HostRecord, LabRecord, UpOptions} from './types.js';

export const addressOf = (subnet: number, number: number): string => `10.213.${subnet}.${number}`;
export const bridgeName = (subnet: number): string => `qlb${subnet}`;
export const linkName = (subnet: number, number: number): string => `ql${subnet}h${number}`;
export const netnsName = (lab: string, host: string): string => `ql.${lab}.${host}`;
/** Locally administered; the same at each boot, so that neighbours' caches stay right. */
export const macOf = (subnet: number, number: number): string =>
  `02:51:4c:00:${subnet.toString(16).padStart(2, '0')}:${number.toString(16).padStart(2, '0')}`;

const firstNumber = {server: 11, agent: 51, other: 101} as const;
const lastNumber = {server: 50, agent: 100, other: 199} as const;

/** How many hosts of each group are asked for, servers first. */
export function wantedCounts(options: Pick<UpOptions, 'servers' | 'agents' | 'groups'>): Map<string, number> {
  const counts = new Map<string, number>();
  counts.set('server', options.servers ?? 0);
  counts.set('agent', options.agents ?? 0);
  for (const [group, count] of Object.entries(options.groups ?? {})) counts.set(checkName('group', group), count);
  for (const [group, count] of counts) {
    if (!Number.isInteger(count) || count < 0 || count > 40)
      throw new UsageError({what: `a lab cannot have ${count} hosts in ${group}`, hint: 'ask for 0 to 40'});
    if (count === 0) counts.delete(group);
  }
  return counts;
}

/** The hosts there are, and those that are missing from what is wanted, each with a number of its own. */
export function withWantedHosts(hosts: readonly HostRecord[], counts: ReadonlyMap<string, number>): HostRecord[] {
  const all = [...hosts];
  for (const [group, count] of counts) {
    for (let index = 1; index <= count; index += 1) {
      const name = `${group}${index}`;
      if (all.some((host) => host.name === name)) continue;
      all.push({name, group, number: freeNumber(group, all)});
    }
  }
  return all;
}

function freeNumber(group: string, hosts: readonly HostRecord[]): number {
  const kind = group === 'server' || group === 'agent' ? group : 'other';
  for (let number: number = firstNumber[kind]; number <= lastNumber[kind]; number += 1)
    if (hosts.every((host) => host.number !== number)) return number;
  throw new UsageError({what: `the lab has no address left for another host in ${group}`});
}

export async function readRecord(files: LabFiles): Promise<LabRecord | undefined> {
  let text: string;
  try {
    text = await readFile(files.record, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as LabRecord;
  } catch (cause) {
    throw new LabError({what: `${files.record} cannot be read`, hint: 'remove the lab with quorate lab down', cause});
  }
}

export async function writeRecord(files: LabFiles, record: LabRecord): Promise<void> {
  const fresh = `${files.record}.new`;
  await writeFile(fresh, `${JSON.stringify(record, undefined, 2)}\n`, {mode: 0o600});
  await rename(fresh, files.record);
}
