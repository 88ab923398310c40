/** Facts about the system, its user, its clock and its files of own facts. */
import type {Records} from '../support/records.js';
import {distributionFacts, lsbFacts, packageManager} from './distribution.js';
import {dnsFacts} from './network.js';

/** Roles assert a Python on the host; there need not be one, so a recent version stands in. */
const pythonVersion = '3.12.0';

function userFacts(records: Records): Record<string, unknown> {
  const [name = '', uid, gid, realUid, realGid] = (records.get('user') ?? '').split('\n');
  const [, , , , gecos = '', dir = '', shell = ''] = (records.get('passwd') ?? '').split(':');
  return {
    user_id: name,
    user_uid: Number(uid),
    user_gid: Number(gid),
    user_gecos: gecos,
    user_dir: dir,
    user_shell: shell,
    real_user_id: Number(realUid),
    effective_user_id: Number(uid),
    real_group_id: Number(realGid),
    effective_group_id: Number(gid),
  };
}

function envFacts(records: Records): Record<string, unknown> {
  const text = records.get('env') ?? 'b';
  const bytes = Buffer.from(text.slice(1), records.has('envhex') ? 'hex' : 'base64');
  const entries = bytes
    .toString()
    .split('\0')
    .flatMap((line): [string, string][] => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    });
  return {env: Object.fromEntries(entries)};
}

export function dateFacts(text: string): Record<string, unknown> {
  const [local = '', epoch = '0', zone = '', offset = '', weekday = '', weekdayNumber = '', week = '', nanos = ''] =
    text.split(' ');
  const [date = '', time = ''] = local.split('T');
  const [year = '', month = '', day = ''] = date.split('-');
  const [hour = '', minute = '', second = ''] = time.split(':');
  const micros = /^\d+$/.test(nanos) ? nanos.slice(0, 6) : '000000';
  const utc = new Date(Number(epoch) * 1000).toISOString().slice(0, 19);
  const compact = `${year}${month}${day}T${hour}${minute}${second}`;
  return {
    date_time: {
      year,
      month,
      day,
      hour,
      minute,
      second,
      weekday,
      weekday_number: weekdayNumber,
      weeknumber: week,
      epoch,
      epoch_int: epoch,
      date,
      time,
      iso8601: `${utc}Z`,
      iso8601_micro: `${utc}.${micros}Z`,
      iso8601_basic: `${compact}${micros}`,
      iso8601_basic_short: compact,
      tz: zone,
      tz_dst: zone,
      tz_offset: offset,
    },
  };
}

/** Words of the kernel's command line; a repeated key is a list in `proc_cmdline`. */
function cmdlineFacts(text: string | undefined): Record<string, unknown> {
  const cmdline: Record<string, unknown> = {};
  const every: Record<string, unknown> = {};
  for (const word of (text ?? '')
    .trim()
    .split(/\s+/)
    .filter((one) => one !== '')) {
    const at = word.indexOf('=');
    const [key, value] = at < 0 ? [word, true] : [word.slice(0, at), word.slice(at + 1)];
    cmdline[key] = value;
    every[key] = key in every ? [every[key], value].flat() : value;
  }
  return {cmdline, proc_cmdline: every};
}

function hostFacts(records: Records): Record<string, unknown> {
  const [system = 'Linux', nodename = '', kernel = '', version = '', machine = ''] = (records.get('uname') ?? '').split(
    '\n',
  );
  const hostname = nodename.split('.')[0] ?? nodename;
  const named = (records.get('hosts') ?? '')
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim().split(/\s+/).slice(1))
    .find((names) => names.includes(nodename));
  const fqdn = nodename.includes('.') ? nodename : (named?.find((name) => name.startsWith(`${hostname}.`)) ?? nodename);
  const bits = records.get('elf')?.trim() === '1' ? '32' : '64';
  const architecture = /^i[3456]86$/.test(machine) ? 'i386' : machine;
  return {
    system,
    nodename,
    hostname,
    fqdn,
    domain: fqdn.includes('.') ? fqdn.slice(fqdn.indexOf('.') + 1) : '',
    kernel,
    kernel_version: version,
    machine,
    architecture,
    userspace_bits: bits,
    userspace_architecture: bits === '32' && machine === 'x86_64' ? 'i386' : architecture,
    machine_id: (records.get('etc.machine-id') ?? '').trim(),
    is_chroot: records.has('chroot'),
  };
}

function serviceManager(records: Records): string {
  if (records.has('systemd')) return 'systemd';
  const init = (records.get('init') ?? '').trim();
  if (records.has('openrc') || init === 'openrc-init') return 'openrc';
  if (init === 'init') return 'sysvinit';
  return /^(runit|s6|dinit)/.exec(init)?.[1] ?? (init || 'service');
}

function selinuxFacts(records: Records): Record<string, unknown> {
  const enforce = records.get('selinux.enforce')?.trim();
  if (enforce === undefined) return {selinux: {status: 'disabled'}, selinux_python_present: true};
  const config = records.get('selinux.config') ?? '';
  const setting = (key: string): string => new RegExp(`^${key}=(\\S+)`, 'm').exec(config)?.[1] ?? 'unknown';
  return {
    selinux: {
      status: 'enabled',
      mode: enforce === '1' ? 'enforcing' : 'permissive',
      config_mode: setting('SELINUX'),
      type: setting('SELINUXTYPE'),
      policyvers: Number(records.get('selinux.policyvers')?.trim() ?? 0) || 'unknown',
    },
    selinux_python_present: true,
  };
}

const keyFacts = (records: Records): Record<string, unknown> =>
  Object.fromEntries(
    [...records].flatMap(([key, text]) => {
      const kind = /^key\..*ssh_host_(\w+)_key\.pub$/.exec(key)?.[1];
      const [type, value] = text.trim().split(' ');
      return kind === undefined
        ? []
        : [
            [`ssh_host_key_${kind}_public`, value],
            [`ssh_host_key_${kind}_public_keytype`, type],
          ];
    }),
  );

/** A file of own facts: JSON, or sections of `key=value`. */
function localFact(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const sections: Record<string, Record<string, string>> = {};
    let section: Record<string, string> | undefined;
    for (const line of text.split('\n')) {
      const title = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
      if (title !== undefined) {
        section = {};
        sections[title] = section;
      }
      const [, key, value = ''] = /^\s*([^#;[=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
      if (section !== undefined && title === undefined && key !== undefined) section[key.toLowerCase()] = value;
    }
    return Object.keys(sections).length === 0 ? text.trim() : sections;
  }
}

const localFacts = (records: Records): Record<string, unknown> => ({
  local: Object.fromEntries(
    [...records].filter(([key]) => key.startsWith('local.')).map(([key, text]) => [key.slice(6), localFact(text)]),
  ),
});

export function systemFacts(records: Records): Record<string, unknown> {
  const distribution = distributionFacts(records);
  return {
    ...hostFacts(records),
    ...distribution,
    ...lsbFacts(records),
    ...userFacts(records),
    ...envFacts(records),
    ...dateFacts(records.get('date') ?? ''),
    ...cmdlineFacts(records.get('cmdline')),
    ...dnsFacts(records.get('resolv')),
    ...selinuxFacts(records),
    ...keyFacts(records),
    ...localFacts(records),
    apparmor: {status: records.get('apparmor') ?? 'disabled'},
    fips: records.get('fips')?.trim() === '1',
    boot_id: (records.get('boot_id') ?? '').trim(),
    service_mgr: serviceManager(records),
    pkg_mgr: packageManager(records, distribution.os_family),
    python_version: pythonVersion,
    python: {version: {major: 3, minor: 12, micro: 0}, type: 'cpython', executable: ''},
  };
}
