/** Modules as small as can be, one or two of each kind, for tests of the engine. Paths lie below the fake host's folder. */
import {defineModule, type Module, type PathState, type Plan, p, type Step, z} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

const debug = defineModule({
  kind: 'control',
  name: 'debug',
  summary: 'Says something.',
  params: p.object({msg: p.any('What to say.').optional(), var: p.expression('What to show.').optional()}),
  examples: [],
  run: async ({msg, var: shown}, view) => ({
    changed: false,
    ...(shown === undefined
      ? {data: {msg: msg ?? 'Hello world!'}}
      : {data: {[String(shown)]: view.evaluate(String(shown))}}),
  }),
});

const setFact = defineModule({
  kind: 'control',
  name: 'set_fact',
  summary: 'Sets variables.',
  params: z.looseObject({cacheable: p.bool('Keep.').optional()}),
  examples: [],
  run: async ({cacheable, ...values}) => ({changed: false, variables: values, ...(cacheable ? {cacheable} : {})}),
});

const assertModule = defineModule({
  kind: 'control',
  name: 'assert',
  summary: 'Fails unless all hold.',
  params: p.object({that: p.expression('What must hold.'), fail_msg: p.string('Says why.').optional()}),
  examples: [],
  run: async ({that, fail_msg: msg}, view) => {
    const conditions = (Array.isArray(that) ? that : [that]) as (string | boolean)[];
    const broken = conditions.find((condition) => !view.test(condition));
    return broken === undefined
      ? {changed: false, msg: 'All assertions passed'}
      : {changed: false, failed: true, msg: msg ?? 'Assertion failed', data: {assertion: broken}};
  },
});

const fail = defineModule({
  kind: 'control',
  name: 'fail',
  summary: 'Fails.',
  params: p.object({msg: p.string('Why.').default('Failed as requested from task')}),
  examples: [],
  run: async ({msg}) => ({changed: false, failed: true, msg}),
});

const meta = defineModule({
  kind: 'control',
  name: 'meta',
  summary: 'Steers the run.',
  params: p.object({action: p.string('What to do.')}),
  freeForm: 'action',
  examples: [],
  run: async ({action}) => ({changed: false, effects: [{effect: 'meta', action}]}),
});

const addHost = defineModule({
  kind: 'control',
  name: 'add_host',
  summary: 'Adds a host.',
  once: true,
  params: z.looseObject({name: p.string('Its name.'), groups: p.strings('Its groups.').default([])}),
  examples: [],
  run: async ({name, groups, ...values}) => ({changed: true, effects: [{effect: 'add_host', name, groups, values}]}),
});

const groupBy = defineModule({
  kind: 'control',
  name: 'group_by',
  summary: 'Puts hosts into groups.',
  params: p.object({key: p.string('The group.')}),
  examples: [],
  run: async ({key}) => ({changed: true, effects: [{effect: 'group_by', group: key, parents: []}]}),
});

const includeVars = defineModule({
  kind: 'control',
  name: 'include_vars',
  summary: 'Reads variables.',
  params: p.object({file: p.string('The file.'), name: p.string('Into which variable.').optional()}),
  freeForm: 'file',
  examples: [],
  run: async ({file, name}) => ({
    changed: false,
    effects: [{effect: 'include_vars', file, ...(name === undefined ? {} : {into: name})}],
  }),
});

const pause = defineModule({
  kind: 'control',
  name: 'pause',
  summary: 'Waits.',
  once: true,
  params: p.object({seconds: p.float('How long.').default(0)}),
  examples: [],
  run: async ({seconds}, view) => {
    await view.sleep(seconds * 1000);
    return {changed: false, data: {delta: seconds}};
  },
});

/** The user's own command, an effect whatever it does; check mode leaves it out. */
const command = defineModule({
  kind: 'action',
  name: 'command',
  summary: 'Runs a command.',
  aliases: ['ansible.builtin.shell'],
  reach: 'run',
  check: 'skip',
  params: p.object({cmd: p.string('The command.'), creates: p.path('Not if this is there.').optional()}),
  freeForm: 'cmd',
  examples: [],
  steps: ({cmd}): Step[] => [
    {step: 'script', title: 'run the command', script: sh`eval ${cmd}`, okCodes: 'any', mayBlock: true},
  ],
  result: (_, [outcome]) => ({
    changed: true,
    failed: outcome?.rc !== 0,
    ...(outcome?.rc === 0 ? {} : {msg: 'non-zero return code'}),
    data: {rc: outcome?.rc, stdout: outcome?.stdout.trimEnd(), stderr: outcome?.stderr.trimEnd()},
  }),
});

/** Reads a file and changes nothing. */
const slurp = defineModule({
  kind: 'action',
  name: 'slurp',
  summary: 'Reads a file.',
  reach: 'host',
  check: 'run',
  readOnly: true,
  params: p.object({src: p.path('The file.')}),
  examples: [],
  reads: ({src}) => [{kind: 'path', path: src}],
  steps: ({src}): Step[] => [{step: 'script', title: 'read', script: sh`cat "$ROOT"/${src}`}],
  result: (_, [outcome]) => ({changed: false, data: {content: outcome?.stdout ?? ''}}),
});

const setup = defineModule({
  kind: 'action',
  name: 'setup',
  summary: 'Gathers facts.',
  reach: 'host',
  check: 'run',
  readOnly: true,
  params: p.object({gather_subset: p.strings('Which.').optional()}),
  examples: [],
  steps: (): Step[] => [
    {step: 'script', title: 'gather facts', script: sh`cat "$ROOT"/etc/kind 2>/dev/null || echo plain`},
  ],
  result: (_, [outcome]) => ({changed: false, facts: {kind: outcome?.stdout.trim()}}),
});

const absent: PathState = {type: 'absent'};

/** A file with a content, a folder, or nothing; of what it sees, only that counts. */
const file = defineModule({
  kind: 'state',
  name: 'file',
  summary: 'Manages a path.',
  reach: 'host',
  probeIs: 'stable',
  params: p.object({
    path: p.path('The path.', {aliases: ['dest']}),
    state: p.choice(['file', 'directory', 'absent'], 'What it is to be.').default('file'),
    content: p.string('Its content.').default(''),
  }),
  examples: [],
  reads: ({path}) => [{kind: 'path', path}],
  probe: ({path}) =>
    sh`f="$ROOT"/${path}; if [ -d "$f" ]; then echo directory; elif [ -e "$f" ]; then echo file; cat "$f"; else echo absent; fi`,
  parse: ({stdout}): PathState => {
    const [type = '', ...rest] = stdout.split('\n');
    if (type === 'file') return {type, content: Buffer.from(rest.join('\n'))};
    return {type: type === 'directory' ? 'directory' : 'absent'};
  },
  overlay: (seen, predicted, {path}) => {
    const prediction = predicted.get({kind: 'path', path});
    return prediction === undefined ? seen : (prediction.state as PathState | undefined);
  },
  plan: ({path, state, content}, seen): Plan => {
    const wanted: PathState =
      state === 'file' ? {type: 'file', content: Buffer.from(content)} : state === 'absent' ? absent : {type: state};
    const same = wanted.type === seen.type && (wanted.content ?? '').toString() === (seen.content ?? '').toString();
    if (same) return {plan: 'same', result: {path}};
    if (state === 'file' && seen.type === 'directory') return {plan: 'fail', why: `${path} is a folder`};
    const show = (of: PathState) => ({type: of.type, ...(of.content ? {content: of.content.toString()} : {})});
    const resource = {kind: 'path', path} as const;
    const above = path.split('/').slice(0, -1);
    const folders = state === 'absent' ? [] : above.map((_, index) => above.slice(0, index + 1).join('/'));
    const made = folders.map((folder) => ({
      resource: {kind: 'path', path: folder} as const,
      state: {type: 'directory'} satisfies PathState,
    }));
    return {
      plan: 'change',
      diff: [{kind: 'values', path, before: show(seen), after: show(wanted)}],
      steps: stepsTo(path, state, content),
      touches: [resource],
      after: [...made, {resource, state: wanted}],
      result: {path},
    };
  },
});

function stepsTo(path: string, state: string, content: string): Step[] {
  if (state === 'absent') return [{step: 'script', title: `remove ${path}`, script: sh`rm -rf -- "$ROOT"/${path}`}];
  if (state === 'directory')
    return [
      {step: 'script', title: `clear ${path}`, script: sh`[ -d "$ROOT"/${path} ] || rm -f -- "$ROOT"/${path}`},
      {step: 'script', title: `make ${path}`, script: sh`mkdir -p -- "$ROOT"/${path}`},
    ];
  const text = `${content}`;
  return [
    {
      step: 'script',
      title: `write ${path}`,
      script: sh`mkdir -p -- "$(dirname -- "$ROOT"/${path})" && printf %s ${text} > "$ROOT"/${path}.new`,
    },
    {step: 'script', title: `move ${path}`, script: sh`mv -- "$ROOT"/${path}.new "$ROOT"/${path}`},
  ];
}

/** Something that changes by itself (a service, a port): never read ahead. */
const service = defineModule({
  kind: 'state',
  name: 'service',
  summary: 'Starts and stops.',
  reach: 'run',
  probeIs: 'volatile',
  params: p.object({name: p.string('Its name.'), state: p.choice(['started', 'stopped', 'restarted'], 'Wanted.')}),
  examples: [],
  reads: ({name}) => [{kind: 'service', name}],
  probe: ({name}) => sh`cat "$ROOT"/run/${name} 2>/dev/null || echo stopped`,
  parse: ({stdout}) => stdout.trim(),
  overlay: (seen, predicted, {name}) => {
    const prediction = predicted.get({kind: 'service', name});
    return prediction === undefined ? seen : (prediction.state as string | undefined);
  },
  plan: ({name, state}, seen): Plan => {
    const wanted = state === 'stopped' ? 'stopped' : 'started';
    if (seen === wanted && state !== 'restarted') return {plan: 'same', result: {name}};
    const resource = {kind: 'service', name} as const;
    return {
      plan: 'change',
      diff: [{kind: 'values', path: `service ${name}`, before: {state: seen}, after: {state}}],
      steps: [
        {
          step: 'script',
          title: `${state} ${name}`,
          script: sh`mkdir -p "$ROOT"/run && echo ${wanted} > "$ROOT"/run/${name}`,
        },
      ],
      touches: [resource],
      after: [{resource, state: wanted}],
      result: {name},
    };
  },
});

export const smallModules: readonly Module[] = [
  debug,
  setFact,
  assertModule,
  fail,
  meta,
  addHost,
  groupBy,
  includeVars,
  pause,
  command,
  slurp,
  setup,
  file,
  service,
];
