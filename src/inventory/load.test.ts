import test from 'ava';
import {tempFiles} from '../../test/support/temp_files.js';
import {hostNamed, type Inventory, inventoryLayers, loadInventory} from './index.js';

const load = (folder: string, ...sources: string[]): Promise<Inventory> =>
  loadInventory(sources.length > 0 ? sources : ['hosts.yml'], {cwd: folder});

/** What all inventory layers of a host give, merged as a run merges them. */
const merged = (inventory: Inventory, host: string): Record<string, unknown> =>
  Object.assign({}, ...inventoryLayers(inventory, hostNamed(inventory, host)).map((layer) => layer.values));

test('YAML: nested groups, ranges, null bodies, ports and order', async (t) => {
  const folder = tempFiles(t, {
    'hosts.yml': `all:
  vars: {v: all, mode: 0644}
  hosts:
    top:
    "n[1:2]:2022":
  children:
    cluster:
      children:
        server: {hosts: {"s[1:2]": , x: {ansible_host: 10.0.0.9, v: own}}}
        agent:
          hosts: a1
          vars: {v: agent}
    empty:
beside:
  hosts: {s1: }
`,
  });
  const inventory = await load(folder);
  t.deepEqual([...inventory.hosts.keys()], ['top', 'n1', 'n2', 's1', 's2', 'x', 'a1']);
  t.deepEqual(inventory.hostsOf('cluster'), ['s1', 's2', 'x', 'a1']);
  t.deepEqual(inventory.hostsOf('ungrouped'), ['top', 'n1', 'n2']);
  t.deepEqual(inventory.hostsOf('empty'), []);
  t.deepEqual(inventory.hosts.get('s1')?.groups, ['all', 'beside', 'cluster', 'server']);
  t.is(inventory.groups.get('server')?.depth, 2);
  t.deepEqual(merged(inventory, 'n1'), {v: 'all', mode: 420, ansible_port: 2022});
  t.deepEqual(merged(inventory, 'x'), {v: 'own', mode: 420, ansible_host: '10.0.0.9'});
  t.is(merged(inventory, 'a1').v, 'agent');
  t.is(inventory.hosts.get('x')?.where?.line, 9);
});

test('INI: sections, typed values, quoting, ranges', async (t) => {
  const folder = tempFiles(t, {
    hosts: `# a comment
; another
lone ansible_port=2222 a=5 b=yes c="two words" d=[1,2]  # tail
[web]
w[1:2] http=80
[db:children]
primary
[primary]
p:2200
[db:vars]
x = 5
y=  spaced value
z = "quoted"
`,
  });
  const inventory = await load(folder, 'hosts');
  t.deepEqual([...inventory.hosts.keys()], ['lone', 'w1', 'w2', 'p']);
  t.deepEqual(merged(inventory, 'lone'), {ansible_port: 2222, a: 5, b: 'yes', c: 'two words', d: [1, 2]});
  t.deepEqual(merged(inventory, 'p'), {ansible_port: 2200, x: 5, y: 'spaced value', z: 'quoted'});
});

test('variables beside the inventory and the playbook, in order of strength', async (t) => {
  const folder = tempFiles(t, {
    'inv/hosts.yml':
      'all: {vars: {l: file}, children: {g: {hosts: {h: {l: hostfile}, other: }, vars: {l: groupfile, keep: 1}}}}',
    'inv/group_vars/all.yml': 'l: inv all\n',
    'inv/group_vars/g/a.yml': 'l: inv g a\nga: 1\n',
    'inv/group_vars/g/b': 'l: inv g b\n',
    'inv/group_vars/g/.hidden.yml': 'bad: 1\n',
    'inv/group_vars/g/note.txt': 'bad: 1\n',
    'inv/group_vars/nobody.yml': 'bad: 1\n',
    'inv/host_vars/h.json': '{"l": "inv host"}',
    'play/group_vars/all/x.yaml': 'l: play all\n',
    'play/group_vars/g': 'l: play g\n',
    'play/host_vars/h/main.yml': 'l: play host\n',
  });
  const inventory = await loadInventory(['inv/hosts.yml'], {cwd: folder, playbookDirs: ['play']});
  const values = (host: string): unknown[] =>
    inventoryLayers(inventory, hostNamed(inventory, host)).flatMap((layer) => layer.values.l ?? []);
  t.deepEqual(values('other'), ['file', 'groupfile', 'inv all', 'play all', 'inv g a', 'inv g b', 'play g']);
  t.deepEqual(values('h').slice(-3), ['hostfile', 'inv host', 'play host']);
  t.deepEqual(merged(inventory, 'other'), {l: 'play g', keep: 1, ga: 1});
});

test('depth, then ansible_group_priority, then the name decide which group wins', async (t) => {
  const folder = tempFiles(t, {
    'hosts.yml': `all:
  children:
    a: {hosts: {h: }, vars: {x: a, y: a, ansible_group_priority: 9}}
    b: {hosts: {h: }, vars: {x: b, y: b}}
    c: {children: {d: {hosts: {h: }, vars: {y: d}}}, vars: {x: c}}
`,
  });
  const values = merged(await load(folder), 'h');
  t.is(values.x, 'a');
  t.is(values.y, 'd');
});

test('a folder of sources, an inline list and a script are one inventory', async (t) => {
  const script = `#!/bin/sh
test "$1" = --list && echo '{"made": {"hosts": ["m1"], "vars": {"v": 1}}, "old": ["m2"], "_meta": {"hostvars": {"m1": {"w": 2}}}}'
`;
  const folder = tempFiles(t, {
    'inv/10-hosts.yml': 'web: {hosts: {w1: }}',
    'inv/20-more': '[web]\nw2\n',
    'inv/30-script': {text: script, mode: 0o755} as never,
    'inv/readme.md': 'nothing',
    'inv/old.cfg': 'nothing',
    'inv/group_vars/web.yml': 'g: 1',
  });
  const inventory = await load(folder, 'inv', 'i1,i[2:3]:24');
  t.deepEqual([...inventory.hosts.keys()].sort(), ['i1', 'i2', 'i3', 'm1', 'm2', 'w1', 'w2']);
  t.deepEqual(merged(inventory, 'w2'), {g: 1});
  t.deepEqual(merged(inventory, 'm1'), {v: 1, w: 2});
  t.deepEqual(merged(inventory, 'i3'), {ansible_port: 24});
});

test('a script without _meta is asked for each host', async (t) => {
  const text = `#!/bin/sh
case $1 in --list) echo '{"g": {"hosts": ["a", "b"]}}';; --host) echo "{\\"me\\": \\"$2\\"}";; esac
`;
  const folder = tempFiles(t, {script: {text, mode: 0o755}});
  const inventory = await load(folder, 'script');
  t.deepEqual(merged(inventory, 'b'), {me: 'b'});
});

test('files that are sealed as a whole are opened', async (t) => {
  const folder = tempFiles(t, {'hosts.yml': 'g: {hosts: {h: }}', 'group_vars/g.yml': '$ANSIBLE_VAULT;x'});
  const inventory = await loadInventory(['hosts.yml'], {
    cwd: folder,
    decode: (text) => (text.startsWith('$ANSIBLE_VAULT') ? 'secret: 1' : text),
  });
  t.deepEqual(merged(inventory, 'h'), {secret: 1});
});

test('localhost need not be in the inventory: local, and only the variables of all', async (t) => {
  const folder = tempFiles(t, {'hosts.yml': 'all: {vars: {a: 1}, children: {g: {hosts: {h: }, vars: {b: 2}}}}'});
  const inventory = await load(folder);
  t.deepEqual(merged(inventory, 'localhost'), {a: 1, ansible_connection: 'local'});
  t.deepEqual(merged(inventory, '10.0.0.99'), {a: 1});
  t.false(inventory.hosts.has('localhost'));
});

test('host_vars/localhost counts though no source holds localhost', async (t) => {
  const folder = tempFiles(t, {
    'hosts.yml': 'g: {hosts: {h: }}',
    'host_vars/localhost.yml': 'mine: 1',
    'host_vars/h2.yml': 'x: 1',
  });
  const inventory = await load(folder);
  t.deepEqual(merged(inventory, 'localhost'), {ansible_connection: 'local', mine: 1});
  t.deepEqual([...inventory.hosts.keys()], ['h']);
});

test('the inventory grows while a run is under way', async (t) => {
  const folder = tempFiles(t, {'hosts.yml': 'g: {hosts: {h: }}', 'group_vars/fresh.yml': 'f: 1'});
  const before = await load(folder);
  const after = before.withHost?.('new', ['fresh', 'g'], {x: 1});
  t.truthy(after);
  if (!after) return;
  t.deepEqual(after.hostsOf('g'), ['h', 'new']);
  t.deepEqual(merged(after, 'new'), {f: 1, x: 1});
  const grouped = after.withHost?.('h', ['by_os'], {}, ['g']);
  t.deepEqual(grouped?.hosts.get('h')?.groups, ['all', 'g', 'by_os']);
  t.false(before.hosts.has('new'));
});

test('warnings name what is passed over', async (t) => {
  const folder = tempFiles(t, {
    'hosts.yml': 'all: {hosts: {h: }, other: {x: 1}}',
    'group_vars/all.yml': 'a: 1',
    'group_vars/all/x.yml': 'a: 2',
  });
  const warnings: string[] = [];
  await loadInventory(['hosts.yml'], {cwd: folder, warn: (text) => warnings.push(text.replaceAll(`${folder}/`, ''))});
  t.deepEqual(warnings, [
    "'other' in group 'all' is ignored: a group has hosts, children and vars; groups stand below children",
    'group_vars/all.yml is not read, since group_vars/all is there too',
  ]);
});
