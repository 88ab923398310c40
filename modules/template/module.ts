import {stat} from 'node:fs/promises';
import {hostname} from 'node:os';
import {type Data, defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import type {UploadContent} from '../../src/transport/types.js';
import {attributeParams} from '../support/attributes.js';
import {pythonJson} from '../support/content.js';
import {octal4} from '../support/mode.js';
import {pathResources} from '../support/path_state.js';
import {baseName} from '../support/path_word.js';
import {overlayPlace, type PlaceSeen, parsePlace, placeReads, planPlace, probePlace} from '../support/place_file.js';

const params = p.object({
  src: p.path('The template on the controller: beside the role or playbook, in `templates/`.'),
  dest: p.path('Where the result goes on the host; with a slash at its end, or if it is a folder, into that folder.'),
  ...attributeParams,
  mode: p
    .mode(
      "Permission bits: octal in quotes (`'0644'`), symbolic (`u=rw,g=r`), or `preserve` for those of the template.",
    )
    .optional(),
  backup: p.bool('Keep what was there beside it, with the time in its name.').default(false),
  force: p.bool('Replace what is there. Otherwise it is written only where nothing is.').default(true),
  follow: p.bool('Write to what a symbolic link at `dest` points to, not in place of the link.').default(false),
  validate: p
    .string('A command that must succeed before the file is moved into place; `%s` is the new file.')
    .optional(),
  newline_sequence: p.choice(['\n', '\r', '\r\n'], 'How lines end.').default('\n'),
  trim_blocks: p.bool('Drop the newline after a block.').default(true),
  lstrip_blocks: p.bool('Drop the blanks before a block.').default(false),
  block_start_string: p.string('What begins a block.').default('{%'),
  block_end_string: p.string('What ends a block.').default('%}'),
  variable_start_string: p.string('What begins an expression.').default('{{'),
  variable_end_string: p.string('What ends an expression.').default('}}'),
  comment_start_string: p.string('What begins a comment.').optional(),
  comment_end_string: p.string('What ends a comment.').optional(),
  output_encoding: p.choice(['utf-8'], 'The encoding of the result.').default('utf-8'),
});

type Params = z.output<typeof params>;

interface Prepared {
  readonly content: UploadContent;
  readonly base: string;
  readonly src: string;
  readonly mode: string | undefined;
}

const syntax = {
  trim_blocks: true,
  lstrip_blocks: false,
  block_start_string: '{%',
  block_end_string: '%}',
  variable_start_string: '{{',
  variable_end_string: '}}',
  comment_start_string: undefined,
  comment_end_string: undefined,
} as const;

/** Another syntax, as the first line that templates may have for it; a line of the template's own wins. */
function header(given: Params, text: string): string {
  if (text.startsWith('#jinja2:')) return '';
  const other = (Object.keys(syntax) as (keyof typeof syntax)[]).filter((name) => given[name] !== syntax[name]);
  const literal = (value: unknown): string =>
    typeof value === 'boolean' ? (value ? 'True' : 'False') : pythonJson(value);
  return other.length === 0 ? '' : `#jinja2: ${other.map((name) => `${name}:${literal(given[name])}`).join(', ')}\n`;
}

/** Ansible's names of the template itself, for use in it. */
const aboutTemplate = (path: string, name: string, dest: string, run: Date): Data => ({
  ansible_managed: 'Ansible managed',
  template_host: hostname(),
  template_path: path,
  template_fullpath: path,
  template_destpath: dest,
  template_run_date: run.toISOString(),
  template_name: name,
});

const placed = (given: Params, prepared: Prepared) => ({...given, mode: prepared.mode});

const template: StateModule<typeof params, PlaceSeen, Prepared> = {
  kind: 'state',
  name: 'template',
  aliases: ['ansible.builtin.template'],
  summary: 'Renders a template with the variables of the task and writes the result to the host.',
  params,
  returns: {
    dest: 'Where it is.',
    src: 'The template.',
    checksum: 'SHA-1 of the result.',
    sha256: 'SHA-256 of the result.',
    mode: "Permission bits, as '0644'.",
    owner: 'Owner.',
    group: 'Group.',
    uid: "Owner's number.",
    gid: "Group's number.",
    size: 'Size in bytes.',
    state: 'Always file.',
    backup_file: 'Where what was there before is kept.',
  },
  examples: [
    {
      name: 'A configuration',
      params: {src: 'haproxy.cfg.j2', dest: '/etc/haproxy/haproxy.cfg', mode: '0644', validate: 'haproxy -c -f %s'},
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  async prepare(given, controller) {
    const path = controller.findFile('templates', given.src);
    const text = (await controller.readFile(path)).toString();
    const extra = aboutTemplate(path, given.src, given.dest, controller.now());
    const rendered = controller.renderTemplate(header(given, text) + text, path, extra);
    const lines = given.newline_sequence === '\n' ? rendered : rendered.replaceAll('\n', given.newline_sequence);
    const mode = given.mode === 'preserve' ? octal4((await stat(path)).mode & 0o7777) : given.mode;
    return {content: controller.contentOfBytes(lines), base: baseName(given.src).replace(/\.j2$/, ''), src: path, mode};
  },
  reads: (given) => pathResources(...placeReads(given, baseName(given.src).replace(/\.j2$/, '')).map(({path}) => path)),
  probe: (given, prepared, host) => probePlace(given, prepared.base, host),
  parse: parsePlace,
  overlay: (seen, predicted, given, prepared) => overlayPlace(seen, predicted, given, prepared.base),
  plan(given, seen, prepared, host) {
    const plan = planPlace(placed(given, prepared), seen, prepared, host);
    return plan.plan === 'same' || plan.plan === 'change'
      ? {...plan, result: {...plan.result, src: prepared.src}}
      : plan;
  },
};

export default defineModule(template);
