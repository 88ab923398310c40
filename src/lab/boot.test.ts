import test from 'ava';
import {isBooted} from './boot.js';

const cases: readonly [title: string, report: string, booted: boolean][] = [
  ['all is up', 'state running\n', true],
  ['all is up but for a unit that failed', 'state degraded\n', true],
  ['logins are still refused', 'state running\nnologin\n', false],
  ['systemd does not answer yet', 'state \n', false],
  ['the distribution starts something', 'state starting\njob /lib/systemd/system/dbus.service\n', false],
  ['only an owner’s unit is starting', 'state starting\njob /etc/systemd/system/k3s.service\n', true],
  ['only a transient unit is starting', 'state starting\njob /run/systemd/transient/k3s.service\n', true],
  [
    'an owner’s unit and one of the distribution',
    'state starting\njob /etc/systemd/system/k3s.service\njob /lib/systemd/system/haproxy.service\n',
    false,
  ],
  ['starting, but between two jobs', 'state starting\n', false],
  ['powering off', 'state stopping\njob /etc/systemd/system/k3s.service\n', false],
  ['a job whose unit has no file', 'state starting\njob \n', false],
];
for (const [title, report, booted] of cases) test(title, (t) => t.is(isBooted(report), booted));
