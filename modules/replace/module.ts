import {defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import {replacer} from '../../src/template/python/regex.js';
import {
  type Edited,
  type EditSeen,
  editParams,
  editReads,
  overlayEdit,
  parseEdit,
  planEdit,
  probeEdit,
  regex,
} from '../support/edit_file.js';

const params = p
  .object({
    ...editParams,
    regexp: p.string('A Python regular expression; `^` and `$` match at every line.'),
    replace: p.string('What every match becomes; `\\1` and `\\g<name>` are groups. Nothing without it.').default(''),
    after: p.string('Only behind the first match of this expression.').optional(),
    before: p.string('Only before the first match of this expression.').optional(),
    encoding: p.choice(['utf-8'], "The file's encoding.").default('utf-8'),
  })
  .superRefine((given, context) => {
    if (given.mode === 'preserve')
      context.addIssue({code: 'custom', message: "mode 'preserve' is for copy and template"});
  });

/** The part of the text between `after` and `before`; undefined where they do not match. */
function sectionOf(text: string, {after, before}: z.output<typeof params>): readonly [number, number] | undefined {
  if (after === undefined && before === undefined) return [0, text.length];
  const lazy = after !== undefined && before !== undefined ? '*?' : '*';
  const compiled = regex('replace', `${after ?? ''}(?P<subsection>.${lazy})${before ?? ''}`, {dotAll: true});
  const match = new RegExp(compiled.source, `${compiled.flags}d`).exec(text);
  return match?.indices?.groups?.subsection;
}

export function replaceIn(text: string, given: z.output<typeof params>): Edited {
  const section = sectionOf(text, given);
  if (section === undefined)
    return {text: undefined, msg: `Pattern for before/after params did not match the given file: ${given.path}`};
  const [from, to] = section;
  const part = text.slice(from, to);
  const expand = replacer(given.replace);
  let count = 0;
  let last = 0;
  let changed = '';
  for (const match of part.matchAll(regex('replace', given.regexp, {multiline: true}, 'g'))) {
    changed += part.slice(last, match.index) + expand(match);
    last = match.index + match[0].length;
    count += 1;
  }
  changed += part.slice(last);
  if (changed === part) return {text: undefined, msg: ''};
  return {text: text.slice(0, from) + changed + text.slice(to), msg: `${count} replacements made`};
}

const replace: StateModule<typeof params, EditSeen> = {
  kind: 'state',
  name: 'replace',
  aliases: ['ansible.builtin.replace'],
  summary: 'Replaces every match of a regular expression in a file.',
  params,
  returns: {msg: 'What was done.', backup_file: 'Where what was there before is kept.', path: 'The file.'},
  examples: [
    {
      name: 'Another address',
      params: {
        path: '/home/ann/.kube/config',
        regexp: 'https://127\\.0\\.0\\.1:6443',
        replace: 'https://10.0.0.1:6443',
      },
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  reads: editReads,
  probe: probeEdit,
  parse: parseEdit,
  overlay: overlayEdit,
  plan: (given, seen) => planEdit(given, seen, {missing: 'fail', edit: (text) => replaceIn(text ?? '', given)}),
};

export default defineModule(replace);
