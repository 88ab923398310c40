import {type Diff, defineModule, type Plan, p, type StateModule, type Step, type z} from '../../src/module/index.js';
import {joinScripts, sh} from '../../src/shell/index.js';
import {type EditSeen, overlayEdit, parseEdit, planEdit, probeEdit} from '../support/edit_file.js';
import {pathResources} from '../support/path_state.js';
import {readRecords} from '../support/records.js';
import {plainKey, plainValue, procPath, valueIn, withSetting} from './edit.js';

const params = p
  .object({
    name: p.string("The kernel's setting, as `net.ipv4.ip_forward`.", {aliases: ['key']}),
    value: p.string('Its value.', {aliases: ['val']}).optional(),
    state: p.choice(['present', 'absent'], 'Whether the file sets it.').default('present'),
    sysctl_file: p.path('The file that sets it at boot.').default('/etc/sysctl.conf'),
    sysctl_set: p.bool('Also see to the value in effect now.').default(false),
    reload: p.bool('Let the kernel read the file when it has changed.').default(true),
    ignoreerrors: p.bool('Leave settings alone that the kernel does not know.').default(false),
  })
  .superRefine((given, context) => {
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (given.state === 'present' && (given.value === undefined || given.value.trim() === ''))
      refuse("state present needs 'value'");
    if (!/^[^\s=]+$/.test(given.name)) refuse(`name '${given.name}' is no setting`);
  });

type Params = z.output<typeof params>;

interface Seen {
  readonly file: EditSeen;
  /** The value in effect; undefined if the kernel has no such setting. */
  readonly live: string | undefined;
}

const editWish = ({sysctl_file}: Params) => ({path: sysctl_file, backup: false});

function plan(given: Params, seen: Seen): Plan {
  const {name, sysctl_set, reload, ignoreerrors} = given;
  const value = given.value === undefined ? undefined : plainValue(given.value);
  const inFile = given.state === 'absent' ? undefined : value;
  const edited = planEdit(editWish(given), seen.file, {
    missing: given.state === 'absent' ? 'leave' : 'create',
    edit(text = '') {
      const now = valueIn(text, name);
      const fine = inFile === undefined ? now === undefined : now !== undefined && plainValue(now) === inFile;
      return fine ? {text: undefined, msg: ''} : {text: withSetting(text, name, inFile), msg: ''};
    },
  });
  if (edited.plan !== 'same' && edited.plan !== 'change') return edited;
  const result = {name, value: value ?? null, path: given.sysctl_file};
  const differs = seen.live === undefined || plainValue(seen.live) !== value;
  const sets = sysctl_set && given.state === 'present' && differs;
  if (sets && seen.live === undefined && !ignoreerrors)
    return {
      plan: 'fail',
      why: `the kernel has no setting ${name}`,
      hint: 'is its module loaded? ignoreerrors: true leaves it at the file',
    };
  if (edited.plan === 'same' && !sets) return {plan: 'same', result};
  const steps: Step[] = edited.plan === 'change' ? [...edited.steps] : [];
  const lenient = ignoreerrors ? ['-e'] : [];
  if (sets && seen.live !== undefined)
    steps.push({
      step: 'script',
      title: `set ${name}`,
      script: sh`sysctl ${lenient} -w ${`${plainKey(name)}=${value ?? ''}`} >/dev/null`,
    });
  const reloads = edited.plan === 'change' && reload;
  if (reloads)
    steps.push({
      step: 'script',
      title: `let the kernel read ${given.sysctl_file}`,
      script: sh`sysctl ${lenient} -p ${given.sysctl_file} >/dev/null`,
    });
  // A reload sets what the file says; other settings in the file are not predicted.
  const comes = given.state === 'present' && seen.live !== undefined && differs && (sets || reloads);
  const diff: Diff[] = edited.plan === 'change' ? [...edited.diff] : [];
  if (comes)
    diff.push({kind: 'values', path: `sysctl ${name}`, before: {value: plainValue(seen.live ?? '')}, after: {value}});
  const resource = {kind: 'sysctl', name: plainKey(name)} as const;
  return {
    plan: 'change',
    diff,
    steps,
    touches: [...(edited.plan === 'change' ? edited.touches : []), resource],
    after: [...(edited.plan === 'change' ? (edited.after ?? []) : []), ...(comes ? [{resource, state: value}] : [])],
    result,
  };
}

const sysctl: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'sysctl',
  aliases: ['ansible.posix.sysctl', 'ansible.builtin.sysctl'],
  summary: 'Sets a kernel setting, for the next boot and now.',
  params,
  returns: {name: 'The setting.', value: 'Its value.', path: 'The file that sets it at boot.'},
  examples: [
    {
      name: 'Forward packets',
      params: {name: 'net.ipv4.ip_forward', value: '1', sysctl_file: '/etc/sysctl.d/90-k3s.conf', sysctl_set: true},
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  reads: (given) => [...pathResources(given.sysctl_file), {kind: 'sysctl', name: plainKey(given.name)}],
  probe: (given) =>
    joinScripts([
      probeEdit(editWish(given)),
      sh`q_path=${procPath(given.name)}; if [ -r "$q_path" ]; then q_say live "$(cat -- "$q_path")"; fi`,
    ]),
  parse: (output, given) => ({file: parseEdit(output, editWish(given)), live: readRecords(output).get('live')}),
  overlay(seen, predicted, given) {
    const file = overlayEdit(seen.file, predicted, editWish(given));
    const set = predicted.get({kind: 'sysctl', name: plainKey(given.name)});
    return file && {file, live: typeof set?.state === 'string' ? set.state : seen.live};
  },
  plan,
};

export default defineModule(sysctl);
