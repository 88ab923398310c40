import type {Where} from '../errors/index.js';
import type {Failure} from '../events/types.js';
import type {Refusal} from '../module/types.js';
import {type Outcome, plainOutcome} from './outcome.js';

/**
 * Refusals as outcomes: each fails the hosts it names, or all of the play when it names none or only hosts that are not
 * in it. Every refusal is shown in full on every host it fails.
 */
export function refusedOutcomes(
  refusals: readonly Refusal[],
  hosts: readonly string[],
  where: Where,
): ReadonlyMap<string, Outcome> {
  const byHost = new Map<string, Refusal[]>();
  for (const refusal of refusals) {
    const named = refusal.hosts.filter((host) => hosts.includes(host));
    for (const host of named.length === 0 ? hosts : named) byHost.set(host, [...(byHost.get(host) ?? []), refusal]);
  }
  return new Map([...byHost].map(([host, all]) => [host, outcomeOf(all, where)]));
}

function outcomeOf(refusals: readonly Refusal[], where: Where): Outcome {
  const [first, ...others] = refusals;
  const failure: Failure = {
    what: first?.what ?? 'refused',
    where: placeOf(first?.where) ?? where,
    ...(first === undefined ? {} : {hint: first.hint}),
    details: others.flatMap((other) => [
      other.what,
      ...(other.where === undefined ? [] : [`  at ${other.where}`]),
      `  hint: ${other.hint}`,
    ]),
  };
  const result = {
    changed: false,
    failed: true,
    msg: refusals.map(({what}) => what).join('\n'),
    refusals: refusals.map(({what, where: place, hint}) => ({
      what,
      hint,
      ...(place === undefined ? {} : {where: place}),
    })),
  };
  return {...plainOutcome, status: 'failed', result, failure};
}

/** `file:line` or `file:line:column`, as variables tell where they were written. */
function placeOf(text: string | undefined): Where | undefined {
  const match = /^(.+?):(\d+)(?::(\d+))?$/.exec(text ?? '');
  if (match?.[1] === undefined) return undefined;
  return {file: match[1], line: Number(match[2]), column: Number(match[3] ?? 1)};
}
