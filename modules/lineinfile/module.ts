import {defineModule, p, type StateModule} from '../../src/module/index.js';
import {
  type EditSeen,
  editParams,
  editReads,
  overlayEdit,
  parseEdit,
  planEdit,
  probeEdit,
} from '../support/edit_file.js';
import {ensureLine, removeLines} from './edit.js';

const params = p
  .object({
    ...editParams,
    state: p.choice(['present', 'absent'], 'Whether the line is to be there.').default('present'),
    line: p.string('The line, without its newline.', {aliases: ['value']}).optional(),
    regexp: p
      .string('A Python regular expression; the last line that matches is replaced, or all that match are removed.', {
        aliases: ['regex'],
      })
      .optional(),
    search_string: p.string('Text to look for instead of `regexp`.').optional(),
    insertafter: p
      .string('A regular expression of the line behind which a new line goes, or EOF (default).')
      .optional(),
    insertbefore: p.string('A regular expression of the line before which a new line goes, or BOF.').optional(),
    backrefs: p
      .bool('Groups of `regexp` are put into `line` (`\\1`); nothing is done where it does not match.')
      .default(false),
    firstmatch: p.bool('The first line that matches counts, not the last.').default(false),
    create: p.bool('Make the file if it does not exist.').default(false),
  })
  .superRefine((given, context) => {
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (given.state === 'present' && given.line === undefined) refuse("state present needs 'line'");
    if (
      given.state === 'absent' &&
      given.line === undefined &&
      given.regexp === undefined &&
      given.search_string === undefined
    )
      refuse("state absent needs 'regexp', 'search_string' or 'line'");
    if (given.backrefs && given.regexp === undefined) refuse("'backrefs' needs 'regexp'");
    if (given.regexp !== undefined && given.search_string !== undefined)
      refuse("'regexp' and 'search_string' exclude each other");
    if (given.insertafter !== undefined && given.insertbefore !== undefined)
      refuse("'insertafter' and 'insertbefore' exclude each other");
    if (given.mode === 'preserve') refuse("mode 'preserve' is for copy and template");
  });

const lineinfile: StateModule<typeof params, EditSeen> = {
  kind: 'state',
  name: 'lineinfile',
  aliases: ['ansible.builtin.lineinfile'],
  summary: 'Sees to it that a line is in a file, or is not.',
  description:
    'The regular expressions are Python’s. The file is read from the host, changed on the controller and put into place in one go.',
  params,
  returns: {
    msg: 'What was done.',
    found: 'How many lines were removed.',
    backup: 'Where what was there before is kept.',
    path: 'The file.',
  },
  examples: [
    {
      name: 'A setting',
      params: {
        path: '/etc/ssh/sshd_config',
        regexp: '^#?PermitRootLogin',
        line: 'PermitRootLogin no',
        validate: 'sshd -t -f %s',
      },
    },
    {name: 'Out of fstab', params: {path: '/etc/fstab', regexp: '\\sswap\\s', state: 'absent'}},
  ],
  reach: 'host',
  probeIs: 'stable',
  reads: editReads,
  probe: probeEdit,
  parse: parseEdit,
  overlay: overlayEdit,
  plan: (given, seen) =>
    given.state === 'absent'
      ? planEdit(given, seen, {missing: 'leave', edit: (text) => removeLines(text ?? '', given)})
      : planEdit(given, seen, {
          missing: given.create ? 'create' : 'fail',
          edit: (text) => ensureLine(text ?? '', given),
        }),
};

export default defineModule(lineinfile);
