import {defineModule, p, type Step} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';

const params = p.object({
  reboot_timeout: p.int('Seconds until it must be back.').default(600),
  connect_timeout: p.int('Accepted for Ansible; a try takes as long as the connection allows it.').optional(),
  pre_reboot_delay: p.int('Seconds before it goes down.').default(0),
  post_reboot_delay: p.int('Seconds after it is back, before it is tried.').default(0),
  test_command: p.string('A command that must succeed before it counts as back.').default('whoami'),
  reboot_command: p.string('The command that reboots it, in place of the usual ones.').optional(),
  msg: p.string('What its users are told.').default('Reboot initiated by quorate'),
  search_paths: p.strings('Accepted for Ansible.').default([]),
  boot_time_command: p.string("Accepted for Ansible; the kernel's boot id tells.").optional(),
});

const pass = (seconds: number, title: string): Step[] => {
  if (seconds <= 0) return [];
  let looks = 0;
  return [
    {
      step: 'wait',
      title,
      probe: raw(':'),
      until: () => (looks++ === 0 ? {wait: 'more'} : {wait: 'done'}),
      everyMs: seconds * 1000,
      deadlineMs: seconds * 1000 + 5000,
    },
  ];
};

const rebootScript = (command: string | undefined, msg: string): Script =>
  command === undefined
    ? sh`if command -v shutdown >/dev/null 2>&1; then shutdown -r now ${msg}; else reboot; fi`
    : sh`sh -c ${command}`;

export default defineModule({
  kind: 'action',
  name: 'reboot',
  aliases: ['ansible.builtin.reboot'],
  summary: 'Restarts the host and waits until it is back, with a new boot id.',
  params,
  returns: {rebooted: 'Whether it was restarted.', elapsed: 'Seconds; 0, since its clock began anew.'},
  examples: [{name: 'After a new kernel', params: {reboot_timeout: 900}}],
  reach: 'run',
  check: 'predict',
  predict: () => ({probe: raw(':'), parse: () => ({changed: true, data: {rebooted: true, elapsed: 0}})}),
  touches: () => [{kind: 'service', name: '*'}],
  steps: (given) => [
    ...pass(given.pre_reboot_delay, `${given.pre_reboot_delay} s before it goes down`),
    {step: 'script', title: 'reboot', script: rebootScript(given.reboot_command, given.msg)},
    {step: 'reconnect', title: 'wait for the host to be back', deadlineMs: given.reboot_timeout * 1000, newBoot: true},
    ...pass(given.post_reboot_delay, `${given.post_reboot_delay} s after it is back`),
    {
      step: 'wait',
      title: `the host to answer ${given.test_command}`,
      probe: sh`sh -c ${given.test_command}`,
      until: ({rc, stderr}) => (rc === 0 ? {wait: 'done'} : {wait: 'more', progress: stderr.trim()}),
      everyMs: 1000,
      deadlineMs: given.reboot_timeout * 1000,
    },
  ],
  result: () => ({changed: true, data: {rebooted: true, elapsed: 0}}),
});
