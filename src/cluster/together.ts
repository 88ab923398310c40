import type {FaultyVariable, PlanRefusal} from './plan.js';

/** What is wrong with one host; `what` is told of all hosts of which the same is to be said. */
export interface HostFault {
  readonly host: string;
  readonly what: (hosts: string) => string;
  readonly hint: (hosts: string) => string;
  readonly variable?: Omit<FaultyVariable, 'host'>;
}

/** One refusal for all hosts of which the same is to be said: three servers share a group's variable. */
export function together(faults: readonly HostFault[]): readonly PlanRefusal[] {
  const groups = new Map<string, {readonly first: HostFault; readonly hosts: string[]}>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.what('*'), fault.hint('*'), fault.variable]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, {first: fault, hosts: [fault.host]});
    else group.hosts.push(fault.host);
  }
  return [...groups.values()].map(({first: {host, what, hint, variable}, hosts}) => {
    const all = hosts.join(', ');
    return {
      hosts,
      what: what(all),
      hint: hint(all),
      ...(variable === undefined ? {} : {variable: {...variable, host}}),
    };
  });
}

/** The variable that a setting of a host came from, as a place to point to; a mapping's member where it is one. */
export const variableOf = (
  sources: Readonly<Record<string, string>>,
  key: string,
  otherwise: string,
): Omit<FaultyVariable, 'host'> => {
  const name = sources[key] ?? otherwise;
  return name.endsWith('_config') ? {name, member: key} : {name};
};
