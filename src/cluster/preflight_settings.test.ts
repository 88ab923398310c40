/** Settings that K3s does not know, and the way out of each. */
import test from 'ava';
import {bareHost, clusterHost, sightingOf, unitFiles} from '../../test/support/cluster_hosts.js';
import {unknownKeys} from './preflight_settings.js';

for (const [kind, setting, hint] of [
  ['server', 'disable', undefined],
  ['server', 'disable+', undefined],
  ['server', '-debug', "did you mean 'debug'?"],
  ['server', '---debug', "did you mean 'debug'?"],
  ['server', '--debug+', "did you mean 'debug'?"],
  ['server', 'de+bug', "did you mean 'debug'?"],
  ['server', 'dis+able', "did you mean 'disable'?"],
  ['server', 'node-labels', "did you mean 'node-label'?"],
  ['server', '', 'take it out; `k3s server --help` lists the settings there are'],
  ['server', 'zzzzzzzzzz', 'take it out; `k3s server --help` lists the settings there are'],
  ['agent', 'node-label', undefined],
  ['agent', 'disable', "'disable' is a setting of servers: move it to k3s_server_config, or take it out"],
  ['agent', 'cluster-cidr', "'cluster-cidr' is a setting of servers: move it to k3s_server_config, or take it out"],
  ['agent', '--cluster-cidr', "'--cluster-cidr' is a setting of servers: move it to k3s_server_config, or take it out"],
  ['agent', 'cluster+-cidr', 'take it out; `k3s agent --help` lists the settings there are'],
  ['agent', 'disable+', "'disable+' is a setting of servers: move it to k3s_server_config, or take it out"],
  ['agent', 'zzzzzzzzzz', 'take it out; `k3s agent --help` lists the settings there are'],
] as const) {
  test(`${kind} setting ${setting}: ${hint === undefined ? 'known' : hint}`, (t) => {
    const name = `${kind}1`;
    const host = clusterHost(name, sightingOf(name), {[`k3s_${kind}_config`]: {[setting]: 'x'}});
    t.deepEqual(
      unknownKeys({servers: [], agents: [], binaryGiven: false}, [host]),
      hint === undefined
        ? []
        : [
            {
              hosts: [name],
              what: `K3s knows no ${kind} setting '${setting}'; it would skip it with a warning in its log`,
              hint,
              variable: {name: `k3s_${kind}_config`, member: setting, host: name},
            },
          ],
    );
  });
}

test('a setting that another hand gave and K3s took is let be', (t) => {
  const unit = unitFiles({text: 'ExecStart=/usr/local/bin/k3s server --future=1\n'});
  const input = {servers: [], agents: [], binaryGiven: false};
  t.deepEqual(unknownKeys(input, [bareHost('server1', {serverUnit: unit})]), []);
});
