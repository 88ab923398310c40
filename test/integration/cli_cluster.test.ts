import path from 'node:path';
import ava from 'ava';
import {kubeconfigPath} from '../../src/cli/cluster_kubeconfig.js';
import {folderWith, quorate} from '../support/cli.js';

/** One at a time: each starts a program of its own. */
const test = ava.serial;

/** A host that nobody can reach: a port of this machine where nothing listens. */
const unreachable = 'ansible_host: 127.0.0.1, ansible_port: 1, ansible_user: x';
const files = {
  'inventory.yml': `all:\n  children:\n    server: {hosts: {s1: {${unreachable}}, s2: {${unreachable}}}}\n    agent: {hosts: {a1: {${unreachable}}}}\n`,
  'other.yml': 'all: {hosts: {h1: {ansible_connection: local}}}\n',
  'vault-pass': 'pw\n',
};

interface Case {
  readonly why: string;
  readonly args: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}

const refused: readonly Case[] = [
  {
    why: 'an action that is none',
    args: ['statsu', '-i', 'inventory.yml'],
    code: 5,
    says: /there is no cluster action 'statsu'\n +hint: did you mean 'status'\?/,
  },
  {
    why: 'an inventory without servers',
    args: ['status', '-i', 'other.yml'],
    code: 1,
    says: /the inventory has no host in group 'server'\n +hint: servers of the cluster belong in group `server`/,
  },
  {
    why: 'no inventory',
    args: ['status'],
    code: 1,
    says: /the inventory has no host in group 'server'\n +hint: give an inventory: -i FILE/,
  },
  {
    why: 'a token without a file to save it in',
    args: ['token', '-i', 'inventory.yml'],
    code: 5,
    says: /never shows it\n +hint: name the file: --save FILE/,
  },
  {
    why: 'a token that no server can give',
    args: ['token', '-i', 'inventory.yml', '--save', 't.yml', '--vault-password-file', 'vault-pass'],
    code: 1,
    says: /no server that can be read has the token of a cluster\n +hint: s1, s2 cannot be reached/,
  },
  {
    why: 'a kubeconfig that no server can give',
    args: ['kubeconfig', '-i', 'inventory.yml'],
    code: 1,
    says: /no server runs: s1 cannot be reached, s2 cannot be reached/,
  },
];

for (const {why, args, code, says} of refused)
  test(`refused: ${why}`, async (t) => {
    const cwd = folderWith(t, files);
    const call = await quorate(['cluster', ...args], {cwd});
    t.regex(call.stderr, says, call.stdout);
    t.is(call.code, code);
    t.is(call.stdout, '');
  });

test('hosts that cannot be reached are unknown, never bare; as text and as data', async (t) => {
  const cwd = folderWith(t, files);
  const text = await quorate(['cluster', 'status', '-i', 'inventory.yml'], {cwd});
  t.is(text.code, 4, text.stderr);
  t.regex(text.stdout, /^K3s cluster: unknown$/m);
  for (const host of ['s1', 's2', 'a1']) t.regex(text.stdout, new RegExp(`^${host} +unknown `, 'm'));
  t.false(text.stdout.includes('bare'));
  t.false(text.stdout.includes('\u001b['));
  const data = await quorate(['cluster', 'status', '-i', 'inventory.yml', '--json'], {cwd});
  t.is(data.code, 4);
  t.like(JSON.parse(data.stdout), {version: 1, health: 'unknown', clusterIds: []});
});

test('which kubeconfig: --file, the first of KUBECONFIG, kubectl’s own', (t) => {
  const around = {cwd: '/srv', home: '/home/me', env: {}};
  t.is(kubeconfigPath('k.yml', around), '/srv/k.yml');
  t.is(kubeconfigPath(undefined, {...around, env: {KUBECONFIG: `${path.delimiter}/a${path.delimiter}/b`}}), '/a');
  t.is(kubeconfigPath(undefined, {...around, env: {KUBECONFIG: ''}}), '/home/me/.kube/config');
  t.is(kubeconfigPath(undefined, around), '/home/me/.kube/config');
});
