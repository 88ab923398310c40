import {ParamsError} from '../../src/errors/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {type Records, readRecords} from '../support/records.js';
import {hardwareFacts, virtualFacts} from './hardware.js';
import {networkFacts} from './network.js';
import {factsScript, type Group} from './script.js';
import {systemFacts} from './system.js';

/** Ansible's subsets by the part of the script that tells of them. */
const subsets: Readonly<Record<string, readonly Group[]>> = {
  all: ['min', 'network', 'hardware', 'virtual'],
  min: ['min'],
  network: ['network'],
  interfaces: ['network'],
  default_ipv4: ['network'],
  default_ipv6: ['network'],
  all_ipv4_addresses: ['network'],
  all_ipv6_addresses: ['network'],
  hardware: ['hardware'],
  mounts: ['hardware'],
  devices: ['hardware'],
  processor: ['hardware'],
  processor_cores: ['hardware'],
  processor_count: ['hardware'],
  uptime_seconds: ['hardware'],
  loadavg: ['hardware'],
  virtual: ['virtual'],
  virtualization_type: ['virtual'],
  virtualization_role: ['virtual'],
  facter: [],
  ohai: [],
};

/** Names of single facts of the minimal set, which always comes whole. */
const ofMin = new Set([
  'apparmor',
  'architecture',
  'caps',
  'chroot',
  'cmdline',
  'date_time',
  'distribution',
  'distribution_major_version',
  'distribution_release',
  'distribution_version',
  'dns',
  'effective_group_ids',
  'effective_user_id',
  'env',
  'fibre_channel_wwn',
  'fips',
  'hostname',
  'iscsi',
  'is_chroot',
  'kernel',
  'kernel_version',
  'local',
  'lsb',
  'machine',
  'machine_id',
  'nvme',
  'os_family',
  'pkg_mgr',
  'platform',
  'proc_cmdline',
  'python',
  'python_version',
  'real_user_id',
  'selinux',
  'service_mgr',
  'ssh_host_pub_keys',
  'ssh_pub_keys',
  'system',
  'system_capabilities',
  'systemd',
  'user',
  'user_dir',
  'user_gecos',
  'user_gid',
  'user_id',
  'user_shell',
  'user_uid',
]);

/** Which parts a list of subsets asks for; `!network` leaves one out, `!all` all but the minimal ones. */
export function groupsOf(wanted: readonly string[]): ReadonlySet<Group> {
  const plus = wanted.filter((name) => !name.startsWith('!'));
  const minus = wanted.filter((name) => name.startsWith('!')).map((name) => name.slice(1));
  const groups = new Set<Group>(['min']);
  const look = (name: string): readonly Group[] => {
    const found = ofMin.has(name) ? (['min'] as const) : subsets[name];
    if (found === undefined)
      throw new ParamsError({
        what: `setup: gather_subset names '${name}', which is no subset`,
        hint: 'try all, min, network, hardware or virtual',
      });
    return found;
  };
  for (const name of plus.length === 0 ? ['all'] : plus) for (const group of look(name)) groups.add(group);
  for (const name of minus) for (const group of look(name)) if (group !== 'min' || name === 'min') groups.delete(group);
  if (minus.includes('all') && !minus.includes('min')) groups.add('min');
  for (const name of plus) if (name !== 'all') for (const group of look(name)) groups.add(group);
  return groups;
}

/** A shell pattern as a regular expression. */
const globPattern = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
      .replaceAll('[!', '[^')}$`,
  );

function filtered(facts: Readonly<Record<string, unknown>>, filters: readonly string[]): Record<string, unknown> {
  const patterns = filters.filter((filter) => filter !== '').map(globPattern);
  if (patterns.length === 0) return {...facts};
  return Object.fromEntries(
    Object.entries(facts).filter(([name]) =>
      patterns.some((pattern) => pattern.test(name) || pattern.test(`ansible_${name}`)),
    ),
  );
}

export function factsOf(records: Records, groups: ReadonlySet<Group>): Record<string, unknown> {
  return {
    ...(groups.has('network') ? networkFacts(records) : {}),
    ...(groups.has('hardware') ? hardwareFacts(records) : {}),
    ...(groups.has('virtual') ? virtualFacts(records) : {}),
    ...(groups.has('min') ? systemFacts(records) : {}),
  };
}

export default defineModule({
  kind: 'action',
  name: 'setup',
  aliases: ['ansible.builtin.setup', 'gather_facts', 'ansible.builtin.gather_facts'],
  summary: 'Gathers facts about the host: system, network, memory, user.',
  description: `One script, one trip. Facts are \`ansible_facts.NAME\` and \`ansible_NAME\`, under Ansible's names. \`python_version\` is
there for roles that ask for it, and says nothing of the host. There are no facts of block devices and LVM.`,
  params: p.object({
    gather_subset: p
      .strings('Which: all, min, network, hardware, virtual; with `!` before it, not that one.')
      .default(['all']),
    filter: p.strings('Patterns of names; only facts that match one are kept.').default([]),
    gather_timeout: p.int('Accepted for Ansible.').default(10),
    fact_path: p.path('Folder of files `*.fact` with facts of your own.').default('/etc/ansible/facts.d'),
  }),
  returns: {ansible_facts: 'The facts.'},
  examples: [
    {name: 'Everything', params: {}},
    {name: 'Addresses only', params: {gather_subset: ['!all', 'network'], filter: 'ansible_default_ipv4'}},
  ],
  reach: 'host',
  check: 'run',
  readOnly: true,
  steps: (given) => [
    {step: 'script', title: 'gather facts', script: factsScript(groupsOf(given.gather_subset), given.fact_path)},
  ],
  result(given, [output]) {
    if (output === undefined) return {changed: false};
    const facts = factsOf(readRecords(output), groupsOf(given.gather_subset));
    return {
      changed: false,
      facts: {...filtered(facts, given.filter), gather_subset: given.gather_subset, module_setup: true},
    };
  },
});
