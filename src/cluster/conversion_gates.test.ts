import test from 'ava';
import {refuseDiscard, refuseRollback} from './conversion_back.js';
import {type ConversionFacts, type ConversionRefusal, refuseConversion} from './conversion_gates.js';

const gib = 1024 ** 3;
const facts = (change: Partial<ConversionFacts> = {}): ConversionFacts => ({
  host: 's1',
  phase: 'sqlite',
  version: 'v1.30.6+k3s1',
  wantedVersion: 'v1.30.6+k3s1',
  config: {},
  systemd: true,
  curl: true,
  dataDir: '/var/lib/rancher/k3s',
  dir: '/var/lib/quorate/conversion',
  backupBytes: 50 * 1024 * 1024,
  databaseBytes: 40 * 1024 * 1024,
  freeDirBytes: 10 * gib,
  freeDataBytes: 10 * gib,
  oneFilesystem: true,
  takenPorts: [],
  ...change,
});

test('a server that may be converted', (t) => t.deepEqual(refuseConversion(facts()), []));

const refused: Record<string, {change: Partial<ConversionFacts>; refusals: readonly ConversionRefusal[]}> = {
  'too old': {
    change: {version: 'v1.22.1+k3s1', wantedVersion: ''},
    refusals: [
      {
        what: 'K3s v1.22.1+k3s1 on s1 does not copy SQLite to etcd: with cluster-init it would start with an empty etcd',
        hint: 'update to v1.22.2+k3s1 or later first (site.yml with k3s_version), then convert',
      },
    ],
  },
  'far too old': {
    change: {version: 'v1.19.5+k3s2', wantedVersion: ''},
    refusals: [
      {
        what: 'K3s v1.19.5+k3s2 on s1 does not copy SQLite to etcd: with cluster-init it would start with an empty etcd',
        hint: 'update to v1.22.2+k3s1 or later first (site.yml with k3s_version), then convert',
      },
    ],
  },
  'a broken release': {
    change: {version: 'v1.32.5+k3s1', wantedVersion: 'v1.32.5+k3s1'},
    refusals: [
      {
        what: 'K3s v1.32.5+k3s1 on s1 is a release whose conversion to etcd fails (k3s-io/k3s#12478)',
        hint: 'update to v1.32.6+k3s1 or later first (site.yml with k3s_version), then convert',
      },
    ],
  },
  'another broken release': {
    change: {version: 'v1.30.13+k3s1', wantedVersion: ''},
    refusals: [
      {
        what: 'K3s v1.30.13+k3s1 on s1 is a release whose conversion to etcd fails (k3s-io/k3s#12478)',
        hint: 'update to v1.30.14+k3s1 or later first (site.yml with k3s_version), then convert',
      },
    ],
  },
  'no binary': {
    change: {version: ''},
    refusals: [
      {
        what: 'the version of K3s on s1 cannot be read (there is no binary)',
        hint: 'see what `k3s --version` says there',
      },
    ],
  },
  'an update at the same time': {
    change: {wantedVersion: 'v1.31.0+k3s1'},
    refusals: [
      {
        what: 'the inventory wants K3s v1.31.0+k3s1, and s1 runs v1.30.6+k3s1: a conversion and an update are two things',
        hint: 'convert with -e k3s_version=v1.30.6+k3s1, or update first with site.yml',
      },
    ],
  },
  'told to join': {
    change: {config: {server: 'https://x:6443'}},
    refusals: [
      {
        what: 's1 is told to join https://x:6443 (`server`): it would not convert its own data',
        hint: 'take `server` out of its settings; only a single server can be converted',
      },
    ],
  },
  'an external datastore': {
    change: {config: {'datastore-endpoint': 'mysql://'}},
    refusals: [
      {
        what: 's1 has a datastore-endpoint: K3s converts its own SQLite only, no external datastore',
        hint: 'leave it as it is, or build a new cluster on embedded etcd',
      },
    ],
  },
  'etcd switched off': {
    change: {config: {'disable-etcd': true}},
    refusals: [{what: 's1 is told not to run etcd (`disable-etcd`)', hint: 'take `disable-etcd` out'}],
  },
  'nothing there': {
    change: {phase: 'empty'},
    refusals: [
      {
        what: 'there is nothing to convert on s1: no /var/lib/rancher/k3s/server/db/state.db',
        hint: 'a new cluster of servers starts on etcd by itself (site.yml); for another data-dir set k3s_data_dir',
      },
    ],
  },
  'no systemd': {
    change: {systemd: false},
    refusals: [{what: 's1 does not run systemd', hint: 'convert it by hand, by the K3s documentation'}],
  },
  'no curl': {
    change: {curl: false},
    refusals: [{what: 'there is no curl on s1, which reads etcd for the comparison', hint: 'install curl on s1'}],
  },
  'a port that is taken': {
    change: {takenPorts: [2380]},
    refusals: [
      {
        what: 'port 2380 on s1, which etcd needs, belongs to another program',
        hint: 'see `ss -ltnp` on s1, and stop that program or move it',
      },
    ],
  },
  'a full disk': {
    change: {freeDirBytes: 100 * 1024 * 1024},
    refusals: [
      {
        what: 's1 has 100 MiB left at /var/lib/quorate/conversion, and the conversion needs 306 MiB',
        hint: 'make room there, or set k3s_conversion_dir to a folder on another disk',
      },
    ],
  },
  'no room for etcd': {
    change: {oneFilesystem: false, freeDataBytes: 1000},
    refusals: [
      {what: 's1 has 1 MiB left at /var/lib/rancher/k3s, and the conversion needs 256 MiB', hint: 'make room there'},
    ],
  },
  'half back': {
    change: {phase: 'rolling-back'},
    refusals: [
      {
        what: 'a rollback of s1 to SQLite was begun and is not finished',
        hint: 'finish it: run convert_to_etcd.yml with -e rollback=true',
      },
    ],
  },
  'a version that is none': {
    change: {version: 'dev'},
    refusals: [{what: 'the version of K3s on s1 cannot be read (dev)', hint: 'see what `k3s --version` says there'}],
  },
  'an old release of a broken line': {
    change: {version: 'v1.33.1+k3s2', wantedVersion: 'v1.33.1+k3s2'},
    refusals: [
      {
        what: 'K3s v1.33.1+k3s2 on s1 is a release whose conversion to etcd fails (k3s-io/k3s#12478)',
        hint: 'update to v1.33.2+k3s1 or later first (site.yml with k3s_version), then convert',
      },
    ],
  },
  'the last of a line of broken ones': {
    change: {version: 'v1.31.9+k3s1', wantedVersion: ''},
    refusals: [
      {
        what: 'K3s v1.31.9+k3s1 on s1 is a release whose conversion to etcd fails (k3s-io/k3s#12478)',
        hint: 'update to v1.31.10+k3s1 or later first (site.yml with k3s_version), then convert',
      },
    ],
  },
  'much at once: the version, settings, and the host': {
    change: {
      version: 'v1.21.0+k3s1',
      config: {server: 'https://x:6443', 'disable-etcd': true},
      systemd: false,
      curl: false,
      takenPorts: [2379, 2380],
      freeDirBytes: 0,
    },
    refusals: [
      {
        what: 'K3s v1.21.0+k3s1 on s1 does not copy SQLite to etcd: with cluster-init it would start with an empty etcd',
        hint: 'update to v1.22.2+k3s1 or later first (site.yml with k3s_version), then convert',
      },
      {
        what: 's1 is told to join https://x:6443 (`server`): it would not convert its own data',
        hint: 'take `server` out of its settings; only a single server can be converted',
      },
      {what: 's1 is told not to run etcd (`disable-etcd`)', hint: 'take `disable-etcd` out'},
      {what: 's1 does not run systemd', hint: 'convert it by hand, by the K3s documentation'},
      {what: 'there is no curl on s1, which reads etcd for the comparison', hint: 'install curl on s1'},
      {
        what: 'port 2379 on s1, which etcd needs, belongs to another program',
        hint: 'see `ss -ltnp` on s1, and stop that program or move it',
      },
      {
        what: 'port 2380 on s1, which etcd needs, belongs to another program',
        hint: 'see `ss -ltnp` on s1, and stop that program or move it',
      },
      {
        what: 's1 has 0 MiB left at /var/lib/quorate/conversion, and the conversion needs 306 MiB',
        hint: 'make room there, or set k3s_conversion_dir to a folder on another disk',
      },
    ],
  },
  'no room for the backup beside etcd on one disk, by a byte': {
    change: {databaseBytes: 300 * 1024 * 1024, freeDirBytes: 350 * 1024 * 1024 - 1},
    refusals: [
      {
        what: 's1 has 350 MiB left at /var/lib/quorate/conversion, and the conversion needs 350 MiB',
        hint: 'make room there, or set k3s_conversion_dir to a folder on another disk',
      },
    ],
  },
  'no room for the backup alone, etcd elsewhere': {
    change: {oneFilesystem: false, freeDirBytes: 50 * 1024 * 1024 - 1},
    refusals: [
      {
        what: 's1 has 50 MiB left at /var/lib/quorate/conversion, and the conversion needs 50 MiB',
        hint: 'make room there, or set k3s_conversion_dir to a folder on another disk',
      },
    ],
  },
  'no room for etcd’s first files, by a byte': {
    change: {oneFilesystem: false, freeDataBytes: 256 * 1024 * 1024 - 1},
    refusals: [
      {what: 's1 has 256 MiB left at /var/lib/rancher/k3s, and the conversion needs 256 MiB', hint: 'make room there'},
    ],
  },
  'no room for the whole database': {
    change: {oneFilesystem: false, databaseBytes: 300 * 1024 * 1024, freeDataBytes: 300 * 1024 * 1024 - 1},
    refusals: [
      {what: 's1 has 300 MiB left at /var/lib/rancher/k3s, and the conversion needs 300 MiB', hint: 'make room there'},
    ],
  },
  'died midway, and no curl': {
    change: {phase: 'died', curl: false},
    refusals: [{what: 'there is no curl on s1, which reads etcd for the comparison', hint: 'install curl on s1'}],
  },
};

for (const [name, {change, refusals}] of Object.entries(refused))
  test(`refused: ${name}`, (t) => t.deepEqual(refuseConversion(facts(change)), refusals));

for (const [name, change] of Object.entries<Partial<ConversionFacts>>({
  'just room for the backup and etcd on one disk': {databaseBytes: 300 * 1024 * 1024, freeDirBytes: 350 * 1024 * 1024},
  'just room for each on its disk': {
    oneFilesystem: false,
    freeDirBytes: 50 * 1024 * 1024,
    freeDataBytes: 256 * 1024 * 1024,
  },
  'one disk, whatever the other number says': {freeDataBytes: 0},
  'etcd not switched off': {config: {'disable-etcd': false}},
  'no wanted version': {wantedVersion: ''},
}))
  test(`may be converted: ${name}`, (t) => t.deepEqual(refuseConversion(facts(change)), []));

test('the first version that copies, and the ones that mended it', (t) => {
  for (const version of ['v1.22.2+k3s1', 'v1.22.5+k3s1', 'v1.32.6+k3s1', 'v1.30.14+k3s1'])
    t.deepEqual(refuseConversion(facts({version, wantedVersion: ''})), [], version);
});

test('what is past the copying is not held back by it', (t) => {
  for (const phase of ['under-way', 'unproven', 'done'] as const)
    t.deepEqual(refuseConversion(facts({phase, version: 'v1.32.5+k3s1', curl: true, freeDirBytes: 0})), [], phase);
});

const back = {host: 's1', phase: 'done', backup: '/b', hasBackup: true, hasRecord: true, members: 1} as const;

test('going back', (t) => {
  t.deepEqual(refuseRollback(back), []);
  t.deepEqual(refuseRollback({...back, phase: 'died', members: 0}), []);
  t.deepEqual(refuseRollback({...back, members: 2}), [
    {
      what: 's1 is one of 2 members of etcd: SQLite serves one server only, and the others would be lost with all they hold',
      hint: 'there is no way back once another server has joined; restore a snapshot of etcd instead, if that is what is wanted',
    },
  ]);
  t.deepEqual(refuseRollback({...back, hasRecord: false}), [
    {
      what: 'there is no conversion on s1 to go back from: no record beside /b',
      hint: 'only what convert_to_etcd.yml has converted can be rolled back; for another folder set k3s_conversion_dir',
    },
  ]);
  t.deepEqual(refuseRollback({...back, hasBackup: false}), [
    {
      what: 'there is no conversion on s1 to go back from: the backup /b is gone',
      hint: 'only what convert_to_etcd.yml has converted can be rolled back; for another folder set k3s_conversion_dir',
    },
  ]);
  t.deepEqual(refuseRollback({...back, hasBackup: false, hasRecord: false}), [
    {
      what: 'there is no conversion on s1 to go back from: no record beside /b',
      hint: 'only what convert_to_etcd.yml has converted can be rolled back; for another folder set k3s_conversion_dir',
    },
  ]);
  t.deepEqual(refuseRollback({...back, phase: 'under-way'}), [
    {what: 'K3s on s1 is copying its keys at this moment', hint: 'let it end, or stop it, then run again'},
  ]);
});

test('what was written since is lost only by its number', (t) => {
  const since = {written: 3, deleted: 2, heartbeats: 4};
  t.is(refuseDiscard({written: 0, deleted: 0, heartbeats: 9}, undefined), undefined);
  t.deepEqual(refuseDiscard(since, undefined), {
    what: '5 keys were written since the conversion (3 made or changed, 2 deleted; beside 4 that the cluster renews by itself: Events, leases, the state of Nodes), and SQLite has none of it',
    hint: 'if they may be lost, run again with -e rollback_discard=5',
  });
  t.truthy(refuseDiscard(since, 4));
  t.is(refuseDiscard(since, 5), undefined);
});
