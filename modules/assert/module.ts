import {defineModule, p} from '../../src/module/index.js';

const params = p.object({
  that: p.expression('A condition, or a list of conditions that must all hold.'),
  fail_msg: p.any('What is said if one does not hold.', {aliases: ['msg']}).optional(),
  success_msg: p.any('What is said if all hold.').optional(),
  quiet: p.bool('Say less in the result.').default(false),
});

const textOf = (message: unknown, otherwise: string): string =>
  Array.isArray(message) ? message.join('\n') : message === undefined || message === null ? otherwise : String(message);

export default defineModule({
  kind: 'control',
  name: 'assert',
  aliases: ['ansible.builtin.assert'],
  summary: 'Fails unless conditions hold.',
  params,
  returns: {
    assertion: 'The condition that does not hold.',
    evaluated_to: 'Always false, with assertion.',
    msg: 'fail_msg or success_msg.',
  },
  examples: [
    {
      name: 'An odd number of servers',
      params: {that: ["groups['server'] | length is odd"], fail_msg: 'etcd needs an odd number'},
    },
  ],
  async run(given, view) {
    const conditions = Array.isArray(given.that) ? given.that : [given.that];
    for (const condition of conditions) {
      const written = typeof condition === 'boolean' ? condition : String(condition);
      if (view.test(written)) continue;
      return {
        changed: false,
        failed: true,
        msg: textOf(given.fail_msg, 'Assertion failed'),
        hint: `this does not hold: ${written}`,
        data: {assertion: written, evaluated_to: false},
      };
    }
    return {changed: false, msg: textOf(given.success_msg, 'All assertions passed')};
  },
});
