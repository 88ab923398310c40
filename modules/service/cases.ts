import type {ModuleCase} from '../../src/module/contract.js';
import {sh} from '../../src/shell/index.js';

/** An init script that remembers in a file whether it runs, and shows what it was given. */
const daemon = sh`mkdir -p /etc/init.d /etc/rc2.d; cat > /etc/init.d/thing <<'END'
#!/bin/sh
case $1 in
  start) [ ! -e /opt/broken ] || { echo 'no disk left' >&2; exit 1; }; : > /run/thing ;;
  stop) rm -f /run/thing ;;
  restart|reload) echo "$@" >> /run/thing ;;
  status) [ -e /run/thing ] || exit 3 ;;
esac
END
chmod 755 /etc/init.d/thing`;
const running = sh`${daemon}; : > /run/thing`;

const besides = ['/run/thing'];

export const cases: readonly ModuleCase[] = [
  {
    name: 'started',
    given: daemon,
    params: {name: 'thing', state: 'started'},
    expect: 'changed',
    besides,
    leaves: sh`[ -e /run/thing ]`,
    data: {state: 'started', name: 'thing'},
  },
  {name: 'running already', given: running, params: {name: 'thing', state: 'started'}, expect: 'ok'},
  {
    name: 'stopped',
    given: running,
    params: {name: 'thing', state: 'stopped'},
    expect: 'changed',
    besides,
    leaves: sh`[ ! -e /run/thing ]`,
  },
  {
    name: 'restarted',
    given: running,
    params: {name: 'thing', state: 'restarted', arguments: 'a b'},
    expect: 'changed',
    again: 'changed',
    besides,
    leaves: sh`[ "$(head -n 1 /run/thing)" = 'restart a b' ]`,
  },
  {
    name: 'it does not start',
    given: sh`${daemon}; : > /opt/broken`,
    params: {name: 'thing', state: 'started'},
    expect: 'failed',
    check: 'changed',
    besides,
    says: /start thing.*no disk left/,
  },
  {
    name: 'enabled already',
    given: sh`${running}; ln -s ../init.d/thing /etc/rc2.d/S10thing`,
    params: {name: 'thing', enabled: true},
    expect: 'ok',
  },
  {
    name: 'nothing can enable it',
    only: 'busybox',
    given: running,
    params: {name: 'thing', enabled: true},
    expect: 'failed',
    says: /nothing on this host can enable thing/,
  },
  {
    name: 'no such service',
    given: daemon,
    params: {name: 'other', state: 'started'},
    expect: 'failed',
    says: /no service other/,
  },
  {
    name: 'nothing runs services here',
    params: {name: 'thing', state: 'started'},
    expect: 'failed',
    says: /neither systemd, nor OpenRC/,
  },
  {
    name: 'stopped on a lab host',
    needs: 'host',
    params: {name: 'cron', state: 'stopped', enabled: false},
    expect: 'changed',
  },
  {
    name: 'a unit that is not there, on a lab host',
    needs: 'host',
    params: {name: 'no-such-thing', state: 'started'},
    expect: 'failed',
    says: /there is no unit no-such-thing\.service/,
  },
];
