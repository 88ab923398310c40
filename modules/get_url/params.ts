import {p, type z} from '../../src/module/index.js';
import {attributeParams} from '../support/attributes.js';
import {webParams} from '../support/download.js';
import {type Checksum, readChecksum} from './checksum.js';

export const params = p
  .object({
    url: p.string('What to download: http, https or ftp.'),
    dest: p.path('Where it goes on the host; in a folder it keeps the name it has in the URL.'),
    checksum: p
      .string(
        '`sha256:HEX`, or `sha256:URL` of a list; also md5, sha1, sha224, sha384, sha512. A file that has it is not downloaded.',
      )
      .default(''),
    force: p.bool('Download even if something is there, and replace it if it differs.').default(false),
    timeout: p.int('Seconds without a byte after which it gives up.').default(10),
    backup: p.bool('Keep what was there beside it, with the time in its name.').default(false),
    tmp_dest: p.path('Accepted for Ansible; it is downloaded beside `dest`.').optional(),
    ...attributeParams,
    ...webParams,
  })
  .superRefine((given, context) => {
    const problem = given.checksum === '' ? undefined : readChecksum(given.checksum);
    if (typeof problem === 'string') context.addIssue({code: 'custom', message: problem, path: ['checksum']});
    if (!/^(https?|ftp|file):\/\//i.test(given.url))
      context.addIssue({code: 'custom', message: `url '${given.url}' does not begin with http://, https:// or ftp://`});
    if (given.mode === 'preserve')
      context.addIssue({code: 'custom', message: "mode 'preserve' is for copy and template"});
  });

export type Params = z.output<typeof params>;

export function checksumOf(given: Params): Checksum | undefined {
  const checksum = given.checksum === '' ? undefined : readChecksum(given.checksum);
  return typeof checksum === 'string' ? undefined : checksum;
}

export const wishOf = (given: Params) => ({...given, follow: false});
