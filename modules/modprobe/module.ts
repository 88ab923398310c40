import {
  contentOfBytes,
  type Diff,
  defineModule,
  type Plan,
  type Prediction,
  p,
  type Resource,
  type StateModule,
  type Step,
  type z,
} from '../../src/module/index.js';
import {joinScripts, raw, sh} from '../../src/shell/index.js';
import {parentPath} from '../support/path_word.js';
import {readRecords, recordFunctions} from '../support/records.js';

const params = p
  .object({
    name: p.string('The kernel module.'),
    state: p.choice(['present', 'absent'], 'Whether it is loaded.').default('present'),
    params: p.string('Its parameters.').default(''),
    persistent: p
      .choice(['disabled', 'present', 'absent'], 'Whether it is loaded at boot; `disabled` leaves that as it is.')
      .default('disabled'),
  })
  .superRefine((given, context) => {
    if (!/^[\w-]+$/.test(given.name))
      context.addIssue({code: 'custom', message: `name '${given.name}' is no kernel module`});
  });

type Params = z.output<typeof params>;

interface Seen {
  readonly loaded: boolean;
  /** Part of the kernel: it can neither be loaded nor taken out. */
  readonly builtin: boolean;
  readonly exists: boolean;
  /** Files in which a line names it, with their content. */
  readonly files: ReadonlyMap<string, string>;
  /** Which of the folders for such files there are. */
  readonly folders: ReadonlySet<string>;
}

const alike = (name: string): string => name.replaceAll('-', '_');

const probe = ({name}: Params) =>
  joinScripts([
    recordFunctions,
    sh`q_name=${alike(name)}`,
    raw(`if [ -d "/sys/module/$q_name" ] || grep -q "^$q_name " /proc/modules 2>/dev/null; then q_say loaded yes; fi
q_release=$(uname -r)
if tr - _ < "/lib/modules/$q_release/modules.builtin" 2>/dev/null | grep -q "/$q_name\\.ko"; then q_say builtin yes; fi`),
    sh`if modprobe -n -q ${name} >/dev/null 2>&1 || modinfo ${name} >/dev/null 2>&1; then q_say exists yes; fi
for q_path in /etc/modules /etc/modules-load.d/*.conf /etc/modprobe.d/*.conf; do
  if [ -f "$q_path" ]; then q_say "file.$q_path" "$(cat -- "$q_path"; printf .)"; fi
done
for q_path in /etc /etc/modules-load.d /etc/modprobe.d; do if [ -d "$q_path" ]; then q_say "folder.$q_path" yes; fi; done`,
  ]);

/** Lines of a file that name the module: in a list of modules, or as `options NAME`. */
const names = (line: string, path: string, name: string): boolean => {
  const words = line
    .replace(/[#;].*$/, '')
    .trim()
    .split(/\s+/);
  const word = path.startsWith('/etc/modprobe.d/') ? (words[0] === 'options' ? words[1] : undefined) : words[0];
  return word !== undefined && alike(word) === alike(name);
};

interface Work {
  readonly diff: Diff[];
  readonly steps: Step[];
  readonly after: Prediction[];
}

function write(work: Work, seen: Seen, path: string, after: string): void {
  const before = seen.files.get(path);
  const folder = parentPath(path);
  if (!seen.folders.has(folder)) {
    work.diff.push({kind: 'values', path: folder, before: {state: 'absent'}, after: {state: 'directory'}});
    work.steps.push({step: 'script', title: `make the folder ${folder}`, script: sh`mkdir -p -- ${folder}`});
    work.after.push({resource: {kind: 'path', path: folder}, state: {type: 'directory'}});
  }
  work.diff.push({kind: 'text', path, before: before ?? '', after});
  work.steps.push({step: 'upload', title: `write ${path}`, content: contentOfBytes(after), to: path, mode: '0644'});
  work.after.push({resource: {kind: 'path', path}, state: {type: 'file', content: Buffer.from(after)}});
}

/** Makes it load at boot, with its parameters. */
function persist({name, params: options}: Params, seen: Seen, work: Work): void {
  const listed = [...seen.files].some(
    ([path, text]) => !path.startsWith('/etc/modprobe.d/') && text.split('\n').some((line) => names(line, path, name)),
  );
  const list = `/etc/modules-load.d/${name}.conf`;
  if (!listed) write(work, seen, list, `${seen.files.get(list) ?? ''}${name}\n`);
  if (options === '') return;
  const file = `/etc/modprobe.d/${name}.conf`;
  const wanted = `options ${name} ${options}\n`;
  const before = seen.files.get(file);
  const lines = (before ?? '').split('\n').filter((line) => line !== '' && !names(line, file, name));
  const after = `${lines.map((line) => `${line}\n`).join('')}${wanted}`;
  if (before !== after) write(work, seen, file, after);
}

function forget({name}: Params, seen: Seen, work: Work): void {
  for (const [path, text] of seen.files) {
    const lines = text.split('\n');
    const kept = lines.filter((line) => !names(line, path, name));
    if (kept.length < lines.length) write(work, seen, path, kept.join('\n'));
  }
}

function plan(given: Params, seen: Seen): Plan {
  const {name, state, persistent} = given;
  const work: Work = {diff: [], steps: [], after: []};
  const loads = state === 'present' && !seen.loaded && !seen.builtin;
  const unloads = state === 'absent' && seen.loaded && !seen.builtin;
  if (loads && !seen.exists)
    return {
      plan: 'fail',
      why: `this kernel has no module ${name}`,
      hint: 'modules of a kernel that was just updated come with a reboot',
    };
  const resource: Resource = {kind: 'kernel_module', name: alike(name)};
  if (loads || unloads) {
    const script = loads
      ? sh`modprobe ${name} ${given.params.split(/\s+/).filter((word) => word !== '')}`
      : sh`modprobe -r ${name}`;
    work.diff.push({kind: 'values', path: `module ${name}`, before: {loaded: seen.loaded}, after: {loaded: loads}});
    work.steps.push({step: 'script', title: `${loads ? 'load' : 'take out'} the kernel module ${name}`, script});
    work.after.push({resource, state: loads});
  }
  if (persistent === 'present') persist(given, seen, work);
  if (persistent === 'absent') forget(given, seen, work);
  const result = {name, state, params: given.params};
  if (work.steps.length === 0) return {plan: 'same', result};
  return {plan: 'change', ...work, touches: work.after.map((prediction) => prediction.resource), result};
}

const modprobe: StateModule<typeof params, Seen> = {
  kind: 'state',
  name: 'modprobe',
  aliases: ['community.general.modprobe'],
  summary: 'Loads a kernel module or takes it out, now and at boot.',
  params,
  returns: {name: 'The module.', state: 'Whether it is to be loaded.', params: 'Its parameters.'},
  examples: [{name: 'For bridges', params: {name: 'br_netfilter', persistent: 'present'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({name}) => [
    {kind: 'kernel_module', name: alike(name)},
    ...['/etc/modules', '/etc/modules-load.d', '/etc/modprobe.d'].map((path) => ({kind: 'path', path}) as const),
  ],
  probe,
  parse(output) {
    const records = readRecords(output);
    const files = [...records].flatMap(([key, text]): [string, string][] =>
      key.startsWith('file.') ? [[key.slice(5), text.slice(0, -1)]] : [],
    );
    const folders = [...records.keys()].flatMap((key) => (key.startsWith('folder.') ? [key.slice(7)] : []));
    return {
      loaded: records.has('loaded'),
      builtin: records.has('builtin'),
      exists: records.has('exists'),
      files: new Map(files),
      folders: new Set(folders),
    };
  },
  overlay(seen, predicted, {name}) {
    const loaded = predicted.get({kind: 'kernel_module', name: alike(name)})?.state;
    const files = new Map(seen.files);
    for (const path of new Set([
      ...seen.files.keys(),
      `/etc/modules-load.d/${name}.conf`,
      `/etc/modprobe.d/${name}.conf`,
    ])) {
      const prediction = predicted.get({kind: 'path', path});
      const state = prediction?.state as {type?: string; content?: Buffer} | undefined;
      if (prediction === undefined) continue;
      if (state?.type === 'absent') files.delete(path);
      else if (state?.content === undefined) return undefined;
      else files.set(path, state.content.toString());
    }
    const isMade = (folder: string): boolean =>
      (predicted.get({kind: 'path', path: folder})?.state as {type?: string} | undefined)?.type === 'directory';
    const folders = new Set([...seen.folders, ...['/etc/modules-load.d', '/etc/modprobe.d'].filter(isMade)]);
    return {...seen, files, folders, ...(typeof loaded === 'boolean' ? {loaded} : {})};
  },
  plan,
};

export default defineModule(modprobe);
