import {hostname, userInfo} from 'node:os';
import {defineModule, p} from '../../src/module/index.js';
import {ageOf, heldBy, isOrphan, type Owner, takeScript} from './lock.js';

/** This process, told from every other of this machine by when it began. */
function thisRun(): Owner {
  const began = Math.round(performance.timeOrigin);
  return {who: `${userName()}@${hostname()}, process ${process.pid}`, run: `${hostname()}:${process.pid}:${began}`};
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no entry in passwd.
    return String(process.getuid?.() ?? 'somebody');
  }
}

export default defineModule({
  kind: 'action',
  name: 'k3s_lock',
  summary: 'Takes the lock of the cluster for this run, or refuses because another run holds it.',
  description: `The lock is /run/quorate/cluster.lock on each server. It is held for as long as the connection of the run that took it: there
is nothing to release, and a controller that died holds nothing. Only one whose machine vanished without closing its connections leaves a
lock until sshd notices; \`break: true\` (site.yml: \`-e k3s_break_lock=true\`) takes it over.`,
  params: p.object({
    break: p.bool('Take the lock even if another run holds it.').default(false),
  }),
  returns: {owner: 'Who holds it now.'},
  examples: [{name: 'Before the first effect', params: {}}],
  reach: 'run',
  check: 'skip',
  prepare: () => Promise.resolve(thisRun()),
  steps: (given, owner) => [
    {step: 'script', title: "take the cluster's lock", script: takeScript(owner as Owner, given.break)},
  ],
  result(_given, outcomes, owner, host) {
    const [outcome] = outcomes;
    const held = outcome === undefined ? undefined : heldBy(outcome);
    if (outcome !== undefined && isOrphan(outcome))
      return {
        changed: false,
        failed: true,
        msg: 'the connection that the lock of the cluster was to hang on has ended',
        hint: 'run it again',
        data: {owner: '', host: host.name},
      };
    // Nothing on a disk changed, and a lock that was taken is no news: no "changed".
    if (held === undefined) return {changed: false, data: {owner: (owner as Owner).who}};
    return {
      changed: false,
      failed: true,
      msg: `another run works on this cluster: ${held.who}, since ${ageOf(held.seconds)}`,
      hint: `wait until it has ended (its lock ends with it). If that machine is gone and the lock stays: -e k3s_break_lock=true`,
      data: {owner: held.who, host: host.name},
    };
  },
});
