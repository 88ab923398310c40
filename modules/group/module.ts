import {defineModule, type Plan, p, type StateModule, type z} from '../../src/module/index.js';
import {joinScripts, type Script, sh} from '../../src/shell/index.js';
import {
  type AccountTool,
  accountName,
  entryFunction,
  type GroupEntry,
  noAccountTool,
  probeAccountTool,
  probeGroupEntry,
  readAccountTool,
  readGroupEntry,
} from '../support/accounts.js';
import {readRecords, recordFunctions} from '../support/records.js';

const params = p
  .object({
    name: p.string('The group.'),
    state: p.choice(['present', 'absent'], 'Whether it exists.').default('present'),
    gid: p.int('Its number.').optional(),
    system: p.bool('Take a number for the system when it is made.').default(false),
    force: p.bool('Remove it even if it is the primary group of a user.').default(false),
    non_unique: p.bool('Another group may have the same number.').default(false),
  })
  .superRefine(({name, non_unique, gid}, context) => {
    if (!accountName.test(name)) context.addIssue({code: 'custom', message: `name '${name}' is no name of a group`});
    if (non_unique && gid === undefined) context.addIssue({code: 'custom', message: "'non_unique' needs 'gid'"});
  });

type Params = z.output<typeof params>;

interface Seen {
  readonly entry: GroupEntry | undefined;
  readonly tool: AccountTool;
}

function create({name, gid, system, non_unique}: Params, shadow: boolean): Script {
  const number = gid === undefined ? [] : ['-g', String(gid)];
  return shadow
    ? sh`groupadd ${number} ${system ? ['-r'] : []} ${non_unique ? ['-o'] : []} ${name}`
    : sh`addgroup ${number} ${system ? ['-S'] : []} ${name}`;
}

function plan(given: Params, {entry, tool}: Seen): Plan {
  const shadow = tool === 'shadow';
  const {name, state, gid} = given;
  const resource = {kind: 'group', name} as const;
  const result = {name, state, system: given.system, ...(state === 'absent' ? {} : {gid: gid ?? entry?.gid ?? null})};
  const change = (title: string, script: Script, before: object, after: object, left: unknown): Plan =>
    tool === 'none'
      ? noAccountTool
      : {
          plan: 'change',
          diff: [{kind: 'values', path: `group ${name}`, before: {...before}, after: {...after}}],
          steps: [{step: 'script', title, script}],
          touches: [resource],
          after: [{resource, state: left}],
          result,
        };
  if (state === 'absent') {
    if (entry === undefined) return {plan: 'same', result};
    const script = shadow ? sh`groupdel ${given.force ? ['-f'] : []} ${name}` : sh`delgroup ${name}`;
    return change(`remove the group ${name}`, script, {state: 'present', gid: entry.gid}, {state: 'absent'}, 'absent');
  }
  const after = {state: 'present', ...(gid === undefined ? {} : {gid})};
  if (entry === undefined)
    return change(`make the group ${name}`, create(given, shadow), {state: 'absent'}, after, {gid});
  if (gid === undefined || gid === entry.gid) return {plan: 'same', result};
  if (tool === 'busybox')
    return {
      plan: 'fail',
      why: `group ${name} has the number ${entry.gid}, and this host cannot change it`,
      hint: 'install shadow (groupmod)',
    };
  const script = sh`groupmod -g ${gid} ${given.non_unique ? ['-o'] : []} ${name}`;
  return change(`give the group ${name} the number ${gid}`, script, {gid: entry.gid}, {gid}, {gid});
}

const group: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'group',
  aliases: ['ansible.builtin.group'],
  summary: 'Makes and removes groups of users.',
  params,
  returns: {
    name: 'The group.',
    gid: 'Its number.',
    state: 'Whether it exists.',
    system: 'Whether it was asked for as one of the system.',
  },
  examples: [{name: 'For etcd', params: {name: 'etcd', system: true}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({name}) => [{kind: 'group', name}],
  probe: ({name}) => joinScripts([recordFunctions, entryFunction, probeGroupEntry(name), probeAccountTool]),
  parse(output) {
    const records = readRecords(output);
    return {entry: readGroupEntry(records), tool: readAccountTool(records)};
  },
  overlay(seen, predicted, {name, gid}) {
    const prediction = predicted.get({kind: 'group', name});
    if (prediction === undefined) return seen;
    if (prediction.state === 'absent') return {...seen, entry: undefined};
    const known = (prediction.state as {gid?: number} | undefined)?.gid ?? seen.entry?.gid;
    if (known === undefined && gid !== undefined) return undefined;
    return {...seen, entry: {name, gid: known ?? -1}};
  },
  plan,
};

export default defineModule(group);
