import {defaultPaths, keptNamesScript, servingVerdict} from '../../src/cluster/index.js';
import {defineModule, type ModuleResult, p, type StepOutput} from '../../src/module/index.js';
import {joinScripts, type Script, sh} from '../../src/shell/index.js';

const params = p.object({
  names: p.strings('Names and addresses that the certificate has to be good for.'),
  port: p.int("The server's port.").default(6443),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  bin_dir: p.path('Where k3s is.').default(defaultPaths.binDir),
});

const bracketed = (name: string): string => (name.includes(':') ? `[${name}]` : name);

interface Place {
  readonly port: number;
  readonly dataDir: string;
  readonly binDir: string;
}

/**
 * Asks this server under each name, as a client would that trusts the cluster's CA: no name has to resolve for it. A name that
 * is served and is not in the Secret `k3s-serving` counts as missing: it would not stay (see `namesNotKept`).
 */
const namesProbe = (names: readonly string[], {port, dataDir, binDir}: Place): Script =>
  joinScripts([
    // K3s makes its certificate anew at the first connection that needs it, so the first answers may still be of before.
    sh`more=8
kept() {
  ${keptNamesScript(binDir)}
}
all=$(kept)
loses() {
  case $1 in own|*:*) return 1;; esac
  [ -n "$all" ] && ! printf '%s\n' "$all" | grep -qixF -e "$1"
}
ask() {
  curl -s -o /dev/null --max-time 5 --cacert ${`${dataDir}/server/tls/server-ca.crt`} --connect-to ${`::127.0.0.1:${port}`} "https://$2/ping" 2>/dev/null
  rc=$?
  if [ "$rc" = 0 ] && loses "$1"; then rc=60; fi
  case $rc in 51|60) if [ "$more" -gt 0 ]; then more=$((more - 1)); sleep 1; all=$(kept); ask "$1" "$2"; return; fi;; esac
  echo "$rc $1"
}
ask own ${`127.0.0.1:${port}`}`,
    ...names.map((name) => sh`ask ${name} ${`${bracketed(name)}:${port}`}`),
  ]);

function namesResult({stdout}: StepOutput): ModuleResult {
  const codes = new Map(
    stdout.split('\n').flatMap((line): [string, number][] => {
      const match = /^(\d+) (\S+)$/.exec(line);
      return match === null ? [] : [[match[2] ?? '', Number(match[1])]];
    }),
  );
  const own = codes.get('own') ?? 7;
  codes.delete('own');
  const verdict = servingVerdict(own, codes);
  if (verdict.served === 'unknown')
    return {
      changed: false,
      failed: true,
      msg: `the certificate of this server cannot be told: ${verdict.why}`,
      hint: 'see `curl -v` to its port, and `journalctl -u k3s`',
      data: {missing: []},
    };
  return {changed: false, data: {missing: verdict.served === 'missing' ? verdict.names : []}};
}

export default defineModule({
  kind: 'action',
  name: 'k3s_serving_names',
  summary: "Tells which names a server's certificate lacks: those of the fixed address and of tls-san.",
  description: `Asks the server on its own port under each name, trusting the cluster's CA only, so it sees what a client sees; a name that the Secret
k3s-serving lacks would not stay, and counts as lacking. Changes nothing. In a dry run a server that would be restarted is taken to have all of them: K3s takes up \`tls-san\` at its start.`,
  params,
  returns: {missing: 'Names that the certificate is not good for.'},
  examples: [{name: 'After tls-san was changed', params: {names: ['192.0.2.10', 'k3s.example.com']}}],
  reach: 'run',
  check: 'predict',
  readOnly: true,
  predict: ({names, port, data_dir: dataDir, bin_dir: binDir}) => ({
    probe: namesProbe(names, {port, dataDir, binDir}),
    parse: (output, predicted) =>
      predicted.get({kind: 'service', name: 'k3s'}) === undefined
        ? namesResult(output)
        : {changed: false, data: {missing: []}},
  }),
  steps: ({names, port, data_dir: dataDir, bin_dir: binDir}) => [
    {step: 'script', title: 'ask the server under its names', script: namesProbe(names, {port, dataDir, binDir})},
  ],
  result: (_given, [outcome]) => namesResult(outcome ?? {rc: 1, stdout: '', stderr: ''}),
});
