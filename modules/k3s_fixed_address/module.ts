import {isAddress} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {addressProbe, parseAddressProbe} from './look.js';
import {planAddress} from './plan.js';

export default defineModule({
  kind: 'group',
  name: 'k3s_fixed_address',
  summary:
    'Checks the fixed registration address before anything is touched, and says what its load balancers are to do.',
  description: `Reads every host of the cluster and of group \`lb\`, whatever \`--limit\` says. With hosts in \`lb\` it works out VRRP for
them (interface, peers, priorities) and refuses an address that is taken or lies in none of their networks. Each record of a name must be a server
or the pool, as this machine and the hosts resolve it. Sets \`k3s_lb\` on hosts of \`lb\`, and \`k3s_pool\` on all: who is behind the address now.
Runs after \`k3s_roles\`, which says who is a member.`,
  params: p.object({
    server_group: p.string('Inventory group of the servers.').default('server'),
    agent_group: p.string('Inventory group of the agents.').default('agent'),
    lb_group: p.string('Inventory group of the load balancers.').default('lb'),
    endpoints: p.strings('The fixed address, and other names of it.').default([]),
    vip: p
      .string('The address that the load balancers hold; without it the first of `endpoints` that is one.')
      .default(''),
    port: p.int('Port of the API.').default(6443),
    interface: p
      .string('Where this host speaks VRRP; without it, the interface in the network of the address.')
      .default(''),
    router_id: p.int('VRRP router id, 1 to 255; 0: told from the address.').default(0),
    balancer: p.bool('This host is one of `lb_group`.').default(false),
    here: p.dict('What `k3s_name_records` said on this machine: addresses by name.').default({}),
  }),
  examples: [{name: 'Before anything is touched', params: {endpoints: ['192.0.2.10', 'k3s.example.com']}}],
  scope: (given) => [given.server_group, given.agent_group, given.lb_group],
  probe: ({endpoints, vip, port, balancer}) =>
    addressProbe(
      endpoints.filter((endpoint) => !isAddress(endpoint)),
      balancer ? {vip: vip || (endpoints.find(isAddress) ?? ''), port} : undefined,
    ),
  parse: parseAddressProbe,
  plan: planAddress,
});
