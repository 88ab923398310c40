import path from 'node:path';
import test from 'ava';
import {hostNamed, inventoryLayers, loadInventory} from './index.js';

test('the example inventory reads as it says', async (t) => {
  const warnings: string[] = [];
  const inventory = await loadInventory(['hosts.yml'], {
    cwd: path.resolve(import.meta.dirname, '../../inventory/example'),
    warn: (text) => warnings.push(text),
  });
  t.deepEqual(warnings, []);
  t.deepEqual(inventory.hostsOf('server'), ['server1', 'server2', 'server3']);
  t.deepEqual(inventory.hostsOf('k3s_cluster'), ['server1', 'server2', 'server3', 'agent1', 'agent2']);
  const of = (host: string): Record<string, unknown> =>
    Object.assign({}, ...inventoryLayers(inventory, hostNamed(inventory, host)).map((layer) => layer.values));
  t.like(of('server2'), {ansible_host: '192.0.2.12', ansible_user: 'admin', k3s_server_config: {disable: ['traefik']}});
  t.deepEqual(of('agent1').k3s_node_labels, {workload: 'general'});
  t.deepEqual(of('agent2').k3s_node_labels, {workload: 'storage'});
  t.deepEqual(of('agent2').k3s_node_taints, ['storage=true:NoSchedule']);
  t.is(of('agent1').k3s_server_config, undefined);
});
