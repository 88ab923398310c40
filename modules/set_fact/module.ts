import {ParamsError} from '../../src/errors/index.js';
import {defineModule, p, z} from '../../src/module/index.js';

export default defineModule({
  kind: 'control',
  name: 'set_fact',
  aliases: ['ansible.builtin.set_fact'],
  summary: 'Sets variables of the host for the rest of the run.',
  params: z.looseObject({cacheable: p.bool('Facts of the host too, at their precedence.').default(false)}),
  examples: [{name: 'Two variables', params: {greeting: 'hello', count: 3}}],
  async run({cacheable, ...variables}) {
    const wrong = Object.keys(variables).find((name) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
    if (wrong !== undefined)
      throw new ParamsError({
        what: `'${wrong}' is no name of a variable`,
        hint: 'letters, digits and underscores, not beginning with a digit',
      });
    if (Object.keys(variables).length === 0)
      throw new ParamsError({what: 'set_fact sets nothing', hint: 'give it at least one `name: value`'});
    return {changed: false, variables, cacheable, data: {ansible_facts: variables}};
  },
});
