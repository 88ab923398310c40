import test from 'ava';
import {distributionFacts, lsbFacts, packageManager} from './distribution.js';
import {hardwareFacts, virtualFacts} from './hardware.js';
import {groupsOf} from './module.js';
import {netmaskOf, networkFacts, networkOf, readIfconfig} from './network.js';
import {dateFacts} from './system.js';

const records = (values: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(values));

const systems: readonly (readonly [
  string,
  Record<string, string>,
  readonly [string, string, string, string, string],
])[] = [
  [
    'Ubuntu',
    {
      'etc.os-release': 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n',
      'etc.debian_version': 'bookworm/sid\n',
    },
    ['Ubuntu', '22.04', '22', 'jammy', 'Debian'],
  ],
  [
    'Raspbian',
    {'etc.os-release': 'ID=raspbian\nVERSION_ID="11"\nVERSION_CODENAME=bullseye\n', 'etc.debian_version': '11.7\n'},
    ['Debian', '11.7', '11', 'bullseye', 'Debian'],
  ],
  [
    'Rocky',
    {'etc.os-release': 'ID="rocky"\nVERSION_ID="9.3"\n', 'etc.redhat-release': 'Rocky Linux release 9.3 (Blue Onyx)\n'},
    ['Rocky', '9.3', '9', 'Blue Onyx', 'RedHat'],
  ],
  [
    'CentOS Stream',
    {'etc.os-release': 'ID="centos"\nVERSION_ID="9"\n', 'etc.redhat-release': 'CentOS Stream release 9\n'},
    ['CentOS', '9', '9', 'NA', 'RedHat'],
  ],
  [
    'Alpine',
    {'etc.os-release': 'ID=alpine\nVERSION_ID=3.18.4\n', 'etc.alpine-release': '3.18.4\n'},
    ['Alpine', '3.18.4', '3', 'NA', 'Alpine'],
  ],
  [
    'Leap',
    {'etc.os-release': 'ID="opensuse-leap"\nVERSION_ID="15.5"\nID_LIKE="suse opensuse"\n'},
    ['openSUSE Leap', '15.5', '15', 'NA', 'Suse'],
  ],
  [
    'an unknown one like Debian',
    {'etc.os-release': "ID=other\nNAME='Other OS'\nID_LIKE='ubuntu debian'\nVERSION_ID=1\n"},
    ['Other OS', '1', '1', 'NA', 'Debian'],
  ],
];
for (const [title, values, [distribution, version, major, release, family]] of systems)
  test(`distribution: ${title}`, (t) => {
    t.like(distributionFacts(records(values)), {
      distribution,
      distribution_version: version,
      distribution_major_version: major,
      distribution_release: release,
      os_family: family,
    });
  });

test('lsb is there only where the host has it', (t) => {
  t.deepEqual(lsbFacts(records({})), {});
  t.like(
    lsbFacts(
      records({'etc.lsb-release': 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=22.04\nDISTRIB_DESCRIPTION="Ubuntu 22.04"\n'}),
    ),
    {lsb: {id: 'Ubuntu', release: '22.04', major_release: '22', description: 'Ubuntu 22.04'}},
  );
  t.like(lsbFacts(records({lsb: 'Distributor ID:\tRaspbian\nRelease:\t11\n'})), {lsb: {id: 'Raspbian', release: '11'}});
});

test('package managers', (t) => {
  t.is(packageManager(records({'pkg.apt-get': 'yes', 'pkg.dnf': 'yes'}), 'Debian'), 'apt');
  t.is(packageManager(records({'pkg.dnf': 'yes', 'pkg.yum': 'yes'}), 'RedHat'), 'dnf');
  t.is(packageManager(records({}), 'Linux'), 'unknown');
});

test('netmasks and networks', (t) => {
  t.deepEqual([0, 8, 20, 32].map(netmaskOf), ['0.0.0.0', '255.0.0.0', '255.255.240.0', '255.255.255.255']);
  t.is(networkOf('192.168.77.5', 20), '192.168.64.0');
});

test('addresses by ip, with peers and names of pairs', (t) => {
  const facts = networkFacts(
    records({
      'net.eth0': 'kind= address=52:54:00:00:00:01 mtu=1500 operstate=up type=1 flags=0x1003 speed=1000',
      'net.wg0': 'kind= address= mtu=1420 operstate=unknown type=65534 flags=0x91 speed=',
      addresses:
        '2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\\       valid_lft forever\n2: eth0@if7    inet 10.0.0.6/24 scope global secondary eth0\n2: eth0    inet6 fe80::1/64 scope link\n3: wg0    inet 10.1.1.1 peer 10.1.1.2/32 scope global wg0\n',
      route4: '8.8.8.8 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0 \n    cache',
    }),
  );
  t.like(facts, {
    default_ipv4: {
      address: '10.0.0.5',
      gateway: '10.0.0.1',
      interface: 'eth0',
      macaddress: '52:54:00:00:00:01',
      mtu: 1500,
      type: 'ether',
    },
    default_ipv6: {},
    all_ipv4_addresses: ['10.0.0.5', '10.0.0.6', '10.1.1.1'],
    eth0: {
      active: true,
      speed: 1000,
      ipv4_secondaries: [{address: '10.0.0.6'}],
      ipv6: [{address: 'fe80::1', prefix: '64', scope: 'link'}],
    },
    wg0: {active: true, type: 'unknown', ipv4: {address: '10.1.1.1', prefix: '32'}},
  });
});

test('addresses by ifconfig', (t) => {
  t.like(
    readIfconfig(
      'eth0      Link encap:Ethernet  HWaddr 00\n          inet addr:10.0.0.5  Bcast:10.0.0.255  Mask:255.255.255.0\n          inet6 addr: fe80::1/64 Scope:Link\n',
    ),
    [
      {device: 'eth0', address: '10.0.0.5', prefix: 24, broadcast: '10.0.0.255'},
      {address: 'fe80::1', prefix: 64},
    ],
  );
});

test('memory, processors and mounts', (t) => {
  const facts = hardwareFacts(
    records({
      meminfo:
        'MemTotal: 2048000 kB\nMemFree: 1024000 kB\nBuffers: 0 kB\nCached: 512000 kB\nSwapTotal: 1024 kB\nSwapFree: 1024 kB\n',
      cpuinfo:
        'processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: 0\nsiblings\t: 2\ncpu cores\t: 1\nprocessor\t: 1\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon\nphysical id\t: 0\n',
      mounts: '/dev/sda1 / ext4 rw,relatime 0 1\nproc /proc proc rw 0 0\nnas:/x /mnt/a\\040b nfs rw 0 0\n',
      'space./': '4096 1000 500 200 100',
      uptime: '12.34 5.6\n',
      dmi: '/sys/class/dmi/id/product_name:PowerEdge: R1\n',
    }),
  );
  t.like(facts, {
    memtotal_mb: 2000,
    memfree_mb: 1000,
    swaptotal_mb: 1,
    processor_count: 1,
    processor_cores: 1,
    processor_vcpus: 2,
    processor_threads_per_core: 2,
    uptime_seconds: 12,
    product_name: 'PowerEdge: R1',
    bios_date: 'NA',
  });
  t.like(facts.mounts, [
    {mount: '/', size_total: 4096000, size_available: 2048000},
    {mount: '/mnt/a b', device: 'nas:/x'},
  ]);
  t.like(facts.memory_mb, {nocache: {free: 1500, used: 500}, swap: {total: 1, used: 0}});
});

for (const [title, values, type, role] of [
  ['nothing', {}, 'NA', 'NA'],
  ['kvm', {virt: 'kvm'}, 'kvm', 'guest'],
  ['none', {virt: 'none', kvm: 'yes'}, 'kvm', 'host'],
  ['by vendor', {vendor: 'VMware, Inc.\n'}, 'VMware', 'guest'],
  ['docker', {docker: 'yes', virt: 'kvm'}, 'docker', 'guest'],
] as const)
  test(`virtualization: ${title}`, (t) => {
    t.deepEqual(virtualFacts(records(values)), {virtualization_type: type, virtualization_role: role});
  });

test('the clock', (t) => {
  t.like(dateFacts('2026-01-31T12:05:09 1769857509 CET +0100 Saturday 6 04 123456789').date_time, {
    year: '2026',
    hour: '12',
    epoch: '1769857509',
    iso8601: '2026-01-31T11:05:09Z',
    iso8601_micro: '2026-01-31T11:05:09.123456Z',
    iso8601_basic_short: '20260131T120509',
    tz: 'CET',
    tz_offset: '+0100',
    weekday: 'Saturday',
  });
});

for (const [wanted, expected] of [
  [['all'], ['min', 'network', 'hardware', 'virtual']],
  [[], ['min', 'network', 'hardware', 'virtual']],
  [['min'], ['min']],
  [['!all'], ['min']],
  [['!all', '!min', 'network'], ['network']],
  [['network'], ['min', 'network']],
  [['!hardware'], ['min', 'network', 'virtual']],
  [['distribution'], ['min']],
] as const)
  test(`subsets: ${wanted.join(',') || 'nothing'}`, (t) => {
    t.deepEqual([...groupsOf(wanted)].sort(), [...expected].sort());
  });
