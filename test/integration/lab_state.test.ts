import {existsSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type {LabHost} from '../../src/lab/index.js';
import {compareListings} from '../../src/lab/index.js';
import {labName} from '../support/lab_names.js';
import {labFor, labTest} from './lab_support.js';

const name = labName('state');
const bootId = async (host: LabHost): Promise<string> =>
  (await host.exec(['cat', '/proc/sys/kernel/random/boot_id'])).stdout;
const reaches = async (from: LabHost, to: LabHost): Promise<boolean> =>
  (
    await from.exec(['curl', '-s', '-m', '2', `telnet://${to.address}:22`], {check: false, input: ''})
  ).stdout.startsWith('SSH-');

labTest('a saved state comes back as it was, files and whiteouts, on every host', async (t) => {
  const lab = await labFor(t, name, {servers: 2});
  for (const host of lab.hosts) {
    await host.exec([
      'sh',
      '-c',
      'echo kept > /root/kept; rm /etc/issue; mkdir -m 0700 /srv/secret; ln -s kept /root/link',
    ]);
  }
  const pids = lab.hosts.map((host) => host.pid);
  await lab.save('base');
  t.deepEqual(
    lab.hosts.map((host) => host.pid),
    pids,
    'saving leaves the hosts running',
  );
  t.deepEqual(await lab.savedStates(), ['base']);
  const before = await Promise.all(lab.hosts.map((host) => host.upperListing()));

  for (const host of lab.hosts)
    await host.exec(['sh', '-c', 'echo lost > /root/kept; touch /root/new /etc/issue; rmdir /srv/secret']);
  await lab.restore('base');
  for (const [index, host] of lab.hosts.entries()) {
    t.is((await host.exec(['cat', '/root/kept'])).stdout, 'kept\n');
    t.is((await host.exec(['sh', '-c', 'ls -d /root/new /etc/issue'], {check: false})).stdout, '');
    const differences = compareListings(before[index] ?? [], await host.upperListing(), {
      // Written at each boot.
      ignore: [/^\/var\/log\/wtmp$/, /^\/var\/tmp\/systemd-private-/, /^\/etc\/(machine-id|\.pwd\.lock)$/],
    });
    t.deepEqual(differences, []);
  }
});

labTest('restore boots only what ran when it was saved, and only the hosts it is given', async (t) => {
  const lab = await labFor(t, name, {servers: 2});
  const [one, two] = [lab.host('server1'), lab.host('server2')];
  await one.stop();
  await lab.save('half');
  await one.start();
  const {pid} = two;
  await lab.restore('half', [one]);
  t.false(one.isRunning);
  t.is(two.pid, pid);
  await t.throwsAsync(lab.restore('none'), {message: 'there is no saved state none'});
});

labTest('reset gives a host without any trace', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const host = lab.host('server1');
  await host.exec(['touch', '/root/trace']);
  await lab.reset();
  t.is((await host.exec(['ls', '/root'])).stdout, '');
});

labTest('power: kill, start, stop, and a reboot from inside', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const host = lab.host('server1');
  await host.exec(['sh', '-c', 'echo data > /root/data; sync; sleep 600 > /dev/null 2>&1 &']);
  const boots = [await bootId(host)];
  await host.kill();
  t.like(await host.status(), {state: 'stopped', processes: 0});
  t.false(existsSync(`/run/netns/ql.${name}.server1`));
  await host.start();
  boots.push(await bootId(host));

  const {pid} = host;
  await host.exec(['systemctl', '--no-block', 'reboot']);
  while (host.pid === pid || host.pid === undefined) await sleep(20);
  await host.ready();
  boots.push(await bootId(host));
  await host.stop();
  t.false(host.isRunning);
  await host.start();
  boots.push(await bootId(host));
  t.is(new Set(boots).size, 4);
  t.is((await host.exec(['cat', '/root/data'])).stdout, 'data\n');
});

labTest('a boot does not wait for a unit of the owner’s that never gets ready', async (t) => {
  const lab = await labFor(t, name, {servers: 1});
  const host = lab.host('server1');
  const unit =
    '[Service]\nType=notify\nTimeoutStartSec=infinity\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n';
  await host.exec(['tee', '/etc/systemd/system/never.service'], {input: unit});
  await host.exec(['systemctl', 'enable', 'never.service']);
  await host.kill();
  await host.start();
  t.is((await host.exec(['systemctl', 'is-active', 'never.service'], {check: false})).stdout, 'activating\n');
});

labTest('the network: a pulled cable, and two hosts that do not see each other', async (t) => {
  const lab = await labFor(t, name, {servers: 3});
  const [one, two, three] = [lab.host('server1'), lab.host('server2'), lab.host('server3')];
  t.true(await reaches(one, two));
  await one.setPeers('cut', [two]);
  t.deepEqual([await reaches(one, two), await reaches(two, one), await reaches(one, three)], [false, false, true]);
  await one.setPeers('open', [two]);
  t.true(await reaches(two, one));
  await three.setLink('down');
  t.false(await reaches(one, three));
  await three.setLink('up');
  t.true(await reaches(one, three));
});

labTest('a paused host does nothing until it goes on', async (t) => {
  const lab = await labFor(t, name, {servers: 2});
  const [one, two] = [lab.host('server1'), lab.host('server2')];
  await one.setPaused(true);
  t.false(await reaches(two, one));
  await one.setPaused(false);
  t.true(await reaches(two, one));
  await one.setPaused(true);
  await one.kill();
  t.false(one.isRunning);
});
