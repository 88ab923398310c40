import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

const unit = (command: string, more = '') =>
  sh`printf '%s\n' '[Service]' ${`ExecStart=${command}`} ${more} '[Install]' 'WantedBy=multi-user.target' > /etc/systemd/system/quorate-thing.service; systemctl daemon-reload`;
const host = {needs: 'host', besides: ['/']} as const;

export const cases: readonly ModuleCase[] = [
  {
    name: 'a host without systemd',
    params: {daemon_reload: true},
    expect: 'failed',
    says: /systemd does not run this host/,
  },
  {
    ...host,
    name: 'started and enabled',
    given: unit('/bin/sleep 1000'),
    params: {name: 'quorate-thing', state: 'started', enabled: true},
    expect: 'changed',
    leaves: sh`systemctl is-active quorate-thing && systemctl is-enabled quorate-thing`,
  },
  {
    ...host,
    name: 'it fails while it starts',
    given: unit('/bin/false', 'Type=notify'),
    params: {name: 'quorate-thing', state: 'started'},
    expect: 'failed',
    check: 'changed',
    says: /systemd gave up|while starting/,
  },
  {
    ...host,
    name: 'a oneshot that is done',
    given: unit('/bin/true', 'Type=oneshot'),
    params: {name: 'quorate-thing', state: 'started'},
    expect: 'changed',
    again: 'changed',
  },
  {
    ...host,
    name: 'masked',
    given: sh`rm -f /etc/systemd/system/quorate-thing.service; systemctl daemon-reload`,
    params: {name: 'quorate-thing', masked: true},
    expect: 'changed',
  },
  {
    ...host,
    name: 'unit files that changed',
    given: sh`sleep 0.1; touch /etc/systemd/system/quorate-x.service`,
    params: {daemon_reload: true},
    expect: 'changed',
  },
];
