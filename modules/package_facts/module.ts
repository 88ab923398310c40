import {type ActionModule, defineModule, p} from '../../src/module/index.js';
import {joinScripts, raw} from '../../src/shell/index.js';
import {type Records, readRecords, recordFunctions} from '../support/records.js';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly [key: string]: unknown;
}

const script = joinScripts([
  recordFunctions,
  raw(`if command -v dpkg-query >/dev/null 2>&1; then q_say apt "$(dpkg-query -W -f '\${db:Status-Abbrev}|\${Package}|\${Version}|\${Architecture}|\${Section}\\n' 2>/dev/null)"; fi
if command -v rpm >/dev/null 2>&1; then q_say rpm "$(rpm -qa --qf '%{NAME}|%{EPOCH}|%{VERSION}|%{RELEASE}|%{ARCH}\\n' 2>/dev/null)"; fi
if command -v apk >/dev/null 2>&1; then q_say apk "$(apk info -v 2>/dev/null)"; fi
if command -v pacman >/dev/null 2>&1; then q_say pacman "$(pacman -Q 2>/dev/null)"; fi`),
]);

const lines = (text: string | undefined): string[] => (text ?? '').split('\n').filter((line) => line !== '');

/** What each manager's list tells; busybox's rpm prints nothing to such a question and gives none. */
export function readPackages(records: Records): Record<string, Package[]> {
  const found: Package[] = [];
  for (const line of lines(records.get('apt'))) {
    const [status = '', name = '', version = '', arch = '', category = ''] = line.split('|');
    if (status.startsWith('ii') || status.startsWith('hi'))
      found.push({name, version, arch, category, origin: '', source: 'apt'});
  }
  for (const line of lines(records.get('rpm'))) {
    const [name = '', epoch = '', version = '', release = '', arch = ''] = line.split('|');
    if (version !== '')
      found.push({name, version, release, arch, epoch: /^\d+$/.test(epoch) ? Number(epoch) : null, source: 'rpm'});
  }
  for (const line of lines(records.get('apk'))) {
    const [, name, version] = /^(.+)-(\d[^-]*(?:-r\d+)?)$/.exec(line) ?? [];
    if (name !== undefined && version !== undefined) found.push({name, version, source: 'apk'});
  }
  for (const line of lines(records.get('pacman'))) {
    const [name = '', version = ''] = line.split(' ');
    found.push({name, version, source: 'pacman'});
  }
  const packages: Record<string, Package[]> = {};
  for (const one of found) packages[one.name] = [...(packages[one.name] ?? []), one];
  return packages;
}

const params = p.object({
  manager: p.strings('Accepted for Ansible; whatever the host has is asked.').default(['auto']),
  strategy: p.choice(['first', 'all'], 'Accepted for Ansible.').default('first'),
});

const packageFacts: ActionModule<typeof params> = {
  kind: 'action',
  name: 'package_facts',
  aliases: ['ansible.builtin.package_facts'],
  summary: 'Gathers the packages that are installed, as `ansible_facts.packages`.',
  params,
  returns: {
    ansible_facts: '`packages`: for each name a list of what is installed of it, with version and architecture.',
  },
  examples: [{name: 'All', params: {manager: 'auto'}}],
  reach: 'host',
  check: 'run',
  readOnly: true,
  reads: () => [{kind: 'package', name: '*'}],
  steps: () => [{step: 'script', title: 'list the packages', script}],
  result: (_given, [output]) =>
    output === undefined ? {changed: false} : {changed: false, facts: {packages: readPackages(readRecords(output))}},
};

export default defineModule(packageFacts);
