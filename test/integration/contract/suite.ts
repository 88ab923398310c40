/**
 * What every module must keep, tried in throw-away roots with each of its cases (modules/<name>/cases.ts):
 * a probe changes nothing; check mode changes nothing and says what the real run then does; the diff names exactly the
 * paths that changed; what was predicted for later tasks is what came; a second time finds nothing to do.
 */
import {existsSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import anyTest, {type ExecutionContext} from 'ava';
import {moduleFolders} from '../../../scripts/manifest.mjs';
import {PredictionStore} from '../../../src/engine/predictions.js';
import {
  type ContractContext,
  type ContractOutcome,
  type ModuleCase,
  runModule,
  shellExec,
} from '../../../src/module/contract.js';
import type {Module, PathState} from '../../../src/module/index.js';
import {type TestController, testController, testHost} from '../../support/test_controller.js';
import {
  canMakeRoots,
  changedPaths,
  makeRoot,
  type ShellKind,
  type Snapshot,
  type ThrowAwayRoot,
} from '../../support/throw_away_root.js';

const modulesDir = fileURLToPath(new URL('../../../modules/', import.meta.url));

interface Tested {
  readonly module: Module;
  readonly cases: readonly ModuleCase[];
}

/** Every module, or those that CONTRACT_MODULES names (`copy,file`), for work on one of them. */
export async function loadTested(): Promise<Tested[]> {
  const tested: Tested[] = [];
  const only = process.env.CONTRACT_MODULES?.split(',');
  for (const name of moduleFolders().filter((folder) => only?.includes(folder) ?? true)) {
    const {default: module} = (await import(`${modulesDir}${name}/module.ts`)) as {default: Module};
    const file = `${modulesDir}${name}/cases.ts`;
    const cases = existsSync(file) ? ((await import(file)) as {cases: readonly ModuleCase[]}).cases : [];
    tested.push({module, cases});
  }
  return tested;
}

interface Stage {
  readonly t: ExecutionContext;
  readonly module: Module;
  readonly moduleCase: ModuleCase;
  readonly root: ThrowAwayRoot;
  readonly controller: TestController;
}

const context = (
  {root, controller, moduleCase}: Stage,
  checkMode: boolean,
  predicted?: ContractContext['predicted'],
): ContractContext => ({
  exec: shellExec((script, options) => root.run(script.source, options)),
  controller,
  host: testHost({checkMode, facts: moduleCase.facts ?? {}}),
  ...(predicted === undefined ? {} : {predicted}),
  // Waits are looked at often, and never for long.
  sleep: (durationMs) => sleep(Math.min(durationMs, 50)),
});

const told = (outcome: ContractOutcome): string =>
  `${outcome.status}${outcome.why === undefined ? '' : `: ${outcome.why}`}`;

/** busybox timeout leaves a watcher behind that sees within a second that its command is done. */
const lingering = /^timeout \d+ /;

/** Check mode: nothing is changed, and the verdict is the one expected. Applied to its own prediction, it is at peace. */
async function checkRun(stage: Stage): Promise<ContractOutcome> {
  const {t, module, moduleCase, root} = stage;
  const processes = await root.processes();
  const checked = await runModule(module, moduleCase.params, context(stage, true));
  t.deepEqual(await root.upper(), [], 'check mode changed something');
  const left = (await root.processes()).filter((line) => !processes.includes(line) && !lingering.test(line));
  t.deepEqual(left, [], 'check mode left processes behind');
  const skips = module.kind === 'action' && module.check === 'skip';
  t.is(checked.status, moduleCase.check ?? (skips ? 'skipped' : moduleCase.expect), `check mode says ${told(checked)}`);
  if (module.kind === 'state' && checked.status === 'changed' && (moduleCase.again ?? 'ok') === 'ok') {
    const predicted = new PredictionStore();
    predicted.record(checked.touches, checked.after);
    const again = await runModule(module, moduleCase.params, context(stage, true, predicted));
    const isOpen = ({state}: (typeof checked.after)[number]): boolean => {
      const {type, sha256, content} = (state ?? {}) as Partial<PathState>;
      return state === undefined || (type === 'file' && sha256 === undefined && content === undefined);
    };
    const fine = again.status === 'ok' || (again.status === 'conditional' && checked.after.every(isOpen));
    t.true(fine, `on its own prediction it says ${told(again)} ${JSON.stringify(again.diff)}`);
  }
  return checked;
}

const covers = (above: string, path: string): boolean =>
  path === above || path.startsWith(above === '/' ? '/' : `${above}/`);

/** Every changed path is named by the diff, itself or with a folder above it; and everything the diff names did change. */
function compareDiff({t, moduleCase}: Stage, outcome: ContractOutcome, before: Snapshot, after: Snapshot): void {
  const besides = (path: string): boolean =>
    (moduleCase.besides ?? []).some((pattern) =>
      typeof pattern === 'string' ? covers(pattern, path) : pattern.test(path),
    );
  const changed = changedPaths(before, after).filter((path) => !besides(path));
  const named = outcome.diff.map(({path}) => path).filter((path) => path.startsWith('/') && !besides(path));
  t.deepEqual(
    changed.filter((path) => !named.some((above) => covers(above, path))),
    [],
    'changed, but not in the diff',
  );
  t.deepEqual(
    named.filter((above) => !changed.some((path) => covers(above, path))),
    [],
    'in the diff, but not changed',
  );
}

const nameOf = (accounts: string, id: number): string =>
  accounts
    .split('\n')
    .find((line) => line.split(':')[2] === String(id))
    ?.split(':')[0] ?? String(id);

async function comparePredictions({t, root}: Stage, outcome: ContractOutcome, after: Snapshot): Promise<void> {
  const users = (await root.readFile('/etc/passwd')).toString();
  const groups = (await root.readFile('/etc/group')).toString();
  for (const {resource, state} of outcome.after) {
    if (resource.kind !== 'path' || state === undefined || !('path' in resource) || !resource.path.startsWith('/'))
      continue;
    const wanted = state as PathState;
    const entry = after.get(resource.path);
    const actual: Record<string, unknown> =
      entry === undefined
        ? {type: 'absent'}
        : {
            type: entry.type,
            mode: entry.mode,
            owner: nameOf(users, entry.uid),
            group: nameOf(groups, entry.gid),
            ...(entry.type === 'file' ? {sha256: entry.content, content: await root.readFile(resource.path)} : {}),
            ...(entry.type === 'link' ? {target: entry.content} : {}),
          };
    for (const [key, value] of Object.entries(wanted)) {
      const numeric = typeof value === 'string' && /^\d+$/.test(value) && (key === 'owner' || key === 'group');
      const is = numeric ? String(key === 'owner' ? entry?.uid : entry?.gid) : actual[key];
      t.deepEqual(is, value, `predicted ${key} of ${resource.path}`);
    }
  }
}

async function realRun(stage: Stage, checked: ContractOutcome): Promise<void> {
  const {t, module, moduleCase, root} = stage;
  const before = await root.snapshot();
  const outcome = await runModule(module, moduleCase.params, context(stage, false));
  t.is(outcome.status, moduleCase.expect, `it says ${told(outcome)}`);
  if (moduleCase.says !== undefined) t.regex(outcome.why ?? '', moduleCase.says);
  if (moduleCase.data !== undefined) t.like(outcome.data, moduleCase.data);
  if (moduleCase.learns !== undefined)
    t.like({...outcome.result?.facts, ...outcome.result?.variables}, moduleCase.learns);
  const after = await root.snapshot();
  if (module.kind === 'state') {
    compareDiff(stage, outcome, before, after);
    if (outcome.status !== 'failed') await comparePredictions(stage, outcome, after);
    if (checked.status === 'changed' && outcome.status !== 'failed')
      t.deepEqual(paths(checked), paths(outcome), 'check mode named other paths');
  }
  if (moduleCase.leaves !== undefined) {
    const result = await root.run(moduleCase.leaves.source);
    t.is(result.rc, 0, `afterwards: ${result.stdout}${result.stderr}`);
  }
  if (outcome.status === 'failed') return;
  const again = await runModule(module, moduleCase.params, context(stage, false));
  t.is(
    again.status,
    moduleCase.again ?? (module.kind === 'state' ? 'ok' : moduleCase.expect),
    `a second time it says ${told(again)} ${JSON.stringify(again.diff)}`,
  );
  if (again.status === 'ok' && module.kind === 'state')
    t.deepEqual(changedPaths(after, await root.snapshot()), [], 'a second time something changed');
}

const paths = (outcome: ContractOutcome): string[] => outcome.diff.map(({path}) => path).sort();

async function runCase(t: ExecutionContext, module: Module, moduleCase: ModuleCase, kind: ShellKind): Promise<void> {
  const root = await makeRoot(kind);
  const controller = await testController(moduleCase.controllerFiles, moduleCase.facts);
  try {
    if (moduleCase.given !== undefined) {
      const given = await root.run(moduleCase.given.source);
      t.is(given.rc, 0, `what is given fails: ${given.stderr}`);
    }
    await root.freeze();
    const stage: Stage = {t, module, moduleCase, root, controller};
    await realRun(stage, await checkRun(stage));
  } finally {
    await controller.dispose();
    await root.dispose();
  }
}

const runsOn = (moduleCase: ModuleCase, kind: ShellKind): boolean =>
  moduleCase.needs === undefined &&
  (moduleCase.only === undefined || (moduleCase.only === 'busybox') === (kind === 'ash'));

/** Declares a test for each module and case, for one shell. */
export async function contractTests(kind: ShellKind): Promise<void> {
  if (!canMakeRoots()) {
    anyTest(`the contract in ${kind}`, (t) => {
      t.log('not run: throw-away roots need root');
      t.pass();
    });
    return;
  }
  for (const {module, cases} of await loadTested())
    for (const moduleCase of cases.filter((one) => runsOn(one, kind)))
      anyTest(`${module.name}: ${moduleCase.name}`, (t) => runCase(t, module, moduleCase, kind));
}
