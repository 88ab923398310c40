import {defineModule, p} from '../../src/module/index.js';

const actions = [
  'flush_handlers',
  'refresh_inventory',
  'noop',
  'clear_facts',
  'clear_host_errors',
  'end_play',
  'end_host',
  'end_batch',
  'reset_connection',
  'end_role',
] as const;

export default defineModule({
  kind: 'control',
  name: 'meta',
  aliases: ['ansible.builtin.meta'],
  summary: 'Tells the run itself to do something: run handlers now, end the play for a host, forget facts.',
  freeForm: 'free_form',
  params: p.object({free_form: p.choice(actions, 'What to do.')}),
  examples: [{name: 'Run handlers now', params: {free_form: 'flush_handlers'}}],
  async run({free_form: action}) {
    return {changed: false, msg: action, effects: [{effect: 'meta', action}]};
  },
});
