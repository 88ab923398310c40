import {UndefinedVariableError} from '../../src/errors/index.js';
import {defineModule, p, type RunView} from '../../src/module/index.js';

const params = p
  .object({
    msg: p.any('What to show; text or any value.').optional(),
    var: p.expression('A variable or expression whose value is shown.').optional(),
    verbosity: p.int('Show it only with at least so many -v.').default(0),
  })
  .superRefine((given, context) => {
    if (given.msg !== undefined && given.var !== undefined)
      context.addIssue({code: 'custom', message: "'msg' and 'var' exclude each other"});
  });

/** The value of a variable, or Ansible's words for one that is not there. */
function shownValue(expression: string, view: RunView): unknown {
  try {
    return view.evaluate(expression);
  } catch (error) {
    if (error instanceof UndefinedVariableError) return 'VARIABLE IS NOT DEFINED!';
    throw error;
  }
}

export default defineModule({
  kind: 'control',
  name: 'debug',
  aliases: ['ansible.builtin.debug'],
  summary: 'Shows a message or the value of a variable.',
  params,
  returns: {msg: 'What was shown.'},
  examples: [
    {name: 'A message', params: {msg: 'The cluster is ready'}},
    {name: 'A variable', params: {var: 'k3s_roles', verbosity: 1}},
  ],
  async run(given, view) {
    if (given.verbosity > view.verbosity)
      return {changed: false, data: {skipped: true, skipped_reason: 'Verbosity threshold not met.'}};
    if (given.var === undefined) return {changed: false, data: {msg: given.msg ?? 'Hello world!'}};
    const expression = String(given.var);
    return {changed: false, data: {[expression]: shownValue(expression, view)}};
  },
});
