import {defineModule, p} from '../../src/module/index.js';

const actions = [
  'flush_handlers',
  'refresh_inventory',
  'noop',
  'clear_facts',
  'clear_host_errors',
  'end_host',
  'end_play',
  'end_batch',
  'end_role',
  'reset_connection',
] as const;

export default defineModule({
  kind: 'control',
  name: 'meta',
  aliases: ['ansible.builtin.meta'],
  summary: 'Tells the run itself something: to run handlers now, to end the play, to connect anew.',
  params: p.object({
    free_form: p.choice(actions, 'What to do.', {aliases: ['_raw_params']}),
  }),
  freeForm: 'free_form',
  examples: [{name: 'Handlers now', params: {free_form: 'flush_handlers'}}],
  run: async ({free_form}) => ({changed: false, effects: [{effect: 'meta', action: free_form}]}),
});
