import {defineModule, p, z} from '../../src/module/index.js';

const params = z.looseObject({
  name: p.string('Name of the host; `name:port` sets ansible_port.', {aliases: ['host', 'hostname']}),
  groups: p.strings('Groups that it is put into.', {aliases: ['group', 'groupname']}).default([]),
});

export default defineModule({
  kind: 'control',
  once: true,
  name: 'add_host',
  aliases: ['ansible.builtin.add_host'],
  summary: 'Adds a host to the inventory of this run, for later plays.',
  description: 'Parameters besides `name` and `groups` become variables of the host.',
  params,
  returns: {add_host: 'The host, its groups and variables.'},
  examples: [{name: 'A new machine', params: {name: '10.0.0.7', groups: ['agent'], ansible_user: 'admin'}}],
  async run({name, groups, ...values}) {
    const [, host = name, port] = /^([^:]+):(\d+)$/.exec(name) ?? [];
    const variables = port === undefined ? values : {ansible_port: Number(port), ...values};
    return {
      changed: true,
      data: {add_host: {host_name: host, groups, host_vars: variables}},
      effects: [{effect: 'add_host', name: host, groups, values: variables}],
    };
  },
});
