/** What is to be done to a unit of systemd, and waiting for it. */
import {causeOf, isFinal} from '../../src/cluster/causes.js';
import type {Data, Diff, Plan, Step, StepOutput, WaitVerdict} from '../../src/module/index.js';
import {joinScripts, type Script, sh} from '../../src/shell/index.js';
import {environment, flag, plainName, type Scope, type UnitSeen, type UnitWish, unitFile} from './systemd_unit.js';

const systemctl = (scope: Scope, ...words: readonly string[]): Script => sh`systemctl ${flag(scope)} ${words}`;

const isRunning = (active: string | undefined): boolean =>
  active === 'active' || active === 'activating' || active === 'reloading';
/** States in which enabling says nothing: the unit has no [Install], or is made from something else. */
const settled = new Set(['static', 'generated', 'transient', 'indirect', 'alias']);

const waitDeadlineMs = 600_000;
const restartLoop = 4;

function verdict(name: string, goal: 'up' | 'down', restartsBefore: number): (output: StepOutput) => WaitVerdict {
  return ({stdout}) => {
    const property = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1] ?? '';
    const active = property('ActiveState');
    const pending = !['', '0'].includes(property('Job'));
    const hint = `see \`journalctl -u ${name}\` on the host`;
    if (goal === 'down')
      return (active === 'inactive' || active === 'failed') && !pending
        ? {wait: 'done'}
        : {wait: 'more', progress: active};
    const restarts = Number(property('NRestarts') || 0) - restartsBefore;
    if (active === 'active' && !pending) return {wait: 'done'};
    if (active === 'failed') return {wait: 'failed', why: `systemd gave up on it (${property('Result')})`, hint};
    if (restarts >= restartLoop) return {wait: 'failed', why: `it ended ${restarts} times while starting`, hint};
    if (active === 'inactive' && !pending) {
      const ran = property('Type') === 'oneshot' || property('ConditionResult') === 'no';
      return ran ? {wait: 'done'} : {wait: 'failed', why: 'it ended as soon as it was started', hint};
    }
    return {wait: 'more', progress: `${name} is ${active}${restarts > 0 ? `, restarted ${restarts} times` : ''}`};
  };
}

const waitStep = (name: string, scope: Scope, goal: 'up' | 'down', restarts: number): Step => ({
  step: 'wait',
  title: `${name} to ${goal === 'up' ? 'start' : 'stop'}`,
  probe: sh`${environment(scope)}systemctl ${flag(scope)} show -p ActiveState -p SubState -p NRestarts -p Result -p Job -p Type -p ConditionResult -- ${name}`,
  until: verdict(name, goal, restarts),
  everyMs: 300,
  deadlineMs: waitDeadlineMs,
  ...(scope === 'system' ? {follow: {journal: name, cause: (line: string) => causeFor(name, line)}} : {}),
});

/** What is known of K3s's own last words; other services' are shown, not judged. */
const causeFor = (name: string, line: string): {why: string; hint?: string} | undefined =>
  /^(k3s|rke2)/.test(name) && isFinal(line) ? causeOf(line) : undefined;

interface Work {
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
  readonly steps: Step[];
}

export function planUnit(wish: UnitWish, seen: UnitSeen): Plan {
  const {name, scope} = wish;
  const work: Work = {before: {}, after: {}, steps: []};
  const run = (title: string, ...words: readonly string[]): void => {
    work.steps.push({step: 'script', title, script: joinScripts([environment(scope), systemctl(scope, ...words)], '')});
  };
  const reload = wish.daemon_reload === true && seen.filesChanged;
  if (reload) run('let systemd read its unit files', 'daemon-reload');
  if (wish.daemon_reexec) run('let systemd start itself anew', 'daemon-reexec');
  const manager: Diff[] =
    reload || wish.daemon_reexec
      ? [
          {
            kind: 'values',
            path: 'systemd',
            before: {'unit files': reload ? 'changed since they were read' : 'read'},
            after: {'unit files': 'read'},
          },
        ]
      : [];
  if (name !== undefined) {
    const refusal = planOne(wish, name, seen, work, run);
    if (refusal !== undefined) return refusal;
  }
  const result = unitResult(wish, seen);
  if (work.steps.length === 0) return {plan: 'same', result};
  const diff: Diff[] =
    name === undefined || Object.keys(work.after).length === 0
      ? []
      : [{kind: 'values', path: `service ${plainName(name)}`, before: work.before, after: work.after}];
  const resource = {kind: 'service', name: plainName(name ?? 'systemd')} as const;
  const running = wish.state === undefined ? isRunning(seen.properties.ActiveState) : wish.state !== 'stopped';
  const state = {
    load: wish.masked === true ? 'masked' : 'loaded',
    active: running ? 'active' : 'inactive',
    enabled: wish.enabled ?? seen.properties.UnitFileState === 'enabled',
  };
  return {
    plan: 'change',
    diff: [...manager, ...diff],
    steps: work.steps,
    touches: diff.length === 0 ? [{kind: 'service', name: 'systemd'}] : [resource],
    after: diff.length === 0 ? [] : [{resource, state}],
    result,
  };
}

function planOne(
  wish: UnitWish,
  name: string,
  seen: UnitSeen,
  work: Work,
  run: (title: string, ...words: readonly string[]) => void,
): Plan | undefined {
  const {LoadState: load = '', ActiveState: active = '', UnitFileState: file = ''} = seen.properties;
  if (seen.problem !== undefined)
    return {
      plan: 'fail',
      why: `systemd does not tell of ${name}: ${seen.problem}`,
      ...(wish.scope === 'user'
        ? {hint: 'does this user have a session? `loginctl enable-linger USER` starts one'}
        : {}),
    };
  if (load === 'not-found' && wish.masked === undefined)
    // What is not there is stopped and disabled already; Ansible fails here too, since the name may be wrong.
    return {
      plan: 'fail',
      why: `there is no unit ${unitFile(name)} on this host`,
      hint: 'is its package installed, and the name right?',
    };
  if (load === 'bad-setting' || load === 'error')
    return {
      plan: 'fail',
      why: `systemd cannot load ${unitFile(name)}: ${seen.properties.LoadError || load}`,
      hint: `see \`systemctl status ${name}\``,
    };
  const masked = load === 'masked' || file.startsWith('masked');
  const change = (key: string, from: unknown, to: unknown): void => {
    work.before[key] = from;
    work.after[key] = to;
  };
  if (wish.masked !== undefined && wish.masked !== masked) {
    change('masked', masked, wish.masked);
    run(`${wish.masked ? 'mask' : 'unmask'} ${name}`, wish.masked ? 'mask' : 'unmask', '--', name);
  }
  const stillMasked = wish.masked ?? masked;
  const starts =
    wish.state !== undefined && wish.state !== 'stopped' && (wish.state !== 'started' || !isRunning(active));
  if (stillMasked && starts)
    return {
      plan: 'fail',
      why: `${name} is masked, and cannot be started`,
      hint: 'unmask it: the module systemd with masked: false',
    };
  const enabled =
    file === 'enabled' || file === 'enabled-runtime' || (file === '' && load === 'loaded' ? undefined : false);
  if (wish.enabled !== undefined && !settled.has(file) && !stillMasked && wish.enabled !== enabled) {
    change('enabled', enabled ?? 'unknown', wish.enabled);
    run(
      `${wish.enabled ? 'enable' : 'disable'} ${name}`,
      ...(wish.force && wish.enabled ? ['--force'] : []),
      wish.enabled ? 'enable' : 'disable',
      '--',
      name,
    );
  }
  planState(wish, name, seen, work, run, change);
  return undefined;
}

function planState(
  wish: UnitWish,
  name: string,
  seen: UnitSeen,
  work: Work,
  run: (title: string, ...words: readonly string[]) => void,
  change: (key: string, from: unknown, to: unknown) => void,
): void {
  const {state, scope} = wish;
  const active = seen.properties.ActiveState ?? '';
  const running = isRunning(active);
  if (
    state === undefined ||
    (state === 'started' && running) ||
    (state === 'stopped' && !running && active !== 'deactivating')
  )
    return;
  change(
    'state',
    active,
    state === 'stopped'
      ? 'inactive'
      : state === 'restarted' && running
        ? 'restarted'
        : state === 'reloaded' && running
          ? 'reloaded'
          : 'active',
  );
  if (state === 'reloaded' && running) {
    work.steps.push({
      step: 'script',
      title: `reload ${name}`,
      script: sh`${environment(scope)}systemctl ${flag(scope)} reload -- ${name}`,
      mayBlock: true,
    });
    return;
  }
  const verb = state === 'stopped' ? 'stop' : state === 'restarted' && running ? 'restart' : 'start';
  if (verb !== 'stop')
    // systemd's counter of restarts and its limit of starts begin anew, so that the wait counts those of this start.
    work.steps.push({
      step: 'script',
      title: `${verb} ${name}`,
      script: sh`${environment(scope)}systemctl ${flag(scope)} reset-failed -- ${name} 2>/dev/null; systemctl ${flag(scope)} --no-block ${verb} -- ${name}`,
    });
  else run(`stop ${name}`, '--no-block', 'stop', '--', name);
  if (!wish.no_block) work.steps.push(waitStep(name, scope, verb === 'stop' ? 'down' : 'up', 0));
}

function unitResult(wish: UnitWish, seen: UnitSeen): Data {
  if (wish.name === undefined) return {status: {}};
  const running = isRunning(seen.properties.ActiveState);
  const state =
    wish.state === undefined ? (running ? 'started' : 'stopped') : wish.state === 'stopped' ? 'stopped' : 'started';
  return {
    name: wish.name,
    state,
    ...(wish.enabled === undefined ? {} : {enabled: wish.enabled}),
    status: seen.properties,
  };
}
