/** Facts about memory, processors, mounts, the machine, and what it is a guest of. */
import type {Records} from '../support/records.js';

const mebi = (kibi: number): number => Math.floor(kibi / 1024);

function memoryFacts(text: string | undefined): Record<string, unknown> {
  const kibi = (key: string): number => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(text ?? '')?.[1] ?? 0);
  const total = mebi(kibi('MemTotal'));
  const free = mebi(kibi('MemFree'));
  const unused = mebi(kibi('MemFree') + kibi('Buffers') + kibi('Cached'));
  const swap = {total: mebi(kibi('SwapTotal')), free: mebi(kibi('SwapFree')), cached: mebi(kibi('SwapCached'))};
  return {
    memtotal_mb: total,
    memfree_mb: free,
    swaptotal_mb: swap.total,
    swapfree_mb: swap.free,
    memory_mb: {
      real: {total, free, used: total - free},
      nocache: {free: unused, used: total - unused},
      swap: {...swap, used: swap.total - swap.free},
    },
  };
}

function processorFacts(text: string | undefined, nproc: string | undefined): Record<string, unknown> {
  const values = (key: string): string[] =>
    [...(text ?? '').matchAll(new RegExp(`^${key}[ \\t]*: ?(.*)$`, 'gm'))].map((match) => match[1] ?? '');
  const processors = values('processor');
  const models = values('model name');
  const vendors = values('vendor_id');
  const threads = Math.max(1, processors.length);
  const sockets = Math.max(1, new Set(values('physical id')).size);
  const cores = Number(values('cpu cores')[0] ?? 1) || 1;
  const siblings = Number(values('siblings')[0] ?? cores) || cores;
  return {
    processor: processors.flatMap((number, index) => [
      number,
      ...[vendors[index], models[index]].filter((name) => name !== undefined),
    ]),
    processor_count: sockets,
    processor_cores: cores,
    processor_threads_per_core: Math.max(1, Math.floor(siblings / cores)),
    processor_vcpus: threads,
    processor_nproc: Number(nproc) || threads,
  };
}

/** Blanks and the like in /proc/mounts are octal. */
const decodeMount = (text: string): string =>
  text.replaceAll(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function mountFacts(records: Records): Record<string, unknown>[] {
  const mounts: Record<string, unknown>[] = [];
  for (const line of (records.get('mounts') ?? '').split('\n')) {
    const [device = '', mount = '', fstype = '', options = '', dump, passno] = line.split(' ');
    if (!device.startsWith('/') && !device.includes(':/')) continue;
    const [block, total, available, inodes, inodesFree] = (records.get(`space.${mount}`) ?? '').split(' ').map(Number);
    const size =
      block && total !== undefined && available !== undefined
        ? {
            block_size: block,
            block_total: total,
            block_available: available,
            block_used: total - available,
            size_total: total * block,
            size_available: available * block,
            inode_total: inodes ?? 0,
            inode_available: inodesFree ?? 0,
            inode_used: (inodes ?? 0) - (inodesFree ?? 0),
          }
        : {};
    mounts.push({
      mount: decodeMount(mount),
      device: decodeMount(device),
      fstype,
      options,
      dump: Number(dump),
      passno: Number(passno),
      uuid: 'N/A',
      ...size,
    });
  }
  return mounts;
}

const dmiNames: Readonly<Record<string, string>> = {
  product_name: 'product_name',
  product_serial: 'product_serial',
  product_uuid: 'product_uuid',
  product_version: 'product_version',
  sys_vendor: 'system_vendor',
  bios_date: 'bios_date',
  bios_vendor: 'bios_vendor',
  bios_version: 'bios_version',
  board_name: 'board_name',
  board_vendor: 'board_vendor',
  board_version: 'board_version',
  chassis_vendor: 'chassis_vendor',
};

function machineFacts(records: Records): Record<string, unknown> {
  const facts: Record<string, unknown> = Object.fromEntries(Object.values(dmiNames).map((name) => [name, 'NA']));
  for (const line of (records.get('dmi') ?? '').split('\n')) {
    const [, key = '', value] = /\/id\/(\w+):(.*)$/.exec(line) ?? [];
    const name = dmiNames[key];
    if (name !== undefined && value !== undefined) facts[name] = value.trim();
  }
  // A Raspberry Pi has no DMI; its device tree names it.
  const model = records.get('model')?.replaceAll('\0', '').trim();
  return model === undefined || model === '' ? facts : {...facts, product_name: model};
}

export function hardwareFacts(records: Records): Record<string, unknown> {
  const [one, five, fifteen] = (records.get('loadavg') ?? '').split(' ').map(Number);
  return {
    ...memoryFacts(records.get('meminfo')),
    ...processorFacts(records.get('cpuinfo'), records.get('nproc')),
    ...machineFacts(records),
    mounts: mountFacts(records),
    uptime_seconds: Math.floor(Number((records.get('uptime') ?? '0').split(' ')[0])),
    loadavg: {'1m': one ?? 0, '5m': five ?? 0, '15m': fifteen ?? 0},
  };
}

/** systemd-detect-virt's words in Ansible's. */
const guests: Readonly<Record<string, string>> = {
  qemu: 'kvm',
  amazon: 'kvm',
  oracle: 'virtualbox',
  microsoft: 'VirtualPC',
  vmware: 'VMware',
  'systemd-nspawn': 'systemd-nspawn',
  'lxc-libvirt': 'lxc',
};

const vendors: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/VMware/, 'VMware'],
  [/VirtualBox|innotek/, 'virtualbox'],
  [/QEMU|KVM|Bochs|OpenStack|Google|Amazon EC2|DigitalOcean|Hetzner/, 'kvm'],
  [/Xen|HVM domU/, 'xen'],
  [/Microsoft Corporation/, 'VirtualPC'],
  [/Parallels/, 'parallels'],
];

export function virtualFacts(records: Records): Record<string, unknown> {
  const detected = records.get('virt')?.trim();
  const vendor = vendors.find(([pattern]) => pattern.test(records.get('vendor') ?? ''))?.[1];
  const type = records.has('docker')
    ? 'docker'
    : records.has('podman')
      ? 'podman'
      : detected !== undefined && detected !== '' && detected !== 'none'
        ? (guests[detected] ?? detected)
        : vendor;
  if (type !== undefined) return {virtualization_type: type, virtualization_role: 'guest'};
  return records.has('kvm')
    ? {virtualization_type: 'kvm', virtualization_role: 'host'}
    : {virtualization_type: 'NA', virtualization_role: 'NA'};
}
