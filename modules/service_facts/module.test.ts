import test from 'ava';
import {readServices} from './module.js';

test('units, unit files and init scripts under their own names', (t) => {
  const services = readServices(
    new Map(
      Object.entries({
        units:
          'k3s.service loaded active running Lightweight Kubernetes\n● bad.service loaded failed failed Bad\nufw.service loaded active exited ufw\ngone.service not-found inactive dead gone\n',
        files: 'k3s.service enabled enabled\nidle.service disabled enabled\nbad.service enabled enabled\n',
        scripts: ' ufw other',
      }),
    ),
  );
  t.deepEqual(services['k3s.service'], {name: 'k3s.service', state: 'running', status: 'enabled', source: 'systemd'});
  t.like(services['bad.service'], {state: 'failed', status: 'enabled'});
  t.like(services['idle.service'], {state: 'inactive', status: 'disabled'});
  t.like(services['gone.service'], {state: 'stopped', status: 'not-found'});
  t.like(services.ufw, {state: 'running', source: 'sysv'});
  t.like(services.other, {state: 'stopped', source: 'sysv'});
});

test('OpenRC', (t) => {
  const services = readServices(
    new Map([['openrc', 'Runlevel: default\n sshd  [  started 01:02 ]\n crond [ stopped ]\n']]),
  );
  t.like(services, {sshd: {state: 'running', source: 'openrc'}, crond: {state: 'stopped'}});
});
