/** For tests: a playbook in which `x` may be set in any of these places, to the place's name. */
export const places = [
  'inventoryAll',
  'inventoryGroup',
  'inventoryHost',
  'playbookAll',
  'playbookHost',
  'play',
  'varsFile',
  'roleDefaults',
  'roleVars',
  'roleParam',
  'roleEntry',
  'depDefaults',
  'depVars',
  'depParam',
  'depEntry',
  'otherDefaults',
  'otherVars',
  'otherParam',
  'outerBlock',
  'innerBlock',
  'task',
  'importTasks',
  'includeTasks',
  'importRole',
  'includeRole',
  'apply',
  'setfact',
  'includeVars',
  'extra',
] as const;

const show = (name: string): string => `- name: ${name}\n  debug: {msg: "{{ x | default('undefined') }}"}\n`;
const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by));

export function files(on: ReadonlySet<string>): Readonly<Record<string, string>> {
  const vars = (place: string): string => (on.has(place) ? `x: ${place}` : 'unused: 1');
  const inner = (name: string): string => `- block:\n${indent(show(name), 4)}  vars: {${vars('innerBlock')}}\n`;
  const role = (name: string, defaults: string, roleVars: string): Record<string, string> => ({
    [`roles/${name}/defaults/main.yml`]: vars(defaults),
    [`roles/${name}/vars/main.yml`]: vars(roleVars),
    [`roles/${name}/tasks/main.yml`]: `${show('main')}- import_tasks: more.yml\n${inner('block')}`,
    [`roles/${name}/tasks/more.yml`]: show('more'),
  });
  return {
    'inv/hosts': '[g]\nh1 ansible_connection=local\n',
    'inv/group_vars/all.yml': vars('inventoryAll'),
    'inv/group_vars/g.yml': vars('inventoryGroup'),
    'inv/host_vars/h1.yml': vars('inventoryHost'),
    'group_vars/all.yml': vars('playbookAll'),
    'host_vars/h1.yml': vars('playbookHost'),
    'vf.yml': vars('varsFile'),
    'iv.yml': vars('includeVars'),
    ...role('main', 'roleDefaults', 'roleVars'),
    ...role('dep', 'depDefaults', 'depVars'),
    ...role('other', 'otherDefaults', 'otherVars'),
    ...role('imported', 'roleDefaults', 'roleVars'),
    ...role('included', 'roleDefaults', 'roleVars'),
    'roles/main/meta/main.yml': `dependencies:\n- role: dep\n  ${vars('depParam')}\n  vars: {${vars('depEntry')}}\n`,
    'tasks/a.yml': `${show('in imported file')}${inner('block in imported file')}`,
    'tasks/b.yml': `${show('in included file')}${inner('block in included file')}- import_tasks: c.yml\n`,
    'tasks/c.yml': show('imported by included file'),
    'p.yml': `- hosts: h1
  gather_facts: false
  vars: {${vars('play')}}
  vars_files: [vf.yml]
  pre_tasks:
${indent(show('before'), 4)}
  roles:
    - role: main
      ${vars('roleParam')}
      vars: {${vars('roleEntry')}}
    - {role: other, ${vars('otherParam')}}
  tasks:
${indent(show('plain'), 4)}
    - name: with vars
      debug: {msg: "{{ x | default('undefined') }}"}
      vars: {${vars('task')}}
    - block:
${indent(inner('in blocks'), 8)}
        - import_tasks: tasks/a.yml
          vars: {${vars('importTasks')}}
        - include_tasks: tasks/b.yml
          vars: {${vars('includeTasks')}}
        - include_tasks: {file: tasks/b.yml, apply: {vars: {${vars('apply')}}}}
        - import_role: {name: imported}
          vars: {${vars('importRole')}}
        - include_role: {name: included}
          vars: {${vars('includeRole')}}
      vars: {${vars('outerBlock')}}
    ${on.has('setfact') ? '- set_fact: {x: setfact}' : ''}
    ${on.has('includeVars') ? '- include_vars: iv.yml' : ''}
${indent(show('after learning'), 4)}
    - name: with vars after learning
      debug: {msg: "{{ x | default('undefined') }}"}
      vars: {${vars('task')}}
    - include_tasks: tasks/b.yml
      vars: {${vars('includeTasks')}}
`,
  };
}
