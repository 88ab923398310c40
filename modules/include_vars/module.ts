import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {ParamsError} from '../../src/errors/index.js';
import {type ControlEffect, defineModule, p, type z} from '../../src/module/index.js';
import {pythonRegex} from '../../src/template/python/regex.js';

const params = p
  .object({
    file: p.path('A file of variables, beside the role or playbook.', {aliases: ['_raw_params']}).optional(),
    dir: p.path('A folder whose files are all read, in the order of their names.').optional(),
    name: p.string('A variable that gets what was read, in place of variables of their own.').optional(),
    depth: p.int('How many levels of folders below `dir` are read; 0 for all.').default(0),
    files_matching: p.string('A regular expression that names of files in `dir` must match.').optional(),
    ignore_files: p.strings('Regular expressions of names in `dir` that are left out.').default([]),
    extensions: p.strings('Endings of names in `dir` that are read.').default(['yaml', 'yml', 'json']),
    ignore_unknown_extensions: p
      .bool('Leave out files in `dir` with other endings; refuse them otherwise.')
      .default(false),
  })
  .superRefine((given, context) => {
    if ((given.file === undefined) === (given.dir === undefined))
      context.addIssue({code: 'custom', message: "it needs 'file' or 'dir', and not both"});
  });

type Params = z.output<typeof params>;

function filesOf(folder: string, given: Params, level: number): string[] {
  const files: string[] = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      if (given.depth === 0 || level < given.depth) files.push(...filesOf(path, given, level + 1));
      continue;
    }
    const ignored = given.ignore_files.some((pattern) => pythonRegex(pattern).test(name));
    const matches = given.files_matching === undefined || pythonRegex(given.files_matching).test(name);
    if (ignored || !matches) continue;
    if (given.extensions.some((ending) => name.endsWith(`.${ending}`))) files.push(path);
    else if (!given.ignore_unknown_extensions)
      throw new ParamsError({
        what: `include_vars: ${path} ends in none of ${given.extensions.join(', ')}`,
        hint: 'ignore_unknown_extensions: true leaves such files out',
      });
  }
  return files;
}

export default defineModule({
  kind: 'control',
  name: 'include_vars',
  aliases: ['ansible.builtin.include_vars'],
  summary: 'Reads variables from files while the play runs.',
  params,
  freeForm: 'file',
  returns: {ansible_included_var_files: 'The files that were read.'},
  examples: [
    {name: 'By distribution', params: {file: "{{ ansible_facts['os_family'] | lower }}.yml"}},
    {name: 'A folder', params: {dir: 'vars/common', name: 'common'}},
  ],
  async run(given, view) {
    const files =
      given.dir === undefined
        ? [view.findFile('vars', given.file ?? '')]
        : filesOf(view.findFile('vars', given.dir), given, 1);
    const effects = files.map((file): ControlEffect => {
      const {name} = given;
      return {effect: 'include_vars', file, ...(name === undefined ? {} : {into: name})};
    });
    return {changed: false, data: {ansible_included_var_files: files}, effects};
  },
});
