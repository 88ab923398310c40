import {createHash} from 'node:crypto';
import {type Data, defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {defined} from '../support/attributes.js';
import {octal4} from '../support/mode.js';
import {lookAt, overlayPath, type PathSeen, pathFunctions, pathResources, readPath} from '../support/path_state.js';
import {assignPath} from '../support/path_word.js';
import {decodeHash, readRecords} from '../support/records.js';

const algorithms = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;

const params = p.object({
  path: p.path('The path on the host.', {aliases: ['dest', 'name']}),
  follow: p.bool('Look at what a symbolic link points to.').default(false),
  get_checksum: p.bool('Give the checksum of a file.').default(true),
  checksum_algorithm: p.choice(algorithms, 'Which checksum.', {aliases: ['checksum', 'checksum_algo']}).default('sha1'),
  get_mime: p
    .bool('Ask `file`, where it is installed, what the content is.', {aliases: ['mime', 'mime_type', 'mime-type']})
    .default(true),
  get_attributes: p
    .bool('Ask lsattr, where it is installed, for attributes.', {aliases: ['attr', 'attributes']})
    .default(true),
});

type Params = z.output<typeof params>;

interface Seen {
  readonly path: PathSeen;
  readonly source?: string;
  readonly access: string;
  readonly checksum?: string;
  readonly mime?: string;
  readonly attributes?: string;
}

const probeParts = (given: Params) => sh`
if [ -e "$q_path" ] || [ -L "$q_path" ]; then
  q_r=; q_w=; q_x=; if [ -r "$q_path" ]; then q_r=r; fi; if [ -w "$q_path" ]; then q_w=w; fi; if [ -x "$q_path" ]; then q_x=x; fi
  q_say access "$q_r$q_w$q_x"
  if [ -L "$q_path" ]; then q_say source "$(readlink -f -- "$q_path")"; fi
  if [ -f "$q_path" ] && { [ ! -L "$q_path" ] || ${given.follow ? raw('true') : raw('false')}; }; then
    ${given.get_checksum ? sh`q_hash checksum "$q_path" ${given.checksum_algorithm}` : raw(':')}
    ${given.get_mime ? raw('if command -v file >/dev/null 2>&1; then q_say mime "$(file -b -i -- "$q_path" 2>/dev/null)"; fi') : raw(':')}
  fi
  ${given.get_attributes ? raw('if [ ! -L "$q_path" ] && command -v lsattr >/dev/null 2>&1; then q_say attributes "$(lsattr -vd -- "$q_path" 2>/dev/null)"; fi') : raw(':')}
fi`;

const formats = {
  isdir: 0o040000,
  ischr: 0o020000,
  isblk: 0o060000,
  isreg: 0o100000,
  isfifo: 0o010000,
  islnk: 0o120000,
  issock: 0o140000,
};
const formatOf = {file: 0o100000, directory: 0o040000, link: 0o120000, other: undefined} as const;
const bits = {
  rusr: 0o400,
  wusr: 0o200,
  xusr: 0o100,
  rgrp: 0o40,
  wgrp: 0o20,
  xgrp: 0o10,
  roth: 4,
  woth: 2,
  xoth: 1,
  isuid: 0o4000,
  isgid: 0o2000,
};

const flags = (table: Readonly<Record<string, number>>, test: (bit: number) => boolean): Data =>
  Object.fromEntries(Object.entries(table).map(([name, bit]) => [name, test(bit)]));

const letters: Readonly<Record<string, string>> = {
  A: 'noatime',
  a: 'append',
  c: 'compressed',
  C: 'nocow',
  d: 'nodump',
  D: 'dirsync',
  e: 'extents',
  h: 'blocksize',
  i: 'immutable',
  I: 'indexed',
  j: 'journalled',
  N: 'inline',
  s: 'zero',
  S: 'synchronous',
  t: 'notail',
  T: 'blockroot',
  u: 'undelete',
  X: 'compressedraw',
  Z: 'compresseddirty',
};

function attributeData(text: string | undefined): Data {
  const [version, flagText] = (text ?? '').trim().split(/\s+/);
  if (text === undefined || version === undefined || flagText === undefined) return {};
  const attr_flags = flagText.replaceAll('-', '');
  return {version, attr_flags, attributes: [...attr_flags].map((letter) => letters[letter] ?? letter)};
}

/** Ansible's dictionary; what a prediction leaves open is left out. */
function dictionary(seen: Seen, given: Params): Data {
  const {stat, target} = seen.path;
  if (stat === undefined) return {exists: false};
  const format = stat.format ?? formatOf[stat.type];
  const {mode} = stat;
  const mime = /^([^;]*); charset=(.*)$/.exec(seen.mime ?? '');
  const isFile = stat.type === 'file';
  return defined({
    exists: true,
    path: seen.path.path,
    ...flags(formats, (bit) => format === bit),
    mode: mode === undefined ? undefined : octal4(mode),
    ...(mode === undefined ? {} : flags(bits, (bit) => (mode & bit) !== 0)),
    uid: stat.uid,
    gid: stat.gid,
    pw_name: stat.owner,
    gr_name: stat.group,
    size: stat.size,
    inode: stat.inode,
    dev: stat.device,
    nlink: stat.links,
    atime: stat.accessed,
    mtime: stat.modified,
    ctime: stat.statusChanged,
    blocks: stat.blocks,
    block_size: stat.blockSize,
    readable: seen.access.includes('r'),
    writeable: seen.access.includes('w'),
    executable: seen.access.includes('x'),
    lnk_source: stat.type === 'link' ? seen.source : undefined,
    lnk_target: stat.type === 'link' ? target : undefined,
    checksum: isFile && given.get_checksum ? seen.checksum : undefined,
    ...(given.get_mime ? {mimetype: mime?.[1] ?? 'unknown', charset: mime?.[2] ?? 'unknown'} : {}),
    ...attributeData(seen.attributes),
  });
}

const own = (given: Params): string => given.path.replace(/(?<=.)\/+$/, '');

const stat: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'stat',
  aliases: ['ansible.builtin.stat'],
  summary: 'Tells what a path is: whether it exists, its kind, owner, bits, size and checksum.',
  description: 'In check mode it tells what earlier tasks would have left there.',
  params,
  returns: {stat: "Ansible's dictionary; only `exists: false` where there is nothing."},
  examples: [{name: 'Is it there?', params: {path: '/etc/rancher/k3s/k3s.yaml', get_checksum: false}}],
  reach: 'host',
  probeIs: 'stable',
  reads: (given) => pathResources(own(given)),
  probe: (given) =>
    joinScripts([
      pathFunctions,
      assignPath('q_path', own(given)),
      lookAt('self', {follow: given.follow}),
      probeParts(given),
    ]),
  parse(output) {
    const records = readRecords(output);
    const checksum = decodeHash(records.get('checksum'));
    return {
      path: readPath(records, 'self'),
      access: records.get('access') ?? '',
      ...defined({
        source: records.get('source'),
        checksum,
        mime: records.get('mime'),
        attributes: records.get('attributes'),
      }),
    };
  },
  overlay(seen, predicted, given) {
    const path = overlayPath(seen.path, predicted, own(given));
    if (path === undefined || (path.stat?.type === 'link' && given.follow)) return undefined;
    if (path === seen.path) return seen;
    const {content, sha256} = path;
    const known =
      content !== undefined
        ? createHash(given.checksum_algorithm).update(content).digest('hex')
        : given.checksum_algorithm === 'sha256'
          ? sha256
          : undefined;
    return {path, access: 'rw', ...defined({checksum: known, source: path.target})};
  },
  plan(given, seen) {
    if (seen.path.problem !== undefined)
      return {
        plan: 'fail',
        why: `${seen.path.path} cannot be looked at: ${seen.path.problem}`,
        hint: 'does the task need become?',
      };
    return {plan: 'same', result: {stat: dictionary(seen, given)}};
  },
};

export default defineModule(stat);
