import test from 'ava';
import fc from 'fast-check';
import {
  environmentIn,
  keptIn,
  renderEnvironment,
  secretsInEnvironment,
  splitEnvironment,
  unitEnvironmentIn,
} from './environment.js';

test('an environment file as systemd reads it', (t) => {
  t.deepEqual(
    [
      ...environmentIn(
        `# a comment\nA=plain\nB='single "quoted"'\nC="double \\"quoted\\" \\$x"\nD='it'\\''s'\nE=\n F=indented\nno line\nA=again\n`,
      ),
    ],
    [
      ['A', 'again'],
      ['B', 'single "quoted"'],
      ['C', 'double "quoted" $x'],
      ['D', "it's"],
      ['E', ''],
      ['F', 'indented'],
    ],
  );
});

test('variables of a unit, several on a line', (t) => {
  const unit = `[Service]\nEnvironment=A=1 "B=two words" \\\n  C=3\nEnvironmentFile=-/etc/default/%N\nEnvironment='D=x y'\n`;
  t.deepEqual(
    [...unitEnvironmentIn(unit)],
    [
      ['A', '1'],
      ['B', 'two words'],
      ['C', '3'],
      ['D', 'x y'],
    ],
  );
  t.deepEqual([...unitEnvironmentIn('Environment=A=1\nEnvironment=\nEnvironment=B=2\n')], [['B', '2']]);
});

test('settings of K3s are told from other variables; an empty one is none', (t) => {
  const {settings, others} = splitEnvironment(
    [
      ['K3S_TOKEN', 'pw'],
      ['K3S_KUBECONFIG_MODE', '600'],
      ['K3S_URL', ''],
      ['HTTP_PROXY', 'http://p'],
      ['CONTAINERD_LOG', 'x'],
    ],
    'server',
  );
  t.deepEqual(settings, {token: 'pw', 'write-kubeconfig-mode': '600'});
  t.deepEqual([...others.keys()], ['HTTP_PROXY', 'CONTAINERD_LOG']);
});

test('an agent takes its own settings and the token for agents, and none of the servers’', (t) => {
  const given = [
    ['K3S_URL', 'https://10.0.0.1:6443'],
    ['K3S_AGENT_TOKEN', 'pw'],
    ['K3S_DATASTORE_ENDPOINT', 'postgres://x'],
  ] as const;
  t.deepEqual(splitEnvironment(given, 'agent').settings, {server: 'https://10.0.0.1:6443', 'agent-token': 'pw'});
});

test('what is written is read back, whatever the value', (t) => {
  const value = fc.string({unit: fc.constantFrom(...'ab =\'"\\$`#;%:/@'.split(''))}).map((text) => text.trim());
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('A', 'HTTP_PROXY', 'x_1'), value), (variables) => {
      t.deepEqual(Object.fromEntries(environmentIn(renderEnvironment(variables, []))), {...variables});
    }),
  );
  t.pass();
});

test('the head names what was kept', (t) => {
  const text = renderEnvironment({NO_PROXY: '10.0.0.0/8', HTTP_PROXY: 'http://p'}, ['NO_PROXY', 'HTTP_PROXY']);
  t.is(
    text,
    '# Kept as found, since the inventory does not name them: HTTP_PROXY, NO_PROXY\nHTTP_PROXY=http://p\nNO_PROXY=10.0.0.0/8\n',
  );
  t.deepEqual(keptIn(text), ['HTTP_PROXY', 'NO_PROXY']);
  t.is(renderEnvironment({}, []), '');
});

test('values that must not be shown', (t) => {
  t.deepEqual(secretsInEnvironment({HTTP_PROXY: 'http://me:pa55@p:3128', AWS_SECRET_ACCESS_KEY: 'k', NO_PROXY: 'a'}), [
    'pa55',
    'k',
  ]);
});

test('the settings that the environment can give, all of them', (t) => {
  const names = [
    'TOKEN',
    'TOKEN_FILE',
    'AGENT_TOKEN',
    'AGENT_TOKEN_FILE',
    'URL',
    'CLUSTER_INIT',
    'CONFIG_FILE',
    'NODE_NAME',
    'DATA_DIR',
    'DEBUG',
    'KUBECONFIG_OUTPUT',
    'KUBECONFIG_MODE',
    'KUBECONFIG_GROUP',
    'DATASTORE_ENDPOINT',
    'DATASTORE_CAFILE',
    'DATASTORE_CERTFILE',
    'DATASTORE_KEYFILE',
    'SYSTEM_DEFAULT_REGISTRY',
    'RESOLV_CONF',
    'SELINUX',
    'LB_SERVER_PORT',
    'VPN_AUTH',
    'VPN_AUTH_FILE',
  ];
  t.deepEqual(
    splitEnvironment(
      names.map((name) => [`K3S_${name}`, name]),
      'server',
    ).settings,
    {
      token: 'TOKEN',
      'token-file': 'TOKEN_FILE',
      'agent-token': 'AGENT_TOKEN',
      'agent-token-file': 'AGENT_TOKEN_FILE',
      server: 'URL',
      'cluster-init': 'CLUSTER_INIT',
      config: 'CONFIG_FILE',
      'node-name': 'NODE_NAME',
      'data-dir': 'DATA_DIR',
      debug: 'DEBUG',
      'write-kubeconfig': 'KUBECONFIG_OUTPUT',
      'write-kubeconfig-mode': 'KUBECONFIG_MODE',
      'write-kubeconfig-group': 'KUBECONFIG_GROUP',
      'datastore-endpoint': 'DATASTORE_ENDPOINT',
      'datastore-cafile': 'DATASTORE_CAFILE',
      'datastore-certfile': 'DATASTORE_CERTFILE',
      'datastore-keyfile': 'DATASTORE_KEYFILE',
      'system-default-registry': 'SYSTEM_DEFAULT_REGISTRY',
      'resolv-conf': 'RESOLV_CONF',
      selinux: 'SELINUX',
      'lb-server-port': 'LB_SERVER_PORT',
      'vpn-auth': 'VPN_AUTH',
      'vpn-auth-file': 'VPN_AUTH_FILE',
    },
  );
});

for (const [text, variables] of [
  ['A="a\\\nb"\n', [['A', 'a']]],
  ['A="x\\"y\\\\z\\`\\$\\n"\n', [['A', 'x"y\\z`$\\n']]],
  ['A=a\\ b\'c d\'"e f"g\n', [['A', 'a bc de fg']]],
  ['A="x\\ y\\"z"\n', [['A', 'x\\ y"z']]],
  ["A=x\\'y\n", [['A', "x'y"]]],
  [
    'A=  x y  \nB=\t"x "\n',
    [
      ['A', 'x y'],
      ['B', 'x '],
    ],
  ],
  [
    'export A=1\n# B=2\nxC=3\n1D=4\n _E=5\nF G=6\n',
    [
      ['xC', '3'],
      ['_E', '5'],
    ],
  ],
  ['A=x\ry\n', []],
  ["A='unclosed\n", [['A', 'unclosed']]],
] as const) {
  test(`an environment file with ${JSON.stringify(text)}`, (t) => {
    t.deepEqual([...environmentIn(text)], variables);
  });
}

for (const [text, variables] of [
  [
    'Environment=A=1 B="x y" "C=p q" \'D=r s\'\n',
    [
      ['A', '1'],
      ['B', 'x y'],
      ['C', 'p q'],
      ['D', 'r s'],
    ],
  ],
  [
    'Environment=A=1 \\\r\n  B=2\r\n',
    [
      ['A', '1'],
      ['B', '2'],
    ],
  ],
  [
    'Environment=A=1\\\nB=2\n',
    [
      ['A', '1'],
      ['B', '2'],
    ],
  ],
  ['#Environment=A=1\n Environment=B=2\nXEnvironment=C=3\nEnvironmentFile=/x\n', []],
  ['Environment=A=1\nEnvironment=  \nEnvironment=B=2\n', [['B', '2']]],
  [
    'Environment=A 1B=2 C-D=3 _E=4 xF=\n',
    [
      ['_E', '4'],
      ['xF', ''],
    ],
  ],
  ['Environment="A=l1\nl2"\n', [['A', 'l1']]],
  ['Environment=A=b"c d"e\n', [['A', 'bc de']]],
] as const) {
  test(`the variables of a unit with ${JSON.stringify(text)}`, (t) => {
    t.deepEqual([...unitEnvironmentIn(text)], variables);
  });
}

test('what was kept is read where the line stands, and nowhere else', (t) => {
  t.deepEqual(keptIn('# x\n# Kept as found, since the inventory does not name them: a, b\ny: 1\n'), ['a', 'b']);
  t.deepEqual(keptIn('x # Kept as found, since the inventory does not name them: a\n'), []);
  t.deepEqual(keptIn(''), []);
});

test('an environment file is written sorted, quoted where that is needed', (t) => {
  t.deepEqual(
    renderEnvironment({B: 'a b', A: 'x@y%+:,./=-_', C: 'q"\\`$', D: '', E: "it's", F: 'ä'}, ['A', 'B']),
    '# Kept as found, since the inventory does not name them: A, B\nA=x@y%+:,./=-_\nB="a b"\nC="q\\"\\\\\\`\\$"\nD=\nE="it\'s"\nF="ä"\n',
  );
});

for (const [name, value, hidden] of [
  ['DB_PASSWORD', 'x', ['x']],
  ['my_secret', 'x', ['x']],
  ['TOKEN', 'x', ['x']],
  ['API_KEY', 'x', ['x']],
  ['CREDENTIALS', 'x', ['x']],
  ['HTTP_PROXY', 'HTTP://me:pa55@p:3128/x', ['pa55']],
  ['HTTP_PROXY', 'http+x.1-y://:pa@p', ['pa']],
  ['HTTP_PROXY', 'http://me@p:3128', []],
  ['HTTP_PROXY', 'http://p:3128/a@b', []],
  ['HTTP_PROXY', 'x http://me:pa55@p', []],
  ['HTTP_PROXY', '1http://me:pa55@p', []],
  ['NO_PROXY', 'a:b@c', []],
] as const) {
  test(`of ${name}=${value} is not shown: ${hidden.join() || 'nothing'}`, (t) => {
    t.deepEqual(secretsInEnvironment({[name]: value}), hidden);
  });
}
