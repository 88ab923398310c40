import {defineModule, p} from '../../src/module/index.js';
import {raw} from '../../src/shell/index.js';

export default defineModule({
  kind: 'action',
  name: 'wait_for_connection',
  aliases: ['ansible.builtin.wait_for_connection'],
  summary: 'Waits until the host can be logged in to.',
  params: p.object({
    timeout: p.int('Seconds after which it gives up.').default(600),
    delay: p.int('Seconds before the first try.').default(0),
    sleep: p.int('Seconds between tries.').default(1),
    connect_timeout: p.int('Accepted for Ansible; a try takes as long as the connection allows it.').default(5),
  }),
  returns: {elapsed: 'Seconds it took, as far as the host can tell.'},
  examples: [{name: 'A new machine', params: {timeout: 300}}],
  reach: 'host',
  check: 'skip',
  readOnly: true,
  steps({timeout, delay}) {
    let looks = 0;
    return [
      ...(delay > 0
        ? [
            {
              step: 'wait',
              title: `${delay} s to pass`,
              probe: raw(':'),
              until: () => (looks++ === 0 ? ({wait: 'more'} as const) : ({wait: 'done'} as const)),
              everyMs: delay * 1000,
              deadlineMs: delay * 1000 + 5000,
            } as const,
          ]
        : []),
      {step: 'reconnect', title: 'connect', deadlineMs: timeout * 1000, newBoot: false},
    ];
  },
  result: () => ({changed: false, data: {elapsed: 0}}),
});
