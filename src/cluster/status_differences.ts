import {kindOf, liveConfig, unitOf} from './classify.js';
import {restartKeys} from './config_file.js';
import type {HostPlan} from './plan.js';
import {changedFiles, changedSince} from './restart_reason.js';
import type {Difference, SeenHost} from './status_types.js';

/** Steps in which a service is started that does not run. */
const starting = new Set<HostPlan['step']>(['init', 'join', 'replace', 'start']);

/**
 * What the inventory wants of a host's K3s that is not so, by the rules that site.yml plans with: its step, what adopting
 * it comes to, settings, version, and files changed since the service was started.
 */
export function differencesOf({host, more}: SeenHost, plan: HostPlan | undefined): readonly Difference[] {
  const {sighting, wanted} = host;
  if (sighting === undefined || plan === undefined) return [];
  const unit = unitOf(host);
  const installed = unit?.load === 'loaded';
  const found: Difference[] = starting.has(plan.step) ? [{what: plan.why, restart: true}] : [];
  // A server without data has no settings of this cluster yet.
  if (found.length > 0 && (!installed || kindOf(host) === 'bare')) return found;
  if (!installed) return [{what: `${wanted.kind} is not installed; ${plan.why}`, restart: true}];
  if (found.length === 0 && unit.active !== 'active') found.push({what: 'the service does not run', restart: true});
  if (wanted.version !== undefined && sighting.version !== undefined && wanted.version !== sighting.version)
    found.push({what: `${sighting.version} is installed, and the inventory wants ${wanted.version}`, restart: true});
  if (plan.adoption !== undefined) {
    const {same, differing} = plan.adoption;
    const what = same ? 'it goes on as it runs' : `${differing.join(', ')} would change`;
    found.push({what: `installed by another hand; ${what}`, restart: !same});
  } else {
    const keys = restartKeys(liveConfig(sighting), plan.config);
    if (keys.length > 0) found.push({what: `config.yaml would change in ${keys.join(', ')}`, restart: true});
  }
  const reason = wanted.kind === 'server' ? changedFiles(host) : changedSince(unit.sums, more?.agentSumsNow);
  // While a service starts, it is writing down what it starts with.
  if (unit.active === 'active' && reason !== undefined) found.push({what: reason, restart: true});
  return found;
}
