import {defineModule, p} from '../../src/module/index.js';

export default defineModule({
  kind: 'control',
  name: 'debug',
  aliases: ['ansible.builtin.debug'],
  summary: 'Shows a message or a variable.',
  params: p.object({
    msg: p.any('The message: text, or any value.').optional(),
    var: p.expression('A variable or expression to show.').optional(),
    verbosity: p.int('Show it only from this many -v on.').default(0),
  }),
  examples: [
    {name: 'A message', params: {msg: 'hello'}},
    {name: 'A variable', params: {var: 'inventory_hostname'}},
  ],
  async run({msg, var: expression, verbosity}, view) {
    if (msg !== undefined && expression !== undefined)
      return {changed: false, failed: true, msg: "'msg' and 'var' exclude each other"};
    if (view.verbosity < verbosity)
      return {changed: false, data: {skipped_reason: `shown from -${'v'.repeat(verbosity)} on`}};
    if (expression === undefined) return {changed: false, data: {msg: msg ?? 'Hello world!'}};
    const name = String(expression);
    let value: unknown;
    try {
      value = view.evaluate(name);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'UndefinedVariableError') throw error;
      value = 'VARIABLE IS NOT DEFINED!';
    }
    return {changed: false, data: {[name]: value === undefined ? 'VARIABLE IS NOT DEFINED!' : value}};
  },
});
