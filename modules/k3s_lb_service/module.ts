import {defineModule, type PathState, p} from '../../src/module/index.js';
import {isCurrent, lbServiceProbe, parseLbService} from './seen.js';
import {enableStep, loadSteps} from './steps.js';

/** What a dry run leaves: which settings the service would have loaded. */
interface LoadedState {
  readonly loaded: string;
}

export default defineModule({
  kind: 'state',
  name: 'k3s_lb_service',
  summary:
    'Runs haproxy or keepalived with the settings on the disk: started, or loaded anew where they changed since.',
  description: `Settings are loaded anew without an interruption, and only where those on the disk are not those that run: so a reload that a crash
has lost is made up for, and no other is made.`,
  params: p.object({
    name: p.choice(['haproxy', 'keepalived'], 'The service.'),
    config: p.path('Its settings.'),
    socket: p.path("haproxy's own page, which tells when a new process serves.").optional(),
    timeout_s: p.int('How long its start may take.').default(30),
  }),
  returns: {status: "The service's state."},
  examples: [{name: 'haproxy', params: {name: 'haproxy', config: '/etc/haproxy/haproxy.cfg'}}],
  reach: 'run',
  probeIs: 'volatile',
  reads: ({name, config}) => [
    {kind: 'service', name},
    {kind: 'path', path: config},
    {kind: 'package', name},
  ],
  probe: ({name, config}) => lbServiceProbe(name, config),
  parse: (output) => parseLbService(output.stdout),
  overlay(seen, predicted, {name, config}) {
    const written = predicted.get({kind: 'path', path: config});
    const state = written?.state as PathState | undefined;
    const installed = predicted.get({kind: 'package', name}) !== undefined;
    const earlier = predicted.get({kind: 'service', name})?.state as LoadedState | undefined;
    return {
      ...seen,
      load: installed ? 'loaded' : seen.load,
      ...(earlier === undefined ? {} : {active: 'active', enabled: true}),
      ...(written === undefined ? {} : {now: state?.sha256 ?? 'predicted', writtenAt: Number.POSITIVE_INFINITY}),
      ...(earlier === undefined ? {} : {last: {sha256: earlier.loaded, at: Number.POSITIVE_INFINITY}}),
    };
  },
  plan(given, seen) {
    const {name, config} = given;
    if (seen.load !== 'loaded')
      return {plan: 'fail', why: `there is no unit ${name}.service`, hint: `is the package ${name} installed?`};
    if (seen.now === '') return {plan: 'fail', why: `there is no ${config}`, hint: 'the role k3s_lb writes it'};
    const running = seen.active === 'active' || seen.active === 'reloading';
    const current = running && isCurrent(seen);
    const result = {name, status: 'active'};
    if (current && seen.enabled) return {plan: 'same', result};
    const [before, after] = current
      ? [{}, {}]
      : running
        ? [{settings: 'as before'}, {settings: 'what is on the disk now'}]
        : [{state: seen.active}, {state: 'active'}];
    return {
      plan: 'change',
      diff: [
        {
          kind: 'values',
          path: `service ${name}`,
          before: {...before, ...(seen.enabled ? {} : {enabled: false})},
          after: {...after, ...(seen.enabled ? {} : {enabled: true})},
        },
      ],
      steps: [...(seen.enabled ? [] : [enableStep(name)]), ...(current ? [] : loadSteps(given, running))],
      touches: [{kind: 'service', name}],
      after: [{resource: {kind: 'service', name}, state: {loaded: seen.now} satisfies LoadedState}],
      result,
    };
  },
});
