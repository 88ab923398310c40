import test from 'ava';
import {load} from 'js-yaml';
import {inventoryText} from './inventory.js';
import {LabFiles} from './places.js';
import {wantedCounts, withWantedHosts} from './record.js';
import type {LabRecord} from './types.js';

const record = (counts: Parameters<typeof wantedCounts>[0]): LabRecord => ({
  version: 1,
  name: 'x',
  subnet: 9,
  imageRoot: '/image',
  aptRepo: '/apt',
  hosts: withWantedHosts([], wantedCounts(counts)),
});
const files = new LabFiles({dir: '/labs', cacheDir: '/labs'}, 'x');

test('server and agent lie under k3s_cluster, other groups beside it', (t) => {
  t.deepEqual(load(inventoryText(record({servers: 1, agents: 1, groups: {lb: 1}}), files)), {
    all: {
      vars: {
        ansible_user: 'admin',
        ansible_ssh_private_key_file: '/labs/x/id_ed25519',
        ansible_ssh_common_args: '-o UserKnownHostsFile=/labs/x/known_hosts',
      },
      children: {
        k3s_cluster: {
          children: {
            server: {hosts: {server1: {ansible_host: '10.213.9.11'}}},
            agent: {hosts: {agent1: {ansible_host: '10.213.9.51'}}},
          },
        },
        lb: {hosts: {lb1: {ansible_host: '10.213.9.101'}}},
      },
    },
  });
});

test('a lab without a cluster has no empty groups', (t) => {
  const inventory = load(inventoryText(record({groups: {web: 2}}), files)) as {all: {children: object}};
  t.deepEqual(Object.keys(inventory.all.children), ['web']);
});
