/** Services of OpenRC and of init scripts, for hosts without systemd. */
import type {Data, Plan, Predicted, Step} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import type {Records} from './records.js';

export interface ScriptWish {
  readonly name: string;
  readonly state?: 'started' | 'stopped' | 'restarted' | 'reloaded' | undefined;
  readonly enabled?: boolean | undefined;
  readonly runlevel: string;
  readonly pattern?: string | undefined;
  readonly arguments: string;
  readonly sleep?: number | undefined;
}

export type Manager = 'openrc' | 'script';

export interface ScriptSeen {
  readonly manager: Manager | 'none';
  readonly exists: boolean;
  readonly running: boolean;
  readonly enabled: boolean;
  /** What can enable an init script here. */
  readonly enabler: string;
}

/** A probe's part for hosts where systemd does not run; {@link recordFunctions} must stand before it. */
export function probeScript({name, pattern, runlevel}: ScriptWish): Script {
  const running =
    pattern === undefined
      ? raw('$q_status >/dev/null 2>&1 </dev/null')
      : sh`ps -ef 2>/dev/null | grep -F -- ${pattern} | grep -v grep >/dev/null`;
  return joinScripts([
    sh`q_name=${name}; q_level=${runlevel}`,
    raw(`if [ ! -d /run/systemd/system ]; then
  if command -v rc-service >/dev/null 2>&1; then
    q_say manager openrc; q_status="rc-service $q_name status"
    if rc-service --exists "$q_name" 2>/dev/null || [ -e "/etc/init.d/$q_name" ]; then q_say exists yes; fi
    if [ -e "/etc/runlevels/$q_level/$q_name" ]; then q_say enabled yes; fi
  elif [ -d /etc/init.d ]; then
    q_say manager script; q_status="/etc/init.d/$q_name status"
    if [ -x "/etc/init.d/$q_name" ]; then q_say exists yes; fi
    for q_link in /etc/rc[2345].d/S[0-9][0-9]"$q_name" /etc/rc.d/rc[2345].d/S[0-9][0-9]"$q_name"; do
      if [ -L "$q_link" ] || [ -e "$q_link" ]; then q_say enabled yes; break; fi
    done
    for q_tool in update-rc.d chkconfig; do if command -v $q_tool >/dev/null 2>&1; then q_say enabler $q_tool; break; fi; done
  fi`),
    sh`  if ${running}; then q_say running yes; fi`,
    raw('fi'),
  ]);
}

export function readScript(records: Records): ScriptSeen {
  const manager = records.get('manager');
  return {
    manager: manager === 'openrc' || manager === 'script' ? manager : 'none',
    exists: records.has('exists'),
    running: records.has('running'),
    enabled: records.has('enabled'),
    enabler: records.get('enabler') ?? '',
  };
}

export function overlayScript(seen: ScriptSeen, predicted: Predicted, name: string): ScriptSeen | undefined {
  const earlier = predicted.get({kind: 'service', name});
  if (earlier !== undefined && earlier.state === undefined) return undefined;
  const state = earlier?.state as {active?: string; enabled?: boolean} | undefined;
  const file = predicted.get({kind: 'path', path: `/etc/init.d/${name}`});
  const isNew = file !== undefined && (file.state as {type?: string} | undefined)?.type !== 'absent';
  if (!seen.exists && !isNew && state === undefined && predicted.touches([{kind: 'package', name: '*'}]))
    return undefined;
  return {
    ...seen,
    exists: seen.exists || isNew || state !== undefined,
    running: state?.active === undefined ? seen.running : state.active === 'active',
    enabled: state?.enabled ?? seen.enabled,
  };
}

const call = (wish: ScriptWish, manager: Manager, verb: string): Script => {
  const more = wish.arguments === '' ? raw('') : sh` ${wish.arguments.split(/\s+/)}`;
  const command = manager === 'openrc' ? sh`rc-service ${wish.name}` : sh`${`/etc/init.d/${wish.name}`}`;
  // Into a file, not a pipe: what a service leaves running would hold the pipe open.
  return sh`q_log=$(mktemp) || exit 1
${command} ${verb}${more} > "$q_log" 2>&1 </dev/null
q_rc=$?; cat "$q_log" >&2; rm -f "$q_log"; exit $q_rc`;
};

function enableScript(wish: ScriptWish, seen: ScriptSeen): Script | undefined {
  const {name, enabled, runlevel} = wish;
  if (seen.manager === 'openrc') return sh`rc-update ${enabled ? 'add' : 'del'} ${name} ${runlevel}`;
  if (seen.enabler === 'update-rc.d')
    return enabled ? sh`update-rc.d ${name} defaults && update-rc.d ${name} enable` : sh`update-rc.d ${name} disable`;
  if (seen.enabler === 'chkconfig') return sh`chkconfig ${name} ${enabled ? 'on' : 'off'}`;
  return undefined;
}

export function planScript(wish: ScriptWish, seen: ScriptSeen): Plan {
  const {name, state} = wish;
  const {manager} = seen;
  if (manager === 'none') return {plan: 'fail', why: 'this host has neither systemd, nor OpenRC, nor init scripts'};
  if (!seen.exists)
    return {
      plan: 'fail',
      why: `there is no service ${name} on this host`,
      hint: 'is its package installed, and the name right?',
    };
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  const steps: Step[] = [];
  if (wish.enabled !== undefined && wish.enabled !== seen.enabled) {
    const script = enableScript(wish, seen);
    if (script === undefined)
      return {plan: 'fail', why: `nothing on this host can enable ${name}`, hint: 'install update-rc.d or chkconfig'};
    before.enabled = seen.enabled;
    after.enabled = wish.enabled;
    steps.push({step: 'script', title: `${wish.enabled ? 'enable' : 'disable'} ${name}`, script});
  }
  const verb = verbFor(state, seen.running);
  if (verb !== undefined) {
    before.state = seen.running ? 'active' : 'inactive';
    after.state = verb === 'stop' ? 'inactive' : verb === 'start' ? 'active' : `${verb}ed`;
    const script = (word: string): Step => ({
      step: 'script',
      title: `${word} ${name}`,
      script: call(wish, manager, word),
      mayBlock: true,
    });
    if (verb === 'restart' && wish.sleep !== undefined)
      steps.push(
        script('stop'),
        {step: 'script', title: `wait ${wish.sleep} s`, script: sh`sleep ${Math.min(wish.sleep, 10)}`},
        script('start'),
      );
    else steps.push(script(verb));
  }
  const result: Data = {
    name,
    state: state === undefined ? (seen.running ? 'started' : 'stopped') : state === 'stopped' ? 'stopped' : 'started',
    ...(wish.enabled === undefined ? {} : {enabled: wish.enabled}),
  };
  if (steps.length === 0) return {plan: 'same', result};
  const resource = {kind: 'service', name} as const;
  const running = state === undefined ? seen.running : state !== 'stopped';
  return {
    plan: 'change',
    diff: [{kind: 'values', path: `service ${name}`, before, after}],
    steps,
    touches: [resource],
    after: [
      {
        resource,
        state: {load: 'loaded', active: running ? 'active' : 'inactive', enabled: wish.enabled ?? seen.enabled},
      },
    ],
    result,
  };
}

function verbFor(state: ScriptWish['state'], running: boolean): 'start' | 'stop' | 'restart' | 'reload' | undefined {
  if (state === 'started') return running ? undefined : 'start';
  if (state === 'stopped') return running ? 'stop' : undefined;
  if (state === 'restarted') return running ? 'restart' : 'start';
  if (state === 'reloaded') return running ? 'reload' : 'start';
  return undefined;
}
