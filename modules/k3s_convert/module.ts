import {conversionPhase, defaultConversionDir, defaultPaths} from '../../src/cluster/index.js';
import {type Data, defineModule, type Plan, p, type Step} from '../../src/module/index.js';
import {sh} from '../../src/shell/index.js';
import {
  type ConversionPlace,
  type DiskSeen,
  diskProbe,
  guardFile,
  guardStep,
  parseDisk,
  unguardStep,
} from '../support/conversion.js';
import {copyWait} from './copying.js';

const params = p.object({
  state: p
    .choice(
      ['converted', 'guarded'],
      '`guarded`: K3s may start on no half-made etcd, before the settings ask for one; `converted`: the keys are copied.',
    )
    .default('converted'),
  dir: p.path('Folder of backup and record, on the host.').default(defaultConversionDir),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  timeout_s: p.int('How long the copying may take.').default(3600),
});

/** What a conversion that died has left of etcd; kept, since only a look can tell that nobody needs it. */
const asideStep = (dataDir: string): Step => ({
  step: 'script',
  title: 'put the half-made etcd aside',
  script: sh`d=${`${dataDir}/server/db`}
mv "$d/etcd" "$d/etcd-died-$(date -u +%Y%m%dT%H%M%SZ)" && sync`,
});

/** reset-failed: the guard's refusals of the last try do not count for this one. */
const startStep: Step = {
  step: 'script',
  title: 'start K3s, which copies its keys',
  script: sh`systemctl daemon-reload && { systemctl reset-failed k3s 2>/dev/null; systemctl start --no-block k3s; }`,
};

function stepsOf(
  given: {dir: string; data_dir: string; timeout_s: number},
  seen: DiskSeen,
): readonly Step[] | 'running' {
  const wait = copyWait(given, given.timeout_s);
  const guard = seen.guarded ? [] : [guardStep(given)];
  switch (conversionPhase(seen)) {
    case 'sqlite':
    case 'died':
      if (seen.running) return 'running';
      return [...guard, ...(seen.etcdDir ? [asideStep(given.data_dir)] : []), startStep, wait, unguardStep];
    case 'under-way':
      return [wait, unguardStep];
    case 'unproven':
      return [
        ...(seen.running ? [] : [startStep]),
        ...(seen.running ? [] : [wait]),
        ...(seen.guarded ? [unguardStep] : []),
      ];
    default:
      return seen.guarded ? [unguardStep] : [];
  }
}

/**
 * Once the server is stopped and before its settings ask for etcd: from then on any start of K3s, be it after a power cut,
 * begins to copy. Under the guard of a server that runs on half an etcd, that half would look like a copying under way.
 */
function guardPlan(place: ConversionPlace, seen: DiskSeen, checkMode: boolean): Plan {
  const phase = conversionPhase(seen);
  if (seen.guarded || (phase !== 'sqlite' && phase !== 'died')) return {plan: 'same', result: {phase}};
  if (seen.running && !checkMode) return stillRuns;
  return {
    plan: 'change',
    diff: [{kind: 'values', path: guardFile, before: {guarded: false}, after: {guarded: true}}],
    steps: [guardStep(place)],
    touches: [{kind: 'path', path: guardFile}],
    result: {phase},
  };
}

const stillRuns: Plan = {
  plan: 'fail',
  why: 'K3s runs on SQLite',
  hint: 'stop it first (k3s_service, state: stopped), and back it up',
};

export default defineModule({
  kind: 'state',
  name: 'k3s_convert',
  summary:
    'Starts a stopped server with cluster-init, so that K3s copies SQLite to embedded etcd, and watches it to the end.',
  description: `While the keys are copied a drop-in of the unit keeps K3s from starting on a half-made etcd, be it by systemd's restart or by a boot:
K3s would serve what is there and say nothing. What a conversion that died has left is put aside first, and all is copied anew from SQLite, which K3s
renames only at the end.`,
  params,
  returns: {phase: 'What was found: sqlite, died, under-way, unproven, done.'},
  examples: [
    {name: 'Before the settings ask for etcd', params: {state: 'guarded'}},
    {name: 'Copy', params: {timeout_s: 600}},
  ],
  reach: 'run',
  probeIs: 'volatile',
  reads: ({data_dir: dataDir}) => [
    {kind: 'path', path: `${dataDir}/server/db`},
    {kind: 'path', path: guardFile},
  ],
  probe: (given) => diskProbe(given),
  parse: (output) => parseDisk(output.stdout),
  overlay: (seen) => seen,
  plan(given, seen, _prepared, {checkMode}): Plan {
    if (given.state === 'guarded') return guardPlan(given, seen, checkMode);
    const phase = conversionPhase(seen);
    const result: Data = {phase};
    if (phase === 'empty' || phase === 'rolling-back')
      return {
        plan: 'fail',
        why: phase === 'empty' ? 'there is no SQLite to copy' : 'a rollback was begun and is not finished',
        hint: 'run convert_to_etcd.yml from its beginning: it says what is to be done',
      };
    const steps = stepsOf(
      given,
      checkMode ? {...seen, running: phase === 'sqlite' || phase === 'died' ? false : seen.running} : seen,
    );
    if (steps === 'running') return stillRuns;
    if (steps.length === 0) return {plan: 'same', result};
    const path = `${given.data_dir}/server/db`;
    return {
      plan: 'change',
      diff: [
        {kind: 'values', path, before: {datastore: phase === 'sqlite' ? 'sqlite' : phase}, after: {datastore: 'etcd'}},
      ],
      steps,
      touches: [
        {kind: 'path', path},
        {kind: 'path', path: guardFile},
        {kind: 'service', name: 'k3s'},
      ],
      after: [{resource: {kind: 'service', name: 'k3s'}, state: {active: 'active'}}],
      result,
    };
  },
});
