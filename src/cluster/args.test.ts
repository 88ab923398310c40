/** Command lines of K3s, as units and k3s-ansible's inventories have them. */
import test from 'ava';
import {execArgs, settingsFromArgs, startsK3s} from './args.js';

for (const [args, settings] of [
  ['', {}],
  [
    '-c a -d b -i c -l d -o e -s f -t g',
    {config: 'a', 'data-dir': 'b', 'node-ip': 'c', log: 'd', 'write-kubeconfig': 'e', server: 'f', token: 'g'},
  ],
  ['-v 2', {v: '2'}],
  [
    '--node-label \'a b\'=c --node-taint "x y" --log a\\ b\\\nc',
    {'node-label': 'a b=c', 'node-taint': 'x y', log: 'a b\nc'},
  ],
  ['--node-label=\'\' --node-taint="" --log \'a\'"b"c', {'node-label': '', 'node-taint': '', log: 'abc'}],
  ['--log a\\"b', {log: 'a"b'}],
  ['--log "it\'s" --node-name \'say "x"\'', {log: "it's", 'node-name': 'say "x"'}],
  [
    '--docker --debug true --selinux=false --rootless false x',
    {docker: true, debug: 'true', selinux: 'false', rootless: 'false'},
  ],
  ['--docker trueish --debug untrue', {docker: true, debug: true}],
  ['--disable a --disable b --disable c', {disable: ['a', 'b', 'c']}],
  ['--disable --debug', {disable: '--debug'}],
  ['--token', {token: true}],
  ['word --log x', {log: 'x'}],
  ['---log x', {'-log': 'x'}],
  ['x--log y', {}],
  ['--lo_g x', {}],
  ['--log=a\nb', {log: 'a'}],
  ['--log=a=b', {log: 'a=b'}],
] as const) {
  test(`settings from ${JSON.stringify(args)}`, (t) => {
    t.deepEqual(settingsFromArgs(args), settings);
  });
}

for (const [unit, args] of [
  ['[Service]\nExecStart=/usr/local/bin/k3s server --a \\\n  --b\nRestart=always\n', '--a    --b'],
  ['ExecStart=/usr/local/bin/k3s server --a \\\r\n--b\r\n', '--a  --b'],
  ["ExecStart=/usr/local/bin/k3s 'agent' --a\n", '--a'],
  ['ExecStart=/usr/local/bin/k3s "server"\n', ''],
  ['ExecStart=/usr/local/bin/k3s server\n', ''],
  ['ExecStart=server --a\n', '--a'],
  ['ExecStart=/usr/local/bin/k3s server', ''],
  ['ExecStart=/usr/local/bin/k3s\\\nserver\\\n--a\n', '--a'],
  ['ExecStart=/usr/local/bin/k3s servers --a\n', ''],
  ['ExecStart=/usr/local/bin/k3s xserver --a\n', ''],
  ['ExecStartPre=/bin/x server --a\nExecStart=/usr/local/bin/k3s server --b\n', '--b'],
  ['# ExecStart=/usr/local/bin/k3s server --a\n', ''],
  ['', ''],
] as const) {
  test(`the arguments of ${JSON.stringify(unit)}`, (t) => {
    t.deepEqual(execArgs(unit), args);
  });
}

for (const [unit, starts] of [
  ['ExecStart=/usr/local/bin/k3s server --a\n', true],
  ['ExecStart=/usr/local/bin/k3s server', true],
  ["ExecStart='/usr/local/bin/k3s' 'agent'\n", true],
  ['ExecStart=/usr/local/bin/k3s \\\n  server\n', true],
  ['ExecStart=k3s server\n', true],
  ['ExecStart=/usr/local/bin/k3s\\\nserver\n', true],
  ['# ExecStart=/usr/local/bin/k3s server\n', false],
  ['ExecStart=/usr/local/bin/k3sx server\n', false],
  ['ExecStart=/usr/local/bin/k3s etcd-snapshot\n', false],
  ['ExecStart=/usr/local/bin/k3s servers\n', false],
] as const) {
  test(`${JSON.stringify(unit)} ${starts ? 'starts' : 'does not start'} K3s`, (t) => {
    t.is(startsK3s(unit), starts);
  });
}
