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
import {editBlock} from './edit.js';

const params = p
  .object({
    ...editParams,
    state: p.choice(['present', 'absent'], 'Whether the block is to be there.').default('present'),
    block: p.string('The lines between the markers; none removes the block.', {aliases: ['content']}).default(''),
    marker: p
      .string('The line before and behind the block; `{mark}` becomes `marker_begin` and `marker_end`.')
      .default('# {mark} ANSIBLE MANAGED BLOCK'),
    marker_begin: p.string('`{mark}` before the block.').default('BEGIN'),
    marker_end: p.string('`{mark}` behind the block.').default('END'),
    insertafter: p
      .string('A regular expression of the line behind which a new block goes, or EOF (default).')
      .optional(),
    insertbefore: p.string('A regular expression of the line before which a new block goes, or BOF.').optional(),
    create: p.bool('Make the file if it does not exist.').default(false),
    append_newline: p.bool('An empty line behind the block.').default(false),
    prepend_newline: p.bool('An empty line before the block.').default(false),
  })
  .superRefine((given, context) => {
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (given.insertafter !== undefined && given.insertbefore !== undefined)
      refuse("'insertafter' and 'insertbefore' exclude each other");
    if (!given.marker.includes('{mark}'))
      refuse(`marker '${given.marker}' has no {mark}, so that its two lines would be alike`);
    if (given.mode === 'preserve') refuse("mode 'preserve' is for copy and template");
  });

const blockinfile: StateModule<typeof params, EditSeen> = {
  kind: 'state',
  name: 'blockinfile',
  aliases: ['ansible.builtin.blockinfile'],
  summary: 'Sees to a block of lines between two marker lines in a file.',
  params,
  returns: {msg: 'What was done.', backup_file: 'Where what was there before is kept.', path: 'The file.'},
  examples: [
    {
      name: 'Names of hosts',
      params: {path: '/etc/hosts', block: '10.0.0.1 server1\n10.0.0.2 server2', marker: '# {mark} cluster'},
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  reads: editReads,
  probe: probeEdit,
  parse: parseEdit,
  overlay: overlayEdit,
  plan: (given, seen) =>
    planEdit(given, seen, {
      missing: given.state === 'absent' ? 'leave' : given.create ? 'create' : 'fail',
      edit: (text) => editBlock(text, given),
    }),
};

export default defineModule(blockinfile);
