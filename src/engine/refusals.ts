import type {Where} from '../errors/index.js';
import type {Failure} from '../events/types.js';
import type {Refusal} from '../module/types.js';
import {type Outcome, plainOutcome} from './outcome.js';

/**
 * Refusals as outcomes: each fails the hosts it names, or all of the play when it names none or only hosts that are not
 * in it. Reasons are told in full once, on the first host they fail; the others point there.
 */
export function refusedOutcomes(refusals: readonly Refusal[], hosts: readonly string[]): ReadonlyMap<string, Outcome> {
  const byHost = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const named = refusal.hosts.filter((host) => hosts.includes(host));
    for (const host of named.length === 0 ? hosts : named) byHost.set(host, [...(byHost.get(host) ?? []), refusal]);
  }
  const told = new Map<string, string>();
  return new Map(
    [...byHost].map(([host, all]) => {
      const key = all.map((one) => refusals.indexOf(one)).join();
      const teller = told.get(key);
      if (teller === undefined) told.set(key, host);
      return [host, outcomeOf(all, teller)];
    }),
  );
}

export const isRefused = ({status, result}: Outcome): boolean => status === 'failed' && 'refusals' in result;

function outcomeOf(refusals: readonly Refusal[], teller: string | undefined): Outcome {
  const result = {
    changed: false,
    failed: true,
    msg: refusals.map(({what}) => what).join('\n'),
    refusals: refusals.map(({what, where, hint}) => ({what, hint, ...(where === undefined ? {} : {where})})),
  };
  return {...plainOutcome, status: 'failed', result, failure: failureOf(refusals.map(failureOfOne), teller)};
}

function failureOf(reasons: readonly Failure[], teller: string | undefined): Failure {
  const [first] = reasons;
  if (teller !== undefined)
    return {what: `refused with ${teller}, for the reason${reasons.length > 1 ? 's' : ''} told there`, details: []};
  if (first !== undefined && reasons.length === 1) return first;
  return {what: `refused, for ${reasons.length} reasons`, details: [], reasons};
}

const failureOfOne = ({what, where, hint, secretLine}: Refusal): Failure => {
  const place = placeOf(where);
  return {
    what,
    hint,
    details: [],
    ...(place === undefined ? {} : {where: place}),
    ...(secretLine === true ? {secretLine} : {}),
  };
};

/** `file:line` or `file:line:column`, as variables tell where they were written. */
function placeOf(text: string | undefined): Where | undefined {
  const match = /^(.+?):(\d+)(?::(\d+))?$/.exec(text ?? '');
  if (match?.[1] === undefined) return undefined;
  return {file: match[1], line: Number(match[2]), column: Number(match[3] ?? 1)};
}
