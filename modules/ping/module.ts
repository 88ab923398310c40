import {defineModule, p} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

export default defineModule({
  kind: 'action',
  name: 'ping',
  aliases: ['ansible.builtin.ping'],
  summary: 'Shows that the host can be logged in to and has a shell that works.',
  params: p.object({data: p.string("What it answers; 'crash' makes it fail.").default('pong')}),
  returns: {ping: 'The answer.'},
  examples: [{name: 'Are you there?', params: {}}],
  reach: 'host',
  check: 'run',
  readOnly: true,
  steps: ({data}) => [{step: 'script', title: 'ask for an answer', script: sh`printf '%s' ${data}`}],
  result({data}, [output]) {
    if (data === 'crash') return {changed: false, failed: true, msg: 'boom'};
    return {changed: false, data: {ping: output?.stdout ?? ''}};
  },
});
