import {p, type z} from '../../src/module/index.js';
import {attributeParams} from '../support/attributes.js';

export const params = p
  .object({
    path: p.path('The path on the host; `~` and `$VAR` are expanded there.', {aliases: ['dest', 'name']}),
    state: p
      .choice(
        ['absent', 'directory', 'file', 'hard', 'link', 'touch'],
        'What is to be there. `file` (default) only sees to attributes; `touch` makes an empty file or updates times; `directory` makes parents too; `absent` removes whole trees.',
      )
      .optional(),
    src: p.path('What a link points to; relative to the folder of `path`.').optional(),
    ...attributeParams,
    recurse: p
      .bool('Give everything below a directory the same attributes. Symbolic links are not followed.')
      .default(false),
    force: p.bool('Make a link even if its target is missing, or in place of a file.').default(false),
    follow: p.bool('See to what a symbolic link points to, not to the link.').default(true),
    access_time: p.string('`preserve`, `now`, or a time in `access_time_format`.').optional(),
    access_time_format: p.string("Format of `access_time`: Python's %Y %m %d %H %M %S.").default('%Y%m%d%H%M.%S'),
    modification_time: p.string('`preserve`, `now`, or a time in `modification_time_format`.').optional(),
    modification_time_format: p
      .string("Format of `modification_time`: Python's %Y %m %d %H %M %S.")
      .default('%Y%m%d%H%M.%S'),
  })
  .superRefine((given, context) => {
    if (given.recurse && given.state !== undefined && given.state !== 'directory')
      context.addIssue({code: 'custom', message: `recurse works with state directory only, not with ${given.state}`});
    if (given.state === 'hard' && given.src === undefined)
      context.addIssue({code: 'custom', message: "a hard link needs 'src'"});
    if (given.mode === 'preserve')
      context.addIssue({code: 'custom', message: "mode 'preserve' is for copy and template"});
    if (given.path.replace(/\/+$/, '') === '' && given.state === 'absent')
      context.addIssue({code: 'custom', message: "path '/' cannot be removed"});
  });

export type FileParams = z.output<typeof params>;
