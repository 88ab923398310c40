import {
  contentOfBytes,
  type Diff,
  defineModule,
  type Plan,
  p,
  type StateModule,
  type Step,
  type z,
} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {accountName, entryFunction, probeUserEntry, readUserEntry, type UserEntry} from '../support/accounts.js';
import {contentDiff} from '../support/content_diff.js';
import {
  lookAt,
  overlayPath,
  type PathSeen,
  pathFunctions,
  pathResources,
  readPath,
  typeName,
} from '../support/path_state.js';
import {assignPath, parentPath} from '../support/path_word.js';
import {readRecords} from '../support/records.js';
import {allOf} from '../support/write_file.js';
import {editKeys, readKeys} from './keys.js';

const params = p
  .object({
    user: p.string('Whose file it is.'),
    key: p.string('The public key, or several, a line each.'),
    state: p.choice(['present', 'absent'], 'Whether it may log in.').default('present'),
    exclusive: p.bool('Remove all other keys.').default(false),
    key_options: p.string('Options before the key.').optional(),
    comment: p.string('The comment behind the key, in place of its own.').optional(),
    path: p.path("The file; the user's `.ssh/authorized_keys` without it.").optional(),
    manage_dir: p.bool('See to the folder: made, 0700, and of that user.').default(true),
    follow: p.bool('Accepted for Ansible; the file itself is written.').default(false),
    validate_certs: p.bool('Accepted for Ansible; a key is given, not downloaded.').default(true),
  })
  .superRefine(({user, key}, context) => {
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (!accountName.test(user)) refuse(`user '${user}' is no name of a user`);
    if (/^\s*https?:\/\//.test(key)) refuse('a key cannot be an address here: give the key itself, as lookup url does');
    else if (readKeys(key).every((line) => line.key === undefined)) refuse('there is no public key in it');
  });

type Params = z.output<typeof params>;

interface Seen {
  readonly entry: UserEntry | undefined;
  readonly file: PathSeen;
  readonly folder: PathSeen;
}

const probe = ({user, path}: Params) =>
  joinScripts([
    pathFunctions,
    entryFunction,
    probeUserEntry(user),
    raw(`q_home=$(q_entry passwd "$q_user"); q_home=\${q_home%:*}; q_home=\${q_home##*:}`),
    path === undefined ? raw('q_path=$q_home/.ssh/authorized_keys') : assignPath('q_path', path),
    lookAt('file', {contentUpTo: 1_000_000}),
    raw('q_path=${q_path%/*}'),
    lookAt('folder', {follow: true}),
  ]);

function plan(given: Params, {entry, file, folder}: Seen): Plan {
  const {user, state} = given;
  if (entry === undefined)
    return {plan: 'fail', why: `there is no user '${user}' on this host`, hint: 'make it first with the module user'};
  const problem = file.problem ?? folder.problem;
  if (problem !== undefined)
    return {plan: 'fail', why: `${file.path} cannot be looked at: ${problem}`, hint: 'does the task need become?'};
  if (file.stat !== undefined && file.stat.type !== 'file')
    return {plan: 'fail', why: `${file.path} is ${typeName[file.stat.type]}, not a file`};
  const before = file.content?.toString() ?? '';
  const after = editKeys(before, given);
  const result = {user, state, keyfile: file.path, exclusive: given.exclusive};
  if (after === before) return {plan: 'same', result};
  if (folder.stat === undefined && !given.manage_dir)
    return {plan: 'fail', why: `the folder ${folder.path} does not exist`, hint: 'manage_dir: true makes it'};
  const who = {owner: String(entry.uid), group: String(entry.gid)};
  const steps: Step[] = [];
  const diff: Diff[] = [];
  if (folder.stat === undefined) {
    diff.push({
      kind: 'values',
      path: folder.path,
      before: {state: 'absent'},
      after: {state: 'directory', mode: '0700', owner: user},
    });
    const make = allOf([
      sh`mkdir -m 0700 -- ${folder.path}`,
      sh`chown -- ${`${who.owner}:${who.group}`} ${folder.path}`,
    ]);
    steps.push({step: 'script', title: `make the folder ${folder.path}`, script: make});
  }
  diff.push(contentDiff(file.path, file.stat === undefined ? undefined : Buffer.from(before), Buffer.from(after)));
  steps.push({
    step: 'upload',
    title: `write ${file.path}`,
    content: contentOfBytes(after),
    to: file.path,
    mode: '0600',
    ...who,
  });
  const state600 = {type: 'file', mode: '600', content: Buffer.from(after)};
  return {
    plan: 'change',
    diff,
    steps,
    touches: pathResources(file.path, ...(folder.stat === undefined ? [folder.path] : [])),
    after: [
      ...(folder.stat === undefined
        ? [{resource: {kind: 'path', path: folder.path} as const, state: {type: 'directory', mode: '700', owner: user}}]
        : []),
      {resource: {kind: 'path', path: file.path}, state: state600},
    ],
    result,
  };
}

const authorizedKey: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'authorized_key',
  aliases: ['ansible.posix.authorized_key', 'ansible.builtin.authorized_key'],
  summary: 'Says with which SSH keys a user may log in.',
  params,
  returns: {
    user: 'Whose file it is.',
    keyfile: 'The file.',
    state: 'Whether the key is there.',
    exclusive: 'Whether others were removed.',
  },
  examples: [{name: 'A key', params: {user: 'ops', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ ops@desk'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({user, path}) => [
    {kind: 'user', name: user},
    // Without a path it lies in a home that only the host knows: anything predicted below the usual ones counts.
    ...pathResources(path ?? (user === 'root' ? '/root/.ssh/authorized_keys' : `/home/${user}/.ssh/authorized_keys`)),
  ],
  probe: (given) => joinScripts([sh`q_user=${given.user}`, probe(given)]),
  parse(output) {
    const records = readRecords(output);
    return {entry: readUserEntry(records), file: readPath(records, 'file'), folder: readPath(records, 'folder')};
  },
  overlay(seen, predicted, {user, path}) {
    const made = predicted.get({kind: 'user', name: user});
    const entry =
      made === undefined
        ? seen.entry
        : made.state === 'absent'
          ? undefined
          : ((made.state as {entry?: UserEntry} | undefined)?.entry ?? seen.entry);
    const place =
      seen.entry === undefined && entry !== undefined && path === undefined
        ? `${entry.home}/.ssh/authorized_keys`
        : seen.file.path;
    const file = overlayPath(place === seen.file.path ? seen.file : {path: place}, predicted, path);
    const folder = overlayPath(place === seen.file.path ? seen.folder : {path: parentPath(place)}, predicted);
    if (
      file === undefined ||
      folder === undefined ||
      (file.stat?.type === 'file' && file.content === undefined && file !== seen.file)
    )
      return undefined;
    return {entry, file, folder};
  },
  plan,
};

export default defineModule(authorizedKey);
