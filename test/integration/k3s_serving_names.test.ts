/** What k3s_serving_names asks on a host, with programs that answer as K3s v1.22 was seen to. */
import test from 'ava';
import module from '../../modules/k3s_serving_names/module.js';
import {hostShells, playedPrograms} from '../support/played_programs.js';

const secret = (names: readonly string[]): string =>
  JSON.stringify({
    kind: 'Secret',
    metadata: {
      name: 'k3s-serving',
      annotations: {
        ...Object.fromEntries(names.map((name) => [`listener.cattle.io/cn-${name}`, name])),
        'listener.cattle.io/fingerprint': 'SHA1=00',
      },
    },
    data: {'tls.crt': 'eA==', 'tls.key': 'eA=='},
  });

/** The names, what the Secret says (`undefined`: there is none), what is served, and what is missing then. */
const cases: [names: string[], kept: string[] | undefined, served: string[], missing: string[]][] = [
  [['192.0.2.10', 'k3s.example.com'], ['192.0.2.10', 'K3S.example.com'], ['192.0.2.10', 'k3s.example.com'], []],
  [['192.0.2.10'], undefined, ['192.0.2.10'], []],
  [
    ['192.0.2.10', 'k3s.example.com'],
    ['192.0.2.1', 'k3s.example.com'],
    ['192.0.2.10', 'k3s.example.com'],
    ['192.0.2.10'],
  ],
  [['192.0.2.10'], ['192.0.2.10'], [], ['192.0.2.10']],
  // An IPv6 address has many spellings: it is taken as served.
  [['fd00::9'], ['fd00:0::9'], ['[fd00::9]'], []],
];

for (const shell of hostShells) {
  for (const [names, kept, served, missing] of cases) {
    test(`${shell[0]}: ${names.join(' and ')}, kept ${kept?.join(', ') ?? 'nowhere'}, served ${served.join(', ') || 'none'}`, async (t) => {
      const known = ['127.0.0.1', ...served].map((name) => `*"https://${name}:6443/ping"`).join('|');
      const {folder, run} = playedPrograms(t, {
        sleep: ':',
        k3s: kept === undefined ? ':' : `echo '${secret(kept)}'`,
        curl: `case "$*" in ${known}) exit 0;; *) exit 60;; esac`,
      });
      if (module.kind !== 'action') throw new Error('it is an action');
      const params = module.params.parse({names, bin_dir: folder});
      const view = {name: 'h', checkMode: false, diffMode: false, facts: {}, become: true, user: undefined};
      const [step] = await module.steps(params, undefined, view);
      if (step?.step !== 'script') throw new Error('it runs a script');
      const {stdout, stderr, status} = run(shell, step.script);
      const said = {title: '', rc: status ?? 1, stdout, stderr};
      t.deepEqual(await module.result(params, [said], undefined, view), {changed: false, data: {missing}});
    });
  }
}
