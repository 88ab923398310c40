import test from 'ava';
import {causeOf, fatalMessage, isFinal, lastWords, startCauses} from './causes.js';

for (const [line, words] of [
  [
    'time="2026-01-01T00:00:00Z" level=fatal msg="starting kubernetes: \\"x\\" failed"',
    'starting kubernetes: "x" failed',
  ],
  ['time="2026-01-01T00:00:00Z" level=error msg="passing"', undefined],
  ['panic: runtime error: invalid memory address', 'panic: runtime error: invalid memory address'],
  ['Nov 28 21:56:58 server1 k3s[467]: panic: runtime error', 'panic: runtime error'],
  ['goroutine 1 [running]:', undefined],
  ['x panic: y', undefined],
  ['panic: a\nb', undefined],
  ['panic: ', undefined],
  ['time="2026-01-01T00:00:00Z" level=info msg="recovered from a panic"', undefined],
] as const)
  test(`last words of: ${line}`, (t) => t.is(lastWords(line), words));

test('a cause that may pass is not final', (t) => {
  const passing = 'level=fatal msg="etcdserver: too many learner members in cluster"';
  t.is(causeOf(passing)?.why, 'etcd takes one learner at a time and another server is joining');
  t.false(isFinal(passing));
  t.true(isFinal('level=fatal msg="starting: bootstrap data already found and encrypted with different token"'));
});

/** The cause that a line names, and whether waiting is of no use. */
for (const [line, cause, final] of [
  [
    'duplicate node name found',
    {
      why: 'the cluster still lists a member of this node name',
      hint: 'the server was wiped or rebuilt: run site.yml again, which removes its dead member through a living server',
    },
    true,
  ],
  [
    'Node password rejected',
    {
      why: 'the cluster knows this node name with another node password',
      hint: 'delete the Node (`k3s kubectl delete node NAME`) on a living server; its node-password secret goes with it',
    },
    true,
  ],
  [
    'node password not set',
    {
      why: 'the cluster knows this node name with another node password',
      hint: 'delete the Node (`k3s kubectl delete node NAME`) on a living server; its node-password secret goes with it',
    },
    true,
  ],
  [
    'hash does not match',
    {
      why: 'the cluster knows this node name with another node password',
      hint: 'delete the Node (`k3s kubectl delete node NAME`) on a living server; its node-password secret goes with it',
    },
    true,
  ],
  [
    'bootstrap data already found and encrypted with different token',
    {
      why: "the token is not the one the cluster's datastore was made with",
      hint: 'set k3s_token to the token of the cluster (server/token on a living server, or your saved copy)',
    },
    true,
  ],
  [
    'token CA hash does not match',
    {
      why: 'the cluster knows this node name with another node password',
      hint: 'delete the Node (`k3s kubectl delete node NAME`) on a living server; its node-password secret goes with it',
    },
    true,
  ],
  [
    'not authorized',
    {
      why: "the token is not the cluster's",
      hint: 'compare k3s_token with /var/lib/rancher/k3s/server/token on a living server',
    },
    true,
  ],
  [
    '401 Unauthorized',
    {
      why: "the token is not the cluster's",
      hint: 'compare k3s_token with /var/lib/rancher/k3s/server/token on a living server',
    },
    true,
  ],
  [
    'failed to validate token',
    {
      why: "the token is not the cluster's",
      hint: 'compare k3s_token with /var/lib/rancher/k3s/server/token on a living server',
    },
    true,
  ],
  [
    'failed to ping database connection',
    {
      why: 'the external datastore does not let K3s in',
      hint: 'the line of the log says why; k3s_datastore was right when it was tried, so see what has changed since',
    },
    false,
  ],
  [
    'failed to create driver',
    {
      why: 'the external datastore does not let K3s in',
      hint: 'the line of the log says why; k3s_datastore was right when it was tried, so see what has changed since',
    },
    true,
  ],
  [
    'creating storage endpoint',
    {
      why: 'the external datastore does not let K3s in',
      hint: 'the line of the log says why; k3s_datastore was right when it was tried, so see what has changed since',
    },
    true,
  ],
  [
    'critical configuration value mismatch between servers',
    {
      why: "flags that must match on all servers differ from the cluster's",
      hint: 'compare k3s_server_config with config.yaml on a living server; K3s names the flags in its log only',
    },
    true,
  ],
  [
    'too many learner members',
    {
      why: 'etcd takes one learner at a time and another server is joining',
      hint: 'wait until it has joined, then run again',
    },
    false,
  ],
  [
    'the member has been permanently removed from the cluster',
    {
      why: 'the cluster took this member out: it was removed, or was a learner that did not catch up in time',
      hint: 'if nothing on this server is needed, stop K3s there and remove server/db below its data-dir, then run again: it joins as a new member',
    },
    false,
  ],
  [
    'this server has been removed from the cluster',
    {
      why: 'the cluster took this member out: it was removed, or was a learner that did not catch up in time',
      hint: 'if nothing on this server is needed, stop K3s there and remove server/db below its data-dir, then run again: it joins as a new member',
    },
    false,
  ],
  [
    'it has been removed from its etcd cluster',
    {
      why: 'the cluster took this member out: it was removed, or was a learner that did not catch up in time',
      hint: 'if nothing on this server is needed, stop K3s there and remove server/db below its data-dir, then run again: it joins as a new member',
    },
    false,
  ],
  [
    'was removed from its etcd cluster',
    {
      why: 'the cluster took this member out: it was removed, or was a learner that did not catch up in time',
      hint: 'if nothing on this server is needed, stop K3s there and remove server/db below its data-dir, then run again: it joins as a new member',
    },
    false,
  ],
  [
    'certificate is newer than datastore',
    {
      why: 'certificates under server/tls are newer than those in the datastore',
      hint: 'clocks differ or files were copied: see K3s docs "certificate"; never edit server/tls',
    },
    true,
  ],
  [
    'listen tcp: bind: address already in use',
    {
      why: 'a port that K3s needs is taken by another process',
      hint: 'see `ss -ltnp`; K3s needs 6443, 10250, and 2379-2380 on servers',
    },
    false,
  ],
  [
    'no default routes found',
    {why: 'the host has no default route, which K3s needs', hint: 'add one (in an airgap a dummy interface will do)'},
    true,
  ],
  [
    'cgroup v1: the memory controller is, as it is, not enabled',
    {
      why: 'the kernel gives K3s no memory cgroup',
      hint: 'on a Raspberry Pi add `cgroup_memory=1 cgroup_enable=memory` to cmdline.txt and reboot',
    },
    true,
  ],
  [
    'failed to find memory cgroup',
    {
      why: 'the kernel gives K3s no memory cgroup',
      hint: 'on a Raspberry Pi add `cgroup_memory=1 cgroup_enable=memory` to cmdline.txt and reboot',
    },
    true,
  ],
  ['cpuset cgroup', undefined, false],
  ['write: no space left on device', {why: 'the disk is full'}, true],
  [
    'exec format error',
    {why: "the binary is not for this machine's architecture", hint: 'check k3s_binary against `uname -m`'},
    true,
  ],
  ['something odd', undefined, false],
  [
    'Duplicate Node Name Found',
    {
      why: 'the cluster still lists a member of this node name',
      hint: 'the server was wiped or rebuilt: run site.yml again, which removes its dead member through a living server',
    },
    true,
  ],
] as const)
  test(`the cause in: ${line}`, (t) => {
    t.deepEqual(causeOf(line), cause);
    t.is(isFinal(line), final);
  });

for (const [line, message] of [
  ['level=fatal msg="a \\"b\\" \\\\ c" more="x"', 'a "b" \\\\ c'],
  ['time=x level=error msg="e"', 'e'],
  ['level=info msg="e"', undefined],
  ['level=fatal msg=e', undefined],
  ['panic: x', undefined],
] as const)
  test(`the message of: ${line}`, (t) => {
    t.deepEqual(fatalMessage(line), message);
  });

const found =
  'time="2026-11-29T09:42:28Z" level=info msg="Managed etcd cluster bootstrap already complete and initialized"';
const knock = (time: string): string =>
  `{"level":"warn","ts":"2026-11-29T${time}Z","caller":"rafthttp/http.go:413","msg":"failed to find remote peer in cluster","local-member-id":"53876144e55ef888","remote-peer-id-from":"bc2c72487b04ede2"}`;
const cannotCatchUp = {
  why: "its etcd was ended while it joined, and cannot catch up: it knows none of the cluster's members, and answers none of them",
  hint: 'run again: a server that has no vote yet is taken out and joins anew, and nothing is lost by that',
};

for (const [name, lines, known] of [
  ['it goes on for as long', [found, knock('09:42:30.380'), knock('09:42:45.380')], true],
  ['it ends before that', [found, knock('09:42:30.380'), knock('09:42:45.379')], false],
  ['the first start, which has its members from them', [knock('09:42:30.380'), knock('09:43:45.380')], false],
  ['before the data was found', [knock('09:42:30.380'), found, knock('09:42:46.380')], false],
  ['other lines', [found, 'a', 'b'], false],
] as const) {
  test(`etcd knows none of those that knock: ${name}`, (t) => {
    const causes = startCauses();
    t.deepEqual(
      lines.slice(0, -1).map((line) => causes(line)),
      lines.slice(0, -1).map(() => undefined),
    );
    t.deepEqual(causes(lines.at(-1) ?? ''), known ? cannotCatchUp : undefined);
  });
}

test('a cause that one line shows is told at once where it does not pass', (t) => {
  t.is(
    startCauses()('fatal: bootstrap data already found and encrypted with different token')?.why,
    causeOf('encrypted: bootstrap data already found and encrypted with different token')?.why,
  );
  t.is(startCauses()('listen tcp: bind: address already in use'), undefined);
});
