import type {Diff, Plan, Step} from '../../src/module/index.js';
import {raw, type Script, sh} from '../../src/shell/index.js';
import {noAccountTool} from '../support/accounts.js';
import type {UserParams} from './module.js';
import type {PredictedUser, UserSeen} from './seen.js';

interface Work {
  readonly before: Record<string, unknown>;
  readonly after: Record<string, unknown>;
  /** Words of useradd and usermod, which have them in common. */
  readonly words: string[];
}

/** The groups a user is to be in besides its own; undefined if they are left alone. */
function wantedGroups({groups, append}: UserParams, seen: UserSeen): readonly string[] | undefined {
  if (groups === undefined) return undefined;
  return append ? [...new Set([...seen.groups, ...groups])] : groups;
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((name) => other.includes(name));

function compare(given: UserParams, seen: UserSeen): Work {
  const work: Work = {before: {}, after: {}, words: []};
  const {entry} = seen;
  const set = (key: string, now: unknown, wanted: unknown, ...words: readonly string[]): void => {
    if (now !== undefined) work.before[key] = now;
    work.after[key] = wanted;
    work.words.push(...words);
  };
  const {uid, group, comment, home, shell} = given;
  if (uid !== undefined && uid !== entry?.uid)
    set('uid', entry?.uid, uid, '-u', String(uid), ...(given.non_unique ? ['-o'] : []));
  if (group !== undefined && group !== seen.primary && group !== String(entry?.gid))
    set('group', seen.primary, group, '-g', group);
  if (comment !== undefined && comment !== entry?.comment) set('comment', entry?.comment, comment, '-c', comment);
  if (home !== undefined && home !== entry?.home)
    set('home', entry?.home, home, '-d', home, ...(given.move_home && entry !== undefined ? ['-m'] : []));
  if (shell !== undefined && shell !== entry?.shell) set('shell', entry?.shell, shell, '-s', shell);
  const groups = wantedGroups(given, seen);
  if (groups !== undefined && !sameSet(groups, seen.groups) && (entry !== undefined || groups.length > 0))
    set('groups', [...seen.groups].sort().join(','), [...groups].sort().join(','), '-G', groups.join(','));
  return work;
}

/** The hash goes through standard input: arguments can be read by everyone. */
const passwordStep = (name: string, hash: string): Step => ({
  step: 'script',
  title: `set the password of ${name}`,
  script: sh`chpasswd -e`,
  stdin: Buffer.from(`${name}:${hash}\n`),
});

function createScript(given: UserParams, work: Work): Script {
  const {name, system, create_home, skeleton} = given;
  return sh`useradd ${work.words} ${system ? ['-r'] : []} ${create_home ? ['-m'] : ['-M']} ${skeleton === undefined ? [] : ['-k', skeleton]} -- ${name}`;
}

/** busybox's adduser and addgroup know less: what they cannot do is refused. */
function busyboxScript(given: UserParams, seen: UserSeen, work: Work): Script | undefined {
  const {name, uid, group, home, shell, comment, system, create_home} = given;
  const joins = (wantedGroups(given, seen) ?? []).filter((one) => !seen.groups.includes(one));
  const leaves = given.append
    ? []
    : seen.groups.filter((one) => given.groups !== undefined && !given.groups.includes(one));
  const join = joins.map((one) => sh` && addgroup ${name} ${one}`).reduce((sum, part) => sh`${sum}${part}`, raw(''));
  if (seen.entry !== undefined) {
    const others = Object.keys(work.after).some((key) => key !== 'groups');
    return others || leaves.length > 0 ? undefined : sh`true${join}`;
  }
  const option = (letter: string, value: string | number | undefined): readonly string[] =>
    value === undefined ? [] : [letter, String(value)];
  return sh`adduser -D ${create_home ? [] : ['-H']} ${system ? ['-S'] : []} ${option('-u', uid)} ${option('-G', group)} ${option('-h', home)} ${option('-s', shell)} ${option('-g', comment)} ${name}${join}`;
}

function planRemove(given: UserParams, seen: UserSeen): Plan {
  const {name, remove, force} = given;
  const resource = {kind: 'user', name} as const;
  const result = {name, state: 'absent', remove, force};
  if (seen.entry === undefined) return {plan: 'same', result};
  const {home} = seen.entry;
  const script =
    seen.tool === 'shadow'
      ? sh`userdel ${remove ? ['-r'] : []} ${force ? ['-f'] : []} -- ${name}`
      : sh`deluser ${remove ? ['--remove-home'] : []} ${name}`;
  return {
    plan: 'change',
    diff: [
      {kind: 'values', path: `user ${name}`, before: {state: 'present', uid: seen.entry.uid}, after: {state: 'absent'}},
    ],
    steps: [{step: 'script', title: `remove the user ${name}`, script}],
    touches: [resource, ...(remove ? [{kind: 'path', path: home} as const] : [])],
    after: [
      {resource, state: 'absent'},
      ...(remove ? [{resource: {kind: 'path', path: home} as const, state: {type: 'absent'}}] : []),
    ],
    result,
  };
}

/** The user as the change leaves it. */
function left(given: UserParams, seen: UserSeen, home: string): PredictedUser {
  const {entry} = seen;
  return {
    entry: {
      name: given.name,
      uid: given.uid ?? entry?.uid ?? -1,
      gid: entry?.gid ?? -1,
      comment: given.comment ?? entry?.comment ?? '',
      home,
      shell: given.shell ?? entry?.shell ?? '',
    },
    primary: given.group ?? seen.primary,
    groups: [...(wantedGroups(given, seen) ?? seen.groups)].sort(),
    passwordHash: given.password?.reveal() ?? seen.passwordHash,
    locked: given.password_lock ?? seen.locked,
  };
}

export function planUser(given: UserParams, seen: UserSeen): Plan {
  const {name, state, password} = given;
  const {entry, tool} = seen;
  if (tool === 'none' && (state === 'present' || entry !== undefined)) {
    const idle = state === 'present' && entry !== undefined && Object.keys(compare(given, seen).after).length === 0;
    if (!idle || password !== undefined) return noAccountTool;
  }
  if (state === 'absent') return planRemove(given, seen);
  const lacking = [...(given.groups ?? []), ...(given.group === undefined ? [] : [given.group])].find((one) =>
    seen.missingGroups.includes(one),
  );
  if (lacking !== undefined)
    return {
      plan: 'fail',
      why: `there is no group '${lacking}' on this host`,
      hint: 'make it first with the module group',
    };
  const work = compare(given, seen);
  const steps: Step[] = [];
  const attributes = Object.keys(work.after).length > 0;
  if (entry === undefined || attributes) {
    const script =
      tool === 'busybox'
        ? busyboxScript(given, seen, work)
        : entry === undefined
          ? createScript(given, work)
          : sh`usermod ${work.words} -- ${name}`;
    if (script === undefined)
      return {
        plan: 'fail',
        why: `this host cannot change the user ${name}: busybox has no usermod`,
        hint: 'install shadow',
      };
    steps.push({step: 'script', title: `${entry === undefined ? 'make' : 'change'} the user ${name}`, script});
  }
  const hash = password?.reveal();
  const setsPassword =
    hash !== undefined && hash !== seen.passwordHash && (entry === undefined || given.update_password === 'always');
  if (setsPassword) steps.push(passwordStep(name, hash));
  const locks = given.password_lock !== undefined && entry !== undefined && given.password_lock !== seen.locked;
  if (locks || (given.password_lock === true && entry === undefined))
    steps.push({
      step: 'script',
      title: `${given.password_lock ? 'lock' : 'unlock'} the password of ${name}`,
      script: sh`usermod ${given.password_lock ? '-L' : '-U'} -- ${name}`,
    });
  const home = given.home ?? entry?.home ?? `/home/${name}`;
  const result = {
    name,
    state: 'present',
    home,
    ...(entry === undefined
      ? {create_home: given.create_home}
      : {
          uid: given.uid ?? entry.uid,
          group: entry.gid,
          shell: given.shell ?? entry.shell,
          comment: given.comment ?? entry.comment,
        }),
  };
  if (steps.length === 0) return {plan: 'same', result};
  const diff: Diff[] = [
    {
      kind: 'values',
      path: `user ${name}`,
      before: {
        ...(entry === undefined ? {state: 'absent'} : {}),
        ...work.before,
        ...(setsPassword ? {password: 'another'} : {}),
        ...(locks ? {locked: seen.locked} : {}),
      },
      after: {
        ...(entry === undefined ? {state: 'present'} : {}),
        ...work.after,
        ...(setsPassword ? {password: 'as given'} : {}),
        ...(locks ? {locked: given.password_lock} : {}),
      },
    },
  ];
  const resource = {kind: 'user', name} as const;
  const madeHome =
    entry === undefined && given.create_home
      ? [{resource: {kind: 'path', path: home} as const, state: {type: 'directory', owner: name}}]
      : [];
  return {
    plan: 'change',
    diff,
    steps,
    touches: [resource, ...madeHome.map((prediction) => prediction.resource)],
    after: [{resource, state: left(given, seen, home)}, ...madeHome],
    result,
  };
}
