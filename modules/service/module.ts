import {defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import {joinScripts} from '../../src/shell/index.js';
import {overlayScript, planScript, probeScript, readScript, type ScriptSeen} from '../support/init_scripts.js';
import {readRecords, recordFunctions} from '../support/records.js';
import {planUnit} from '../support/systemd_plan.js';
import {overlayUnit, probeUnit, readUnit, type UnitSeen, unitReads} from '../support/systemd_unit.js';

const params = p
  .object({
    name: p.string('The service.'),
    state: p
      .choice(
        ['started', 'stopped', 'restarted', 'reloaded'],
        '`restarted` and `reloaded` do so always, and start what does not run.',
      )
      .optional(),
    enabled: p.bool('Whether it starts at boot.').optional(),
    runlevel: p.string("OpenRC's runlevel.").default('default'),
    sleep: p.int('Seconds between stop and start of an init script that is restarted.').optional(),
    pattern: p
      .string('Text in the process list that shows that it runs, for init scripts that cannot tell.')
      .optional(),
    arguments: p.string('More words for an init script.', {aliases: ['args']}).default(''),
    use: p.string('Accepted for Ansible; what runs the host is found out.').default('auto'),
  })
  .superRefine((given, context) => {
    if (given.state === undefined && given.enabled === undefined)
      context.addIssue({code: 'custom', message: "it needs 'state' or 'enabled'"});
  });

type Params = z.output<typeof params>;

type Seen = {readonly by: 'systemd'; readonly unit: UnitSeen} | {readonly by: 'script'; readonly script: ScriptSeen};

const unitWish = ({name, state, enabled}: Params) => ({name, state, enabled, scope: 'system'}) as const;

const service: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'service',
  aliases: ['ansible.builtin.service', 'sysvinit', 'ansible.builtin.sysvinit', 'openrc'],
  summary: 'Starts, stops and enables services, whatever runs the host: systemd, OpenRC or init scripts.',
  params,
  returns: {
    name: 'The service.',
    state: 'started or stopped.',
    enabled: 'Whether it starts at boot, where that was asked for.',
    status: "systemd's properties of it before.",
  },
  examples: [
    {name: 'Running now and after a boot', params: {name: 'k3s', state: 'started', enabled: true}},
    {name: 'Started anew', params: {name: 'haproxy', state: 'restarted'}},
  ],
  reach: 'run',
  probeIs: 'volatile',
  reads: (given) => [...unitReads(unitWish(given)), {kind: 'path', path: `/etc/init.d/${given.name}`}],
  probe: (given) => joinScripts([recordFunctions, probeUnit(unitWish(given)), probeScript(given)]),
  parse(output) {
    const records = readRecords(output);
    const unit = readUnit(records);
    return unit === undefined ? {by: 'script', script: readScript(records)} : {by: 'systemd', unit};
  },
  overlay(seen, predicted, given) {
    if (seen.by === 'systemd') {
      const unit = overlayUnit(seen.unit, predicted, unitWish(given));
      return unit && {by: 'systemd', unit};
    }
    const script = overlayScript(seen.script, predicted, given.name);
    return script && {by: 'script', script};
  },
  plan: (given, seen) =>
    seen.by === 'systemd' ? planUnit(unitWish(given), seen.unit) : planScript(given, seen.script),
};

export default defineModule(service);
