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
  name: p.string('The setting, dotted or with slashes.', {aliases: ['key']}),
  value: p.string('Its value.', {aliases: ['val']}).optional(),
  state: p.choice(['present', 'absent'], 'Whether the file has it.').default('present'),
  reload: p.bool('Put it into force now when the file changed.').default(true),
  sysctl_file: p.path('The file that keeps it over a boot.').default('/etc/sysctl.conf'),
  sysctl_set: p.bool('Set it in the running kernel too where that differs, whatever the file says.').default(false),
  ignoreerrors: p.bool('A kernel that does not know it is no failure.').default(false),
});

interface Seen {
  readonly exists: boolean;
  readonly text: string;
  /** Of the running kernel; undefined where it does not know the setting. */
  readonly running?: string;
}

const marker = '-- file --';

/** Spaces and tabs between numbers are one, as the kernel prints tabs. */
const plain = (value: string): string => value.trim().replace(/\s+/g, ' ');

const nameIn = (line: string): string | undefined =>
  /^\s*-?\s*([A-Za-z0-9_./*-]+)\s*=/.exec(line)?.[1]?.replaceAll('/', '.');

const wanted = (text: string, name: string, value: string | undefined): string => {
  const key = name.replaceAll('/', '.');
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const kept: string[] = [];
  let placed = false;
  for (const line of lines) {
    if (nameIn(line) !== key) kept.push(line);
    else if (value !== undefined && !placed) {
      const same = plain(line.slice(line.indexOf('=') + 1)) === plain(value);
      kept.push(same ? line : `${key}=${value}`);
      placed = true;
    }
  }
  if (value !== undefined && !placed) kept.push(`${key}=${value}`);
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
};

const procPath = (name: string): string => `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;

export default defineModule({
  kind: 'state',
  name: 'sysctl',
  aliases: ['ansible.posix.sysctl'],
  summary: 'Sets a kernel setting, in its file and in the running kernel.',
  params,
  examples: [
    {
      name: 'Forward packets',
      params: {name: 'net.ipv4.ip_forward', value: '1', sysctl_file: '/etc/sysctl.d/90-k3s.conf'},
    },
  ],
  reach: 'host',
  probeIs: 'stable',
  reads: ({sysctl_file: path, name}): readonly Resource[] => [
    {kind: 'path', path},
    {kind: 'sysctl', name},
  ],
  probe: ({name, sysctl_file: path}) => sh`cat ${procPath(name)} 2>/dev/null && echo ok
echo ${marker}
if [ -f ${path} ]; then echo exists; cat ${path}; fi`,
  parse(output): Seen {
    const [kernel = '', file = ''] = output.stdout.split(`${marker}\n`);
    const exists = file.startsWith('exists\n');
    return {
      exists,
      text: exists ? file.slice('exists\n'.length) : '',
      ...(kernel.endsWith('ok\n') ? {running: plain(kernel.slice(0, -3))} : {}),
    };
  },
  overlay(seen, predicted, {sysctl_file: path, name}): Seen | undefined {
    const file = predicted.get({kind: 'path', path})?.state as PathState | undefined;
    const kernel = predicted.get({kind: 'sysctl', name})?.state as string | undefined;
    if (predicted.get({kind: 'path', path}) !== undefined && file?.content === undefined && file?.type !== 'absent')
      return undefined;
    return {
      ...seen,
      ...(file === undefined ? {} : {exists: file.type === 'file', text: file.content?.toString() ?? ''}),
      ...(kernel === undefined ? {} : {running: kernel}),
    };
  },
  plan({name, value, state, reload, sysctl_file: path, sysctl_set: set, ignoreerrors}, seen) {
    if (state === 'present' && value === undefined)
      return {plan: 'fail', why: `sysctl ${name}: 'value' is missing`, hint: 'give the value, or state: absent'};
    const text = wanted(seen.text, name, state === 'present' ? value : undefined);
    const fileDiffers = text !== seen.text;
    // Ansible puts it into force when the file changed (reload), or always (sysctl_set).
    const kernelDiffers =
      state === 'present' && value !== undefined && seen.running !== plain(value) && (set || (reload && fileDiffers));
    const result = {name, value: value ?? '', sysctl_file: path};
    if (!fileDiffers && !kernelDiffers) return {plan: 'same', result};
    const steps: Step[] = [];
    const diff: Diff[] = [];
    if (fileDiffers) {
      diff.push({kind: 'text', path, before: seen.text, after: text});
      steps.push({step: 'upload', title: `write ${path}`, content: contentOfBytes(text), to: path, mode: '0644'});
    }
    if (kernelDiffers && value !== undefined) {
      diff.push({
        kind: 'values',
        path: `sysctl ${name}`,
        before: seen.running === undefined ? {} : {value: seen.running},
        after: {value: plain(value)},
      });
      const write = sh`f=${procPath(name)}
if [ ! -e "$f" ]; then echo "the kernel knows no setting "${name} >&2; exit 1; fi
printf '%s\n' ${value} > "$f"`;
      steps.push({
        step: 'script',
        title: `set ${name}`,
        script: write,
        ...(ignoreerrors ? {okCodes: 'any' as const} : {}),
      });
    }
    return {
      plan: 'change',
      diff,
      steps,
      touches: [
        ...(fileDiffers ? [{kind: 'path', path} as const] : []),
        ...(kernelDiffers ? [{kind: 'sysctl', name} as const] : []),
      ],
      after: [
        ...(fileDiffers
          ? [
              {
                resource: {kind: 'path', path} as const,
                state: {type: 'file', content: Buffer.from(text)} satisfies PathState,
              },
            ]
          : []),
        ...(kernelDiffers && value !== undefined
          ? [{resource: {kind: 'sysctl', name} as const, state: plain(value)}]
          : []),
      ],
      result,
    };
  },
});
