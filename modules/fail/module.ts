import {defineModule, p} from '../../src/module/index.js';

export default defineModule({
  kind: 'control',
  name: 'fail',
  aliases: ['ansible.builtin.fail'],
  summary: 'Fails with a message of your own.',
  params: p.object({msg: p.any('The message; a list gives several lines.').default('Failed as requested from task')}),
  examples: [{name: 'A way out', params: {msg: 'This needs systemd'}}],
  async run({msg}) {
    return {changed: false, failed: true, msg: Array.isArray(msg) ? msg.map(String).join('\n') : String(msg)};
  },
});
