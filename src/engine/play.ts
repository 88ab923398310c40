import {limitHosts, matchHosts} from '../inventory/pattern.js';
import type {Play, Scope, Task} from '../playbook/types.js';
import {batchesOf, ordered} from './batches.js';
import {HostState} from './host_state.js';
import {planPlay} from './plan.js';
import {PlayRun} from './play_context.js';
import {askPrompts, readVarsFiles} from './play_vars.js';
import type {Run} from './run_context.js';
import {nodeFilter} from './selection.js';
import {strategyNamed} from './strategies.js';
import {countOut} from './turn.js';
import {booleanOf, numberOf, textOf} from './values.js';
import {View} from './view.js';

/** A task that does nothing, through which a play's own keywords are rendered. */
function playNode({scope, where}: Play): Task {
  const own: Scope = {origin: 'task', keywords: {}, layers: [], where};
  return {
    kind: 'task',
    id: `${where.file}:${where.line}:${where.column}:play`,
    where,
    scopes: [scope, own],
    module: {written: 'meta', name: 'meta', where},
    args: {kind: 'mapping', values: {}, where, whereOf: () => where},
  };
}

/** A play's name and hosts are rendered before it has any; what rests on a host's own variables cannot be. */
const controllerHost = 'localhost';

/** Hosts of a play's pattern that `--limit` leaves, in the play's order. */
function hostsOf(run: Run, play: Play, view: View): readonly string[] {
  const {inventory} = run.options.variables;
  const written = view.written(play.hosts);
  const patterns = Array.isArray(written) ? written.map(String) : String(written ?? '');
  const {hosts, unknown} = matchHosts(inventory, patterns, play.hosts.where);
  for (const {pattern, nearest} of unknown.filter((one) => !run.namedGroups.has(one.pattern)))
    run.warn(
      `no host matches '${pattern}', passing over it${nearest === undefined ? '' : `; did you mean '${nearest}'?`}`,
      play.hosts.where,
    );
  const {limit} = run.settings;
  const left = limit === undefined ? undefined : limitHosts(inventory, limit);
  const chosen = left === undefined ? hosts : hosts.filter((host) => left.has(host));
  return ordered(chosen, play.order, () => run.options.random.fraction(), play.where);
}

/** Runs one play on all its batches. Errors in the play itself are thrown. */
export async function runPlay(run: Run, play: Play): Promise<void> {
  const node = playNode(play);
  const scout = new View(new PlayRun(run, play, '', [], undefined), controllerHost, node, {silent: true});
  const hosts = hostsOf(run, play, scout);
  const name = nameOf(play, scout);
  const left = hosts.filter((host) => !run.failed.has(host) && !run.unreachable.has(host));
  if (left.length === 0) {
    const why = hosts.length === 0 ? 'no hosts matched' : 'no hosts are left';
    run.emit({kind: 'play-skipped', name, why});
    return;
  }
  const maxFailPercentage = numberOf(scout, 'max_fail_percentage', play.maxFailPercentage, undefined);
  const playRun = new PlayRun(run, play, name, hosts, maxFailPercentage);
  const view = new View(playRun, left[0] ?? controllerHost, node, {silent: true});
  await askPrompts(playRun, view);
  const batches = batchesOf(left, view.written(play.serial), play.serial?.where);
  for (const [index, batch] of batches.entries()) {
    if (run.stopping() || playRun.ends === 'play' || playRun.ends === 'run') break;
    await runBatch(playRun, view, batch, {number: index + 1, of: batches.length});
  }
  if (playRun.ends === 'run') run.ended = true;
}

function nameOf(play: Play, view: View): string {
  try {
    return textOf(view, play.name) ?? String(play.hosts.value);
  } catch {
    return String(play.name.value);
  }
}

async function runBatch(
  playRun: PlayRun,
  view: View,
  batch: readonly string[],
  place: {readonly number: number; readonly of: number},
): Promise<void> {
  const {run, play, states, name} = playRun;
  const forceHandlers = booleanOf(view, 'force_handlers', play.forceHandlers, run.settings.forceHandlers);
  const gatherFacts = booleanOf(view, 'gather_facts', play.gatherFacts, true);
  const nodes = planPlay(play, {gatherFacts, forceHandlers});
  const runAs = strategyNamed(textOf(view, play.strategy), play.strategy?.where);
  playRun.ends = undefined;
  playRun.batch = batch;
  states.clear();
  for (const host of batch) states.set(host, new HostState(host, nodes, playRun.handlers, nodeFilter(playRun)));
  run.emit({
    kind: 'play-start',
    name,
    where: play.where,
    hosts: batch,
    ...(place.of > 1 ? {batch: place} : {}),
  });
  readVarsFiles(playRun, view.node);
  await runAs(playRun);
  countOut(playRun);
  const lost = batch.every((host) => run.failed.has(host) || run.unreachable.has(host));
  if (lost) playRun.ends = 'run';
  if (playRun.ends === 'run') run.emit({kind: 'no-hosts-left'});
}
