import {p, type z} from '../../src/module/index.js';
import {attributeParams} from '../support/attributes.js';

export const params = p
  .object({
    src: p
      .path(
        'A file or folder on the controller (beside the role or playbook), or on the host with `remote_src`. A folder with a slash at its end gives its content only.',
      )
      .optional(),
    content: p.any('The content itself; mappings and lists are written as JSON.').optional(),
    dest: p.path('Where it goes on the host; with a slash at its end, or if it is a folder, into that folder.'),
    remote_src: p.bool('`src` is on the host.').default(false),
    ...attributeParams,
    mode: p
      .mode(
        "Permission bits: octal in quotes (`'0644'`), symbolic (`u=rw,g=r`), or `preserve` for those of the source.",
      )
      .optional(),
    directory_mode: p.mode('Permission bits of folders that are made.').optional(),
    backup: p.bool('Keep what was there beside it, with the time in its name.').default(false),
    force: p
      .bool('Replace what is there. Otherwise it is written only where nothing is.', {aliases: ['thirsty']})
      .default(true),
    follow: p.bool('Write to what a symbolic link at `dest` points to, not in place of the link.').default(false),
    local_follow: p.bool('Follow symbolic links in a source folder.').default(true),
    validate: p
      .string('A command that must succeed before the file is moved into place; `%s` is the new file.')
      .optional(),
    checksum: p.string('The SHA-1 that the source must have; refused otherwise.').optional(),
    decrypt: p.bool('Accepted for Ansible; vaulted sources are opened always.').default(true),
  })
  .superRefine((given, context) => {
    const hasContent = given.content !== undefined && given.content !== null;
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (hasContent && given.src !== undefined) refuse("'src' and 'content' exclude each other");
    if (!hasContent && given.src === undefined) refuse("it needs 'src' or 'content'");
    if (hasContent && given.remote_src) refuse("'content' cannot come from the host (remote_src)");
    if (hasContent && given.mode === 'preserve') refuse("mode 'preserve' needs 'src': content has no bits of its own");
    if (given.directory_mode === 'preserve') refuse("directory_mode cannot be 'preserve'");
  });

export type CopyParams = z.output<typeof params>;
