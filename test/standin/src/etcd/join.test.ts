import test from 'ava';
import type {Member} from './client.js';
import {type Joiner, nodeOfMember, planJoin} from './join.js';
import {cronMatches} from './snapshot.js';

const self: Joiner = {name: 'node2-2222bbbb', nodeName: 'node2', address: '10.0.0.2', nameFile: '/nowhere'};
const member = (name: string, ip: string, isLearner = false): Member => ({
  id: '1',
  name,
  isLearner,
  peerUrls: [`https://${ip}:2380`],
  clientUrls: [`https://${ip}:2379`],
});
const a = member('node1-1111aaaa', '10.0.0.1');

test('a new member is added to those there are', (t) => {
  t.deepEqual(planJoin([a], self), {
    add: true,
    cluster: ['node1-1111aaaa=https://10.0.0.1:2380', 'node2-2222bbbb=https://10.0.0.2:2380'],
  });
});

test('a crash after the addition: the nameless member at our address is us', (t) => {
  t.deepEqual(planJoin([a, member('', '10.0.0.2', true)], self), {
    add: false,
    cluster: ['node1-1111aaaa=https://10.0.0.1:2380', 'node2-2222bbbb=https://10.0.0.2:2380'],
  });
});

test('a crash after the start: the member of our name is us', (t) => {
  t.false(planJoin([a, member('node2-2222bbbb', '10.0.0.2', true)], self).add);
});

test('our node name under another member name is a duplicate, dead or alive', (t) => {
  t.throws(() => planJoin([a, member('node2-9999ffff', '10.0.0.2')], self), {
    message: 'ETCD join failed: duplicate node name found, please use a unique name for this node',
  });
  t.throws(() => planJoin([a, member('node2-9999ffff', '10.0.0.9')], self), {message: /duplicate node name/});
});

test("the node's name ends at a member name's last hyphen", (t) => {
  t.is(nodeOfMember('rack-1-node-2-01234567'), 'rack-1-node-2');
});

test('cron fields', (t) => {
  const at = new Date(2026, 4, 1, 12, 0);
  t.true(cronMatches('0 */12 * * *', at));
  t.true(cronMatches('0 0,12 1-7 * *', at));
  t.false(cronMatches('30 */12 * * *', at));
  t.false(cronMatches('0 */5 * * *', at));
});
