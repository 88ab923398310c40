import {effectiveOf} from './effective.js';
import type {PlanRefusal} from './plan.js';
import type {Check} from './preflight_types.js';

/** Variables of a service of another hand that are no settings would be gone with its environment file. */
export const lostEnvironment: Check = (_input, hosts) =>
  hosts.flatMap(({wanted, sighting}): PlanRefusal[] => {
    if (sighting === undefined) return [];
    const {environment, foreign} = effectiveOf(sighting, wanted.kind);
    const missing = [...environment.keys()].filter((name) => !(name in wanted.environment)).sort();
    if (!foreign || missing.length === 0) return [];
    const service = wanted.kind === 'server' ? 'k3s' : 'k3s-agent';
    return [
      {
        hosts: [wanted.host],
        what: `${service}.service.env on ${wanted.host} sets ${missing.join(', ')}, and k3s_environment does not`,
        hint: 'name each in k3s_environment with the value it shall have, which may be empty',
        variable: {name: 'k3s_environment', host: wanted.host},
      },
    ];
  });
