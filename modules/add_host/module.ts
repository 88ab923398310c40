import {defineModule, p, z} from '../../src/module/index.js';

const known = {
  name: p.string('Its name.', {aliases: ['hostname', 'host']}),
  groups: p.strings('Groups it joins.', {aliases: ['group', 'groupname']}).default([]),
};

export default defineModule({
  kind: 'control',
  name: 'add_host',
  aliases: ['ansible.builtin.add_host'],
  summary: 'Adds a host to the inventory of this run, with any variables.',
  once: true,
  params: z.looseObject(known),
  examples: [{name: 'A host that was just made', params: {name: '192.0.2.9', groups: ['new'], ansible_user: 'admin'}}],
  async run({name, groups, ...values}) {
    return {
      changed: true,
      data: {add_host: {host_name: name, groups, host_vars: values}},
      effects: [{effect: 'add_host', name, groups, values}],
    };
  },
});
