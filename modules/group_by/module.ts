import {defineModule, p} from '../../src/module/index.js';

export default defineModule({
  kind: 'control',
  name: 'group_by',
  aliases: ['ansible.builtin.group_by'],
  summary: 'Puts the host into a group made for this run, for later plays.',
  params: p.object({
    key: p.string('The group; spaces become dashes.'),
    parents: p.strings('Groups above it.').default(['all']),
  }),
  examples: [{name: 'A group for each distribution', params: {key: 'os_debian'}}],
  async run({key, parents}) {
    const name = (text: string): string => text.replaceAll(' ', '-');
    // Ansible calls this a change of the run; no host is touched.
    return {
      changed: false,
      data: {add_group: name(key), parent_groups: parents.map(name)},
      effects: [{effect: 'group_by', group: name(key), parents: parents.map(name)}],
    };
  },
});
