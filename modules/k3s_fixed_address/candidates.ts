import {groupOfStep, type PoolCandidate, type Step} from '../../src/cluster/index.js';
import type {GroupEntry} from '../../src/module/index.js';

const kinds = ['unknown', 'member', 'half-converted', 'sqlite', 'external', 'bare'] as const;

const oneOf = <Word extends string>(words: readonly Word[], value: unknown): Word | undefined =>
  words.find((word) => word === value);

/** What `k3s_roles` of this run found and decided, host by host; a host it did not see is unknown. */
export const candidatesOf = (entries: readonly GroupEntry<unknown, unknown>[]): PoolCandidate[] =>
  entries.map((entry) => {
    const variable = entry.variable('k3s');
    const told: Partial<Record<string, unknown>> =
      typeof variable === 'object' && variable !== null ? {...variable} : {};
    return {
      name: entry.host,
      address: String(told.address ?? entry.variable('ansible_host') ?? entry.host),
      port: Number(told.port ?? 6443),
      found: oneOf(kinds, told.found) ?? 'unknown',
      step: oneOf(Object.keys(groupOfStep) as Step[], told.step) ?? 'none',
    };
  });
