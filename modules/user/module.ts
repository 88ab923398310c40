import {defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import {accountName} from '../support/accounts.js';
import {planUser} from './plan.js';
import {overlay, parse, probe, type UserSeen} from './seen.js';

const params = p
  .object({
    name: p.string('The user.', {aliases: ['user']}),
    state: p.choice(['present', 'absent'], 'Whether it exists.').default('present'),
    uid: p.int('Its number.').optional(),
    non_unique: p.bool('Another user may have the same number.').default(false),
    group: p.string('Its primary group.').optional(),
    groups: p.strings('Its other groups; an empty list takes it out of all.').optional(),
    append: p.bool('Leave it in groups that `groups` does not name.').default(false),
    comment: p.string('Who it is.').optional(),
    home: p.path('Its home.').optional(),
    create_home: p.bool('Make its home when it is made.', {aliases: ['createhome']}).default(true),
    move_home: p.bool('Move its home when `home` changes.').default(false),
    skeleton: p.path('The folder its home is copied from.').optional(),
    shell: p.path('Its login shell.').optional(),
    system: p.bool('Take a number for the system when it is made.').default(false),
    password: p.secret('The hash of its password, as `password_hash` makes it.').optional(),
    update_password: p.choice(['always', 'on_create'], 'When the password is set.').default('always'),
    password_lock: p.bool('Whether its password is locked.').optional(),
    remove: p.bool('Remove its home and mail with it.').default(false),
    force: p.bool('Remove it even if it is logged in.').default(false),
  })
  .superRefine((given, context) => {
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (!accountName.test(given.name)) refuse(`name '${given.name}' is no name of a user`);
    if (/[:\n]/.test(`${given.comment ?? ''}${given.home ?? ''}${given.shell ?? ''}`))
      refuse('comment, home and shell may hold neither colons nor newlines');
    if (/[:\n]/.test(given.password?.reveal() ?? ''))
      refuse('the hash of a password holds neither colons nor newlines');
    if (given.non_unique && given.uid === undefined) refuse("'non_unique' needs 'uid'");
  });

export type UserParams = z.output<typeof params>;

const user: StateModule<typeof params, UserSeen> = {
  kind: 'state',
  name: 'user',
  aliases: ['ansible.builtin.user'],
  summary: 'Makes, changes and removes users.',
  description: 'Keys are not made: see `authorized_key` for logging in.',
  params,
  returns: {
    name: 'The user.',
    uid: 'Its number, if it existed.',
    home: 'Its home.',
    shell: 'Its shell.',
    group: "Its primary group's number.",
    comment: 'Who it is.',
    state: 'Whether it exists.',
  },
  examples: [{name: 'An administrator', params: {name: 'ops', groups: ['sudo'], append: true, shell: '/bin/bash'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({name, group, groups = []}) => [
    {kind: 'user', name},
    ...[...groups, ...(group === undefined ? [] : [group])].map((one) => ({kind: 'group', name: one}) as const),
  ],
  probe,
  parse,
  overlay,
  plan: planUser,
};

export default defineModule(user);
