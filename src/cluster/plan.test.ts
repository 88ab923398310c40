/** The groups that plays of K3s are written for: users' playbooks name them too. */
import test from 'ava';
import {groupOfStep} from './plan.js';

test('the group that hosts of each step are put into', (t) => {
  t.deepEqual(groupOfStep, {
    start: 'k3s_stopped_servers',
    init: 'k3s_first_server',
    member: 'k3s_running_servers',
    convert: 'k3s_converting_servers',
    back: 'k3s_returning_servers',
    join: 'k3s_joining_servers',
    replace: 'k3s_replaced_servers',
    agent: 'k3s_agents',
    none: 'k3s_left_out',
  });
});
