import {defineModule, p} from '../../src/module/index.js';

/** Ansible's groups have no blanks in their names. */
const groupName = (text: string): string => text.replaceAll(' ', '-');

export default defineModule({
  kind: 'control',
  name: 'group_by',
  aliases: ['ansible.builtin.group_by'],
  summary: 'Puts the host into a group named by a variable, for later plays.',
  params: p.object({
    key: p.string('Name of the group; made if it is new.'),
    parents: p.strings('Groups that it is put below.').default(['all']),
  }),
  returns: {add_group: 'The group.', parent_groups: 'The groups above it.'},
  examples: [{name: 'By distribution', params: {key: "os_{{ ansible_facts['distribution'] }}"}}],
  async run({key, parents}) {
    const group = groupName(key);
    const above = parents.map(groupName);
    return {
      changed: true,
      data: {add_group: group, parent_groups: above},
      effects: [{effect: 'group_by', group, parents: above}],
    };
  },
});
