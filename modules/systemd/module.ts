import {defineModule, p, type StateModule} from '../../src/module/index.js';
import {joinScripts} from '../../src/shell/index.js';
import {readRecords, recordFunctions} from '../support/records.js';
import {planUnit} from '../support/systemd_plan.js';
import {overlayUnit, probeUnit, readUnit, type UnitSeen, unitReads} from '../support/systemd_unit.js';

const params = p
  .object({
    name: p.string('The unit; `.service` may be left out.', {aliases: ['service', 'unit']}).optional(),
    state: p
      .choice(
        ['started', 'stopped', 'restarted', 'reloaded'],
        '`restarted` and `reloaded` do so always, and start what does not run.',
      )
      .optional(),
    enabled: p.bool('Whether it starts at boot.').optional(),
    masked: p.bool('Whether it is masked, so that nothing can start it.').optional(),
    force: p.bool('Replace links that are in the way when it is enabled.').optional(),
    daemon_reload: p
      .bool('Let systemd read its unit files first, if any has changed since it did.', {aliases: ['daemon-reload']})
      .default(false),
    daemon_reexec: p.bool('Let systemd start itself anew first.', {aliases: ['daemon-reexec']}).default(false),
    scope: p
      .choice(['system', 'user', 'global'], 'Whose manager: the host’s, the user’s own, or all users’.')
      .default('system'),
    no_block: p.bool('Do not wait until it has started or stopped.').default(false),
  })
  .superRefine((given, context) => {
    const needsName = given.state !== undefined || given.enabled !== undefined || given.masked !== undefined;
    if (needsName && given.name === undefined)
      context.addIssue({code: 'custom', message: "'state', 'enabled' and 'masked' need 'name'"});
    if (!needsName && given.name === undefined && !given.daemon_reload && !given.daemon_reexec)
      context.addIssue({code: 'custom', message: "it needs 'name', 'daemon_reload' or 'daemon_reexec'"});
    if (given.name !== undefined && /[*?[]/.test(given.name))
      context.addIssue({code: 'custom', message: `name '${given.name}' is a pattern; name one unit`});
  });

const systemd: StateModule<typeof params, UnitSeen | undefined> = {
  kind: 'state',
  name: 'systemd',
  aliases: ['ansible.builtin.systemd', 'systemd_service', 'ansible.builtin.systemd_service'],
  summary: 'Starts, stops, enables and masks units of systemd.',
  description: `A start is waited for, with the unit's journal in view; a service that ends while it starts fails the task with what it said.
Unlike Ansible, \`daemon_reload\` does nothing where no unit file has changed since systemd read them, and counts as a change where it does.`,
  params,
  returns: {
    name: 'The unit.',
    state: 'started or stopped.',
    enabled: 'Whether it starts at boot, where that was asked for.',
    status: "systemd's properties of it before.",
  },
  examples: [
    {name: 'Running now and after a boot', params: {name: 'haproxy', state: 'started', enabled: true}},
    {name: 'Unit files have changed', params: {daemon_reload: true}},
    {name: "A user's own", params: {name: 'sync.timer', scope: 'user', enabled: true}},
  ],
  reach: 'run',
  probeIs: 'volatile',
  reads: unitReads,
  probe: (given) => joinScripts([recordFunctions, probeUnit(given)]),
  parse: (output) => readUnit(readRecords(output)),
  overlay: (seen, predicted, given) => seen && overlayUnit(seen, predicted, given),
  plan: (given, seen) =>
    seen === undefined
      ? {
          plan: 'fail',
          why: 'systemd does not run this host',
          hint: 'the module service knows OpenRC and init scripts too',
        }
      : planUnit(given, seen),
};

export default defineModule(systemd);
