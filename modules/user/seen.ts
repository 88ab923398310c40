import type {Predicted, StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {
  type AccountTool,
  entryFunction,
  probeAccountTool,
  probeUserEntry,
  readAccountTool,
  readUserEntry,
  type UserEntry,
} from '../support/accounts.js';
import {readRecords, recordFunctions} from '../support/records.js';
import type {UserParams} from './module.js';

export interface UserSeen {
  readonly entry: UserEntry | undefined;
  /** Name of the primary group. */
  readonly primary: string | undefined;
  /** The groups besides it, sorted. */
  readonly groups: readonly string[];
  readonly missingGroups: readonly string[];
  /** Where the task gives a password and /etc/shadow can be read. */
  readonly passwordHash: string | undefined;
  readonly locked: boolean;
  readonly tool: AccountTool;
}

/** What a change leaves, for later tasks; a number that the host will choose is -1. */
export type PredictedUser = Pick<UserSeen, 'primary' | 'groups' | 'passwordHash' | 'locked'> & {
  readonly entry: UserEntry;
};

const needsShadow = ({password, password_lock}: UserParams): boolean =>
  password !== undefined || password_lock !== undefined;

export function probe(given: UserParams): Script {
  const groups = [...(given.groups ?? []), ...(given.group === undefined ? [] : [given.group])];
  return joinScripts([
    recordFunctions,
    entryFunction,
    probeUserEntry(given.name),
    sh`if id -- ${given.name} >/dev/null 2>&1; then q_say primary "$(id -gn ${given.name} 2>/dev/null)"; q_say groups "$(id -Gn ${given.name} 2>/dev/null)"; fi`,
    ...groups.map((group) => sh`if [ -z "$(q_entry group ${group})" ]; then q_say ${`missing.${group}`} yes; fi`),
    needsShadow(given)
      ? sh`q_user=${given.name}; if [ -r /etc/shadow ]; then while IFS=: read -r q_name q_hash q_rest; do if [ "$q_name" = "$q_user" ]; then q_say hash "$q_hash"; break; fi; done < /etc/shadow; fi`
      : raw(''),
    probeAccountTool,
  ]);
}

export function parse(output: StepOutput): UserSeen {
  const records = readRecords(output);
  const primary = records.get('primary');
  const hash = records.get('hash');
  const groups = (records.get('groups') ?? '').split(/\s+/).filter((name) => name !== '' && name !== primary);
  return {
    entry: readUserEntry(records),
    primary,
    groups: groups.sort(),
    missingGroups: [...records.keys()].flatMap((key) => (key.startsWith('missing.') ? [key.slice(8)] : [])),
    passwordHash: hash?.replace(/^!/, ''),
    locked: hash?.startsWith('!') ?? false,
    tool: readAccountTool(records),
  };
}

/** What an earlier task of the same user leaves; its number is not known, nor what it was not asked for. */
export function overlay(seen: UserSeen, predicted: Predicted, given: UserParams): UserSeen | undefined {
  const missingGroups = seen.missingGroups.filter((name) => {
    const prediction = predicted.get({kind: 'group', name});
    return prediction === undefined || prediction.state === 'absent';
  });
  const prediction = predicted.get({kind: 'user', name: given.name});
  if (prediction === undefined) return {...seen, missingGroups};
  if (prediction.state === 'absent') return {...seen, missingGroups, entry: undefined, groups: [], primary: undefined};
  const state = prediction.state as PredictedUser | undefined;
  if (state === undefined || (given.uid !== undefined && state.entry.uid < 0)) return undefined;
  return {...seen, ...state, missingGroups};
}
