import {defineModule, p} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {assignPath} from '../support/path_word.js';

export default defineModule({
  kind: 'action',
  name: 'tempfile',
  aliases: ['ansible.builtin.tempfile'],
  summary: 'Makes a file or folder of its own on the host, and tells its name.',
  params: p.object({
    state: p.choice(['file', 'directory'], 'What to make.').default('file'),
    path: p.path('Where; the usual folder without it.').optional(),
    prefix: p.string('How its name begins.').default('ansible.'),
    suffix: p.string('How its name ends.').default(''),
  }),
  returns: {path: 'Its name.', state: 'What it is.', mode: 'Its bits.'},
  examples: [{name: 'A folder', params: {state: 'directory', suffix: 'build'}}],
  reach: 'host',
  check: 'skip',
  steps: ({state, path, prefix, suffix}) => [
    {
      step: 'script',
      title: `make a ${state === 'file' ? 'file' : 'folder'}`,
      script: joinScripts([
        path === undefined ? raw('q_folder=${TMPDIR:-/tmp}') : assignPath('q_folder', path),
        // Not every mktemp takes letters behind its X's.
        sh`q_made=$(mktemp ${state === 'directory' ? ['-d'] : []} "$q_folder/"${prefix}XXXXXXXX) || exit 1
q_name=$q_made${suffix}
if [ "$q_name" != "$q_made" ]; then
  if [ -e "$q_name" ] || [ -L "$q_name" ]; then rm -rf -- "$q_made"; echo 'the name is taken' >&2; exit 1; fi
  mv -- "$q_made" "$q_name" || exit 1
fi
printf '%s' "$q_name"`,
      ]),
    },
  ],
  result: ({state}, [output]) => ({
    changed: true,
    data: {path: output?.stdout ?? '', state, mode: state === 'file' ? '0600' : '0700'},
  }),
});
