import {ParamsError} from '../../src/errors/index.js';
import {defineModule, p, z} from '../../src/module/index.js';

const params = z.looseObject({
  cacheable: p.bool('Also keep them as facts, for later runs where facts are kept.').default(false),
});

const name = /^[A-Za-z_][A-Za-z0-9_]*$/;

export default defineModule({
  kind: 'control',
  name: 'set_fact',
  aliases: ['ansible.builtin.set_fact'],
  summary: 'Sets variables of the host for the rest of the run.',
  description: 'Every parameter is the name of a variable. Values keep their type, as in Ansible 2.19.',
  params,
  returns: {ansible_facts: 'The variables that were set.'},
  examples: [{name: 'Two variables', params: {k3s_is_first: true, k3s_peers: ['server2', 'server3']}}],
  async run({cacheable, ...values}) {
    if (Object.keys(values).length === 0)
      throw new ParamsError({
        what: 'set_fact: there is no variable to set',
        hint: 'write `name: value` lines below it',
      });
    const wrong = Object.keys(values).find((key) => !name.test(key));
    if (wrong !== undefined)
      throw new ParamsError({
        what: `set_fact: '${wrong}' is no name of a variable`,
        hint: 'a name has letters, digits and underscores, and does not begin with a digit',
      });
    return {changed: false, variables: values, cacheable};
  },
});
