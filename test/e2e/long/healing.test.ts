import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type ClusterChecks, checksOf} from '../support/cluster_checks.js';
import {type ClusterLab, clusterLab} from '../support/cluster_lab.js';
import {k3sUnderTest} from '../support/k3s.js';
import {changedPaths, transcript} from '../support/outcomes.js';

let cluster: ClusterLab;
let checks: ClusterChecks;

const real = process.env.K3S_BINARY !== undefined;
/** Cases that hold a joiner at a stage need the stand-in, which can be told to wait there. */
const standIn = real ? test.skip : test.serial;

const settings = '/etc/rancher/k3s/standin.yaml';

test.before('two members and a bare host, then three members', async (t) => {
  cluster = await clusterLab('healing', {servers: 3, agents: 0});
  checks = checksOf(cluster);
  const two = await cluster.run(['--limit', 'server1,server2']);
  t.is(two.code, 0, transcript(two));
  await cluster.lab.save('two');
  await checks.heals(t as ExecutionContext);
  await cluster.lab.save('built');
});

test.after.always('take down', async () => {
  await cluster?.down();
});

const votersSeen = async (): Promise<{readonly voters: number; readonly learners: readonly string[]}> => {
  const members = (await checks.membersSeenBy('server1'))?.members ?? [];
  return {
    voters: members.filter(({isLearner}) => !isLearner).length,
    learners: members.filter(({isLearner}) => isLearner).map(({name}) => name),
  };
};

const stateOf = (host: string): Promise<string> =>
  checks.inside(
    host,
    'systemctl show k3s -p ActiveState --value; ls -d /var/lib/rancher/k3s/server/db/etcd/member/wal',
  );

// ── A joiner killed on its way ──

/** Waits for the hosts' next start of K3s; without them none. */
const hold = async (host: string, lines: string): Promise<void> => {
  await checks.inside(host, `mkdir -p /etc/rancher/k3s; echo '${lines}' > ${settings}`);
};

const letGo = async (host: string): Promise<void> => {
  await checks.inside(host, `rm -f ${settings}`);
};

/** K3s and all it started, at once, as when the host loses its power; it comes back at the next boot. */
const powerCut = async (host: string): Promise<void> => {
  await cluster.lab.host(host).kill();
  await rm(join(cluster.lab.host(host).upperDir, settings), {force: true});
  await cluster.lab.host(host).start();
};

/** K3s alone, which stays down. */
const killK3s = async (host: string): Promise<void> => {
  await checks.inside(host, 'systemctl kill -s KILL k3s; systemctl stop k3s');
  await letGo(host);
};

interface Stage {
  readonly prepare: () => Promise<void>;
  readonly reached: () => Promise<boolean>;
  readonly kill: (host: string) => Promise<void>;
}

const stages: Readonly<Record<string, Stage>> = {
  'before its member is added': {
    prepare: () => hold('server3', 'start-delay-ms: 600000'),
    reached: async () => (await stateOf('server3')).startsWith('activating'),
    kill: powerCut,
  },
  'as a learner whose etcd has not started': {
    prepare: () => hold('server3', 'join-delay-ms: 600000'),
    reached: async () => (await votersSeen()).learners.includes(''),
    kill: killK3s,
  },
  'as a learner with data on its disk': {
    // The leader promotes; K3s reads its settings when it starts.
    async prepare() {
      await Promise.all(['server1', 'server2'].map((host) => hold(host, 'learner-ms: 600000')));
      await Promise.all(['server1', 'server2'].map((host) => checks.inside(host, 'systemctl restart k3s')));
    },
    reached: async () =>
      (await votersSeen()).learners.some((name) => name.startsWith('server3-')) &&
      (await stateOf('server3')).includes('wal'),
    async kill(host) {
      await killK3s(host);
      await Promise.all(['server1', 'server2'].map(letGo));
      await Promise.all(['server1', 'server2'].map((one) => checks.inside(one, 'systemctl restart k3s')));
    },
  },
  'after its promotion': {
    prepare: () => hold('server3', 'readyz-delay-ms: 600000'),
    reached: async () => (await votersSeen()).voters === 3,
    kill: killK3s,
  },
  'before it is ready': {
    prepare: () => hold('server3', 'readyz-delay-ms: 600000'),
    reached: async () => (await stateOf('server3')).startsWith('active\n'),
    kill: powerCut,
  },
};

for (const [stage, {prepare, reached, kill}] of Object.entries(stages)) {
  standIn(`a joiner and the controller killed ${stage}`, async (t) => {
    await cluster.restore('two');
    await prepare();
    const run = await cluster.run([], {killOnce: reached});
    t.is(run.code, -1, `it was to be killed\n${transcript(run)}`);
    await kill('server3');
    await checks.heals(t);
  });
}

// ── The controller killed between two steps ──

test.serial(
  'the controller killed between the writing of settings and the restart: the restart is made up for',
  async (t) => {
    await cluster.restore('built');
    await cluster.setVariables({k3s_server_config: {...cluster.k3s.settings, 'node-label': ['rerun=yes']}});
    const before = await cluster.mainPids();
    // While another member does not answer, nobody may go down: the restart waits, its settings written.
    const etcd = 'pkill -x -P "$(systemctl show k3s -p MainPID --value)" etcd -';
    await checks.inside('server3', `${etcd}STOP`);
    const run = await cluster.run(['--limit', 'server1'], {
      killOnce: async () => (await checks.inside('server1', 'cat /etc/rancher/k3s/config.yaml')).includes('rerun=yes'),
    });
    t.is(run.code, -1, transcript(run));
    await checks.inside('server3', `${etcd}CONT`);
    t.is((await cluster.mainPids()).get('server1'), before.get('server1'), 'it was not restarted yet');
    const healed = await checks.heals(t, ['--limit', 'server1']);
    await cluster.setVariables({});
    t.regex(healed.stdout, /server1 +keep +runs as a member; to be restarted: config\.yaml changed since its start/);
    const after = await cluster.mainPids();
    t.deepEqual(
      [...after].filter(([host, pid]) => before.get(host) !== pid).map(([host]) => host),
      ['server1'],
    );
  },
);

standIn(
  'the controller killed before the new binary is moved into place: what runs is whole, and the next run moves it',
  async (t) => {
    await cluster.restore('built');
    const folder = join(cluster.lab.host('server2').upperDir, 'usr/local/bin');
    const next = k3sUnderTest('v1.30.7+k3s1');
    const variables = {k3s_binary: next.binary, k3s_version: next.version};
    await cluster.setVariables(variables);
    const parts = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name.startsWith('.'));
    const run = await cluster.run(['--limit', 'server2'], {killOnce: async () => (await parts()).length > 0});
    t.is(run.code, -1, transcript(run));
    t.regex(await checks.inside('server2', 'k3s --version'), /v1\.30\.6/);
    const healed = await checks.heals(t, ['--limit', 'server2']);
    await cluster.setVariables({});
    t.regex(healed.stdout, /server2 +keep +runs as a member; to be restarted: v1\.30\.6\+k3s1 becomes v1\.30\.7\+k3s1/);
    t.regex(await checks.inside('server2', 'k3s kubectl get nodes'), /^server2 .*v1\.30\.7/m);
    t.deepEqual(await parts(), [], 'nothing is left of the first attempt');
  },
);

// ── All down, and restart loops ──

test.serial('a power cut of all, and K3s down on all: one run', async (t) => {
  await cluster.restore('built');
  await Promise.all(cluster.lab.hosts.map((host) => host.kill()));
  await cluster.lab.start();
  await Promise.all(cluster.lab.hosts.map(({name}) => checks.inside(name, 'systemctl stop k3s')));
  const run = await checks.heals(t);
  t.regex(run.stdout, /server1 +start +is a member that does not run/);
});

test.serial('a restart loop: the run names its cause from the journal, and the next one heals', async (t) => {
  await cluster.restore('built');
  await checks.inside(
    'server2',
    'systemctl stop k3s; systemd-run --unit=squatter systemd-socket-activate -l 6443 /bin/sleep 600',
  );
  const run = await cluster.run([]);
  t.is(run.code, 2, transcript(run));
  t.regex(
    run.stdout,
    /k3s ended \d+ times while starting: a port that K3s needs is taken by another process/,
    transcript(run),
  );
  await checks.inside('server2', 'systemctl stop squatter');
  await checks.heals(t);
});

test.serial('a unit that somebody broke restarts for ever: it is written anew and started', async (t) => {
  await cluster.restore('built');
  await checks.inside(
    'server2',
    "sed -i '/^ExecStart=/s/$/ --no-such-flag/' /etc/systemd/system/k3s.service; systemctl daemon-reload; systemctl restart --no-block k3s; sleep 2",
  );
  await checks.heals(t);
});

// ── Wiped servers ──

const wipe = 'systemctl stop k3s; rm -rf /var/lib/rancher/k3s';

for (const [name, stopped] of [
  ['another is stopped', ['server2']],
  ['all others are stopped', ['server2', 'server3']],
] as const) {
  test.serial(`a server wiped while ${name}: one run`, async (t) => {
    await cluster.restore('built');
    const before = await checks.membersSeenBy('server3');
    await checks.inside('server1', wipe);
    for (const host of stopped) await checks.inside(host, 'systemctl stop k3s');
    const run = await checks.heals(t);
    t.is((await checks.membersSeenBy('server1'))?.clusterId, before?.clusterId, transcript(run));
    t.regex(run.stdout, /server1 +replace +was wiped: its dead member server1-[0-9a-f]{8} \(\d+\) is removed/);
  });
}

const still = /the cluster still lists server1 as member server1-[0-9a-f]{8} \(\d+\)/;

test.serial('a wiped server whose member still answers, or whose disk is not empty, is not replaced', async (t) => {
  await cluster.restore('built');
  await checks.inside('server1', `${wipe}; systemd-run --unit=squatter systemd-socket-activate -l 2380 /bin/cat`);
  await checks.refuses(
    t,
    [],
    [
      still,
      /but at https:\/\/\S+:2380 something answers, as server[23] sees it/,
      'hint: the member lives, so it is not removed: check that ansible_host of server1 is the machine at that address, or give this one a name of its own',
    ],
  );
  await checks.inside('server1', 'systemctl stop squatter; mkdir -p /var/lib/rancher/k3s/server/db/etcd/member/snap');
  await checks.refuses(
    t,
    [],
    [
      still,
      'but its data-dir is not empty: it holds server/db/etcd/member',
      'hint: if nothing on server1 is needed, remove /var/lib/rancher/k3s/server there, then run again',
    ],
  );
});

test.serial('a wiped server is not replaced where no majority can agree to it', async (t) => {
  await cluster.restore('built');
  await checks.inside('server1', wipe);
  await cluster.lab.host('server2').kill();
  await checks.refuses(
    t,
    ['-e', 'ansible_timeout=3'],
    [
      /the dead member server1-[0-9a-f]{8} of server1 cannot be removed: 1 of 3 voters is healthy or can be started, and 2 have to agree/,
      'hint: bring other members back first; if they are lost for good, make server3 the only member',
    ],
  );
});

// ── What old K3s leaves: data of a member that the cluster does not list ──

test.serial(
  'a member that was put out with data on its disk is named, and joins again once that is gone',
  async (t) => {
    await cluster.restore('built');
    await checks.inside('server3', 'systemctl stop k3s');
    const own = (await checks.membersSeenBy('server1'))?.members.find(({name}) => name.startsWith('server3-'));
    await checks.inside(
      'server1',
      `t=/var/lib/rancher/k3s/server/tls/etcd; curl -s --cacert $t/server-ca.crt --cert $t/client.crt --key $t/client.key -d '{"ID": "${own?.id}"}' https://127.0.0.1:2379/v3/cluster/member/remove`,
    );
    await checks.refuses(
      t,
      [],
      [
        `server3 has the data of member ${own?.name}, which the cluster does not list: it was removed, was put out as a learner before it had caught up, or is of another cluster`,
        'hint: if nothing on server3 is needed, stop K3s there and remove /var/lib/rancher/k3s/server/db, then run again: it joins as a new member',
      ],
    );
    await checks.inside('server3', 'rm -rf /var/lib/rancher/k3s/server/db');
    const run = await checks.heals(t);
    t.true(changedPaths(run.events).length > 0);
  },
);
