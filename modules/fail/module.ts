import {defineModule, p} from '../../src/module/index.js';

export default defineModule({
  kind: 'control',
  name: 'fail',
  aliases: ['ansible.builtin.fail'],
  summary: 'Fails with a message of your own.',
  params: p.object({msg: p.any('Why; a string or a list of lines.').optional()}),
  examples: [{name: 'With a reason', params: {msg: 'No server has been chosen'}}],
  async run({msg}) {
    const text = Array.isArray(msg) ? msg.join('\n') : String(msg ?? 'Failed as requested from task');
    return {changed: false, failed: true, msg: text};
  },
});
