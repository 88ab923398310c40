import {
  contentOfBytes,
  type Diff,
  defineModule,
  type PathState,
  p,
  type Resource,
  type Step,
} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';

const params = p.object({
  name: p.string('The kernel module.'),
  state: p.choice(['present', 'absent'], 'Loaded or not.').default('present'),
  params: p.string('Options for loading it.').default(''),
  persistent: p
    .choice(['disabled', 'present', 'absent'], 'Loaded at boot: a file below /etc/modules-load.d.')
    .default('disabled'),
});

interface Seen {
  readonly loaded: boolean;
  /** What the file for the boot says; undefined without one. */
  readonly boot?: string;
}

const bootFile = (name: string): string => `/etc/modules-load.d/${name}.conf`;

const marker = '-- file --';

export default defineModule({
  kind: 'state',
  name: 'modprobe',
  aliases: ['community.general.modprobe'],
  summary: 'Loads or unloads a kernel module, now and at boot.',
  params,
  examples: [{name: 'Bridged traffic through iptables', params: {name: 'br_netfilter', persistent: 'present'}}],
  reach: 'host',
  probeIs: 'stable',
  reads: ({name}): readonly Resource[] => [
    {kind: 'kernel_module', name},
    {kind: 'path', path: bootFile(name)},
  ],
  // A module built into the kernel is in /sys/module or in modules.builtin, and never in /proc/modules.
  probe: ({name}) => sh`n=$(printf '%s' ${name} | tr - _)
if [ -d "/sys/module/$n" ] || grep -q "^$n " /proc/modules 2>/dev/null || grep -q "/$n\.ko" "/lib/modules/$(uname -r)/modules.builtin" 2>/dev/null; then echo loaded; fi
echo ${marker}
if [ -f ${bootFile(name)} ]; then cat ${bootFile(name)}; echo ${marker}; fi`,
  parse(output): Seen {
    const [loaded = '', boot, end] = output.stdout.split(`${marker}\n`);
    return {loaded: loaded.trim() === 'loaded', ...(end === undefined || boot === undefined ? {} : {boot})};
  },
  overlay(seen, predicted, {name}): Seen {
    const loaded = predicted.get({kind: 'kernel_module', name})?.state as boolean | undefined;
    const file = predicted.get({kind: 'path', path: bootFile(name)})?.state as PathState | undefined;
    const {boot, ...rest} = seen;
    const now = file === undefined ? boot : file.type === 'file' ? `${name}\n` : undefined;
    return {...rest, ...(loaded === undefined ? {} : {loaded}), ...(now === undefined ? {} : {boot: now})};
  },
  plan({name, state, params: options, persistent}, seen) {
    const diff: Diff[] = [];
    const steps: Step[] = [];
    const touches: Resource[] = [];
    const after: {resource: Resource; state: unknown}[] = [];
    const file: Resource = {kind: 'path', path: bootFile(name)};
    if (seen.loaded !== (state === 'present')) {
      diff.push({
        kind: 'values',
        path: `kernel module ${name}`,
        before: {loaded: seen.loaded},
        after: {loaded: !seen.loaded},
      });
      const words = options.split(/\s+/).filter((word) => word !== '');
      steps.push({
        step: 'script',
        title: `${state === 'present' ? 'load' : 'unload'} ${name}`,
        script: state === 'present' ? sh`modprobe ${name} ${words}` : sh`modprobe -r ${name}`,
      });
      touches.push({kind: 'kernel_module', name});
      after.push({resource: {kind: 'kernel_module', name}, state: state === 'present'});
    }
    const listed = seen.boot?.split('\n').some((line) => line.trim() === name) === true;
    if (persistent === 'present' && !listed) {
      const text = `${name}\n`;
      diff.push({kind: 'text', path: bootFile(name), before: seen.boot ?? '', after: text});
      steps.push({
        step: 'upload',
        title: `write ${bootFile(name)}`,
        content: contentOfBytes(text),
        to: bootFile(name),
        mode: '0644',
      });
      touches.push(file);
      after.push({resource: file, state: {type: 'file', content: Buffer.from(text)} satisfies PathState});
    }
    if (persistent === 'absent' && seen.boot !== undefined) {
      diff.push({kind: 'text', path: bootFile(name), before: seen.boot, after: ''});
      steps.push({step: 'script', title: `remove ${bootFile(name)}`, script: sh`rm -f -- ${bootFile(name)}`});
      touches.push(file);
      after.push({resource: file, state: {type: 'absent'} satisfies PathState});
    }
    const result = {name, state, params: options};
    return steps.length === 0 ? {plan: 'same', result} : {plan: 'change', diff, steps, touches, after, result};
  },
});
