import {defineModule, p} from '../../src/module/index.js';

const text = (message: unknown): string => (Array.isArray(message) ? message.map(String).join('\n') : String(message));

export default defineModule({
  kind: 'control',
  name: 'assert',
  aliases: ['ansible.builtin.assert'],
  summary: 'Fails unless all expressions are true.',
  params: p.object({
    that: p.expression('One expression or a list of them.'),
    fail_msg: p.any('Said when one is false.', {aliases: ['msg']}).optional(),
    success_msg: p.any('Said when all are true.').optional(),
    quiet: p.bool('Says nothing of what was evaluated.').default(false),
  }),
  returns: {assertion: 'The expression that was false.', evaluated_to: 'What it gave.'},
  examples: [
    {name: 'Enough memory', params: {that: ['ansible_facts.memtotal_mb >= 2048'], fail_msg: 'K3s needs 2 GB'}},
  ],
  async run({that, fail_msg: failMsg, success_msg: successMsg, quiet}, view) {
    for (const expression of Array.isArray(that) ? that : [that]) {
      const condition = typeof expression === 'boolean' ? expression : String(expression);
      if (!view.test(condition)) {
        return {
          changed: false,
          failed: true,
          msg: text(failMsg ?? 'Assertion failed'),
          data: {assertion: condition, evaluated_to: false},
        };
      }
    }
    return {changed: false, ...(quiet ? {} : {msg: text(successMsg ?? 'All assertions passed')})};
  },
});
