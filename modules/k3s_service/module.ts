import {type Data, type Diff, defineModule, p, type Step} from '../../src/module/index.js';
import {quorumGate} from './gate.js';
import {isUp, overlaySeen, parseSeen, readsOf, restartDue, seenProbe, settingsChange, staleFiles} from './look.js';
import {serviceParams} from './params.js';
import type {ServiceSeen} from './seen.js';
import {enableStep, noteStep, startSteps, startWait, stopSteps} from './start.js';

/** What systemd says of the service once the wanted state is reached. */
const statusAfter = (state: 'started' | 'stopped' | 'as_found', {active}: ServiceSeen): string =>
  ({started: 'active', stopped: 'inactive', as_found: active})[state];

export default defineModule({
  kind: 'state',
  name: 'k3s_service',
  summary: 'Runs K3s with these settings, and restarts it only where what runs differs from what is on the disk.',
  description: `The unit writes at each start the hashes of binary, unit, environment and config (less \`cluster-init\` and \`server\`).
They are compared with the files as they are now, so that a restart which a crash has lost is made up for, and no other is made.`,
  params: p.object(serviceParams),
  returns: {
    status: "The service's state.",
    stale: 'Files that have changed since it was started.',
    keys: 'Settings that changed.',
  },
  examples: [{name: 'Run the server', params: {name: 'k3s', config: {disable: ['traefik']}}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: readsOf,
  probe: seenProbe,
  parse: parseSeen,
  overlay: overlaySeen,
  plan(given, found) {
    const {service: seen} = found;
    const {name, state, enabled, timeout_s: timeoutS, config_file: path} = given;
    if (state === 'started' && seen.load !== 'loaded') {
      return {
        plan: 'fail',
        why: `there is no unit ${name}.service (${seen.load || 'systemd does not answer'})`,
        hint: 'the role k3s_host writes it; run site.yml as a whole',
      };
    }
    const settings = settingsChange(given, found);
    const running = isUp(seen);
    const stale = staleFiles(given, found);
    const before: Record<string, unknown> = {};
    const after: Record<string, unknown> = {};
    const steps: Step[] = [...(settings?.steps ?? [])];
    const gate = given.datastore === 'etcd' && !given.allow_outage ? [quorumGate(name, given.data_dir)] : [];
    if (state !== 'as_found' && enabled !== seen.enabled && seen.load === 'loaded') {
      before.enabled = seen.enabled;
      after.enabled = enabled;
      steps.push(enableStep(name, enabled));
    }
    if (state === 'stopped' && running) {
      before.state = seen.active;
      after.state = 'inactive';
      steps.push(...gate, ...stopSteps(name));
    }
    if (state === 'started' && !running) {
      before.state = seen.active;
      after.state = 'active';
      steps.push(...startSteps(name, 'start', timeoutS));
    }
    const adopted = given.adopted && seen.foreign;
    if (state !== 'stopped' && running && adopted) {
      after['taken over'] = 'it runs with what is on the disk';
      steps.push(noteStep(name));
      // One that is left as found may wait for others, which this run starts later.
      if (state === 'started' && seen.active !== 'active') steps.push(startWait(name, seen.restarts, timeoutS));
    } else if (state === 'started' && restartDue(given, found)) {
      before['started with'] = seen.foreign ? 'a unit of another hand' : `${stale.join(', ')} as before`;
      after['started with'] = 'what is on the disk now';
      steps.push(...gate, ...startSteps(name, 'restart', timeoutS));
    }
    const status = statusAfter(state, seen);
    const result: Data = {name, status, stale, keys: settings?.keys ?? []};
    if (steps.length === 0) {
      if (state !== 'started' || seen.active !== 'activating') return {plan: 'same', result};
      return {
        plan: 'cannotTell',
        why: `${name} is still starting`,
        steps: [startWait(name, seen.restarts, timeoutS)],
        touches: [],
      };
    }
    const now: Partial<ServiceSeen> = {
      load: seen.load,
      active: status,
      enabled: state === 'as_found' ? seen.enabled : enabled,
      stale: [],
      foreign: false,
    };
    const serviceDiff: Diff[] =
      Object.keys(after).length === 0 ? [] : [{kind: 'values', path: `service ${name}`, before, after}];
    return {
      plan: 'change',
      diff: [...(settings?.diff ?? []), ...serviceDiff],
      steps,
      touches: [{kind: 'service', name}, ...(settings === undefined ? [] : [{kind: 'path', path} as const])],
      after: [{resource: {kind: 'service', name}, state: now}, ...(settings?.after ?? [])],
      result,
    };
  },
  result(given, found, outcomes) {
    // A start that was under way already is waited for, and is no change of this run.
    const waitedOnly = outcomes.length === 1 && outcomes[0]?.title === `${given.name} to start`;
    return {
      changed: !waitedOnly,
      data: {
        name: given.name,
        status: statusAfter(given.state, found.service),
        stale: found.service.stale,
        keys: settingsChange(given, found)?.keys ?? [],
      },
    };
  },
});
