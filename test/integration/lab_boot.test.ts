import {readFile, stat} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {compareListings} from '../../src/lab/index.js';
import {labName} from '../support/lab_names.js';
import {labFor, labTest, leftovers, ssh} from './lab_support.js';

const name = labName('boot');

labTest('hosts are what a playbook expects of a bare machine', async (t) => {
  const lab = await labFor(t, name, {servers: 1, agents: 1});
  const [server, agent] = [lab.host('server1'), lab.host('agent1')];

  const facts = await ssh(lab, server, 'id -un; hostname; sudo -n id -u; systemctl is-active ssh dbus');
  t.is(facts.stdout, 'admin\nserver1\n0\nactive\nactive\n', facts.stderr);
  const tools = await ssh(
    lab,
    server,
    'command -v sh busybox curl iptables ip python3 python; echo; sudo apt-get -qq update',
  );
  t.deepEqual(
    tools.stdout
      .trim()
      .split('\n')
      .map((path) => path.split('/').at(-1)),
    ['sh', 'busybox', 'curl', 'ip'],
    'neither iptables, which is for root, nor Python',
  );
  t.regex((await ssh(lab, server, 'sudo -n iptables -S')).stdout, /^-P INPUT ACCEPT$/m);
  t.is((await ssh(lab, server, 'true', {user: 'root'})).code, 255, 'root cannot log in');

  const ids = await Promise.all(
    [server, agent].map(async (host) => (await host.exec(['cat', '/etc/machine-id'])).stdout),
  );
  t.not(ids[0], ids[1]);
  t.regex(
    (await ssh(lab, server, 'getent hosts agent1 server1')).stdout,
    /^10\.213\.\d+\.51 +agent1\n10\.213\.\d+\.11 +server1\n$/,
  );
  t.regex(
    (await server.exec(['curl', '-s', '-m', '5', 'telnet://agent1:22'], {check: false, input: ''})).stdout,
    /^SSH-2/,
  );
});

labTest('the operator has to give a password to sudo', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const server = lab.host('server1');
  const password = await readFile(lab.files.operatorPassword, 'utf8');
  t.is((await stat(lab.files.operatorPassword)).mode & 0o777, 0o600);
  t.not((await ssh(lab, server, 'sudo -n id -u', {user: 'operator'})).code, 0);
  const right = await ssh(lab, server, 'sudo -S -p "" id -u', {user: 'operator', input: password});
  t.is(right.stdout, '0\n', right.stderr);
  t.not((await ssh(lab, server, 'sudo -S -p "" id -u', {user: 'operator', input: 'wrong\n'})).code, 0);
});

labTest('nothing beyond the lab can be reached, names least of all', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const server = lab.host('server1');
  const out = await server.exec(['curl', '-sS', '-m', '10', 'http://192.0.2.1/'], {check: false});
  t.not(out.code, 0);
  t.is((await server.exec(['getent', 'hosts', 'deb.debian.org'], {check: false})).stdout, '');
  t.regex((await server.exec(['ip', 'route', 'show', 'default'])).stdout, /^default via 10\.213\.\d+\.254 dev eth0/);
});

labTest('an idle host writes nothing to its disk, nor does a login with sudo', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const server = lab.host('server1');
  await ssh(lab, server, 'sudo -n true');
  const before = await server.upperListing();
  await sleep(10_000);
  t.is((await ssh(lab, server, 'sudo -n id -u')).stdout, '0\n');
  t.deepEqual(compareListings(before, await server.upperListing()), []);
});

labTest('up again changes nothing, and adds hosts that are missing', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const {pid} = lab.host('server1');
  const again = await labFor(t, name, {servers: 1});
  t.is(again.host('server1').pid, pid);
  const more = await labFor(t, name, {servers: 2, groups: {lb: 1}});
  t.deepEqual(
    more.hosts.map((host) => host.name),
    ['server1', 'server2', 'lb1'],
  );
  t.is(more.host('server1').pid, pid);
  t.is((await ssh(more, more.host('server1'), 'getent hosts server2 lb1 | wc -l')).stdout.trim(), '2');
  t.regex(await readFile(more.inventoryPath, 'utf8'), /lb1:\n +ansible_host: /);
});

labTest('packages of the lab’s own repository can be installed on a host', async (t) => {
  const lab = await labFor(t, name, {servers: 1, aptPackages: ['sqlite3', 'tree']});
  const server = lab.host('server1');
  const install = await ssh(lab, server, 'sudo apt-get -qq update && sudo apt-get -qq install -y sqlite3 tree');
  t.is(install.code, 0, install.stderr);
  t.is((await ssh(lab, server, 'sqlite3 :memory: "select 6*7"')).stdout, '42\n');
});

labTest('two labs at the same time do not meet', async (t) => {
  const [one, two] = await Promise.all([labFor(t, name, {servers: 1}), labFor(t, labName('boot2'), {servers: 1})]);
  t.not(one.record.subnet, two.record.subnet);
  t.is((await ssh(two, two.host('server1'), 'hostname')).stdout, 'server1\n');
  const across = await one
    .host('server1')
    .exec(['curl', '-sS', '-m', '5', `telnet://${two.host('server1').address}:22`], {
      check: false,
      input: '',
    });
  t.not(across.code, 0);
  await two.down();
  t.deepEqual(await leftovers(two.name), []);
  t.is((await ssh(one, one.host('server1'), 'hostname')).stdout, 'server1\n');
});
