import {shapeOf} from '../module/shape.js';
import type {ControlEffect} from '../module/types.js';
import type {HostTask} from './host_task.js';
import type {Outcome} from './outcome.js';
import {booleanOf} from './values.js';
import {View} from './view.js';

/** What a task, or one item of its loop, taught about its host: facts, variables, included files, new hosts. */
export function learn(hostTask: HostTask, outcome: Outcome): void {
  if (outcome.learned === undefined && outcome.effects.length === 0 && outcome.mark === undefined) return;
  const {play} = hostTask;
  const {variables} = play.run.options;
  const {facts, values, cacheable = false} = outcome.learned ?? {};
  for (const host of outcome.learned === undefined ? [] : factReceivers(hostTask, outcome)) {
    if (facts !== undefined) variables.setFacts(host, facts);
    if (values !== undefined) variables.setVariables(host, values, {cacheable});
  }
  markVariables(hostTask, outcome);
  for (const effect of outcome.effects) carryOut(hostTask, effect);
}

const factReceivers = ({keywords, play, host, task, receivers}: HostTask, {delegatedTo}: Outcome): readonly string[] =>
  delegatedTo !== undefined && booleanOf(new View(play, host, task), 'delegate_facts', keywords.delegateFacts, false)
    ? [delegatedTo]
    : receivers;

/** Check mode: variables set from what only a real run can give are as open as that; a sure value ends the doubt. */
function markVariables({play, module, task, receivers}: HostTask, outcome: Outcome): void {
  const {run} = play;
  if (!run.settings.check || module.kind !== 'control') return;
  const names = Object.keys(outcome.learned?.values ?? {});
  const {mark} = outcome;
  if (mark !== undefined && task.args.kind === 'mapping' && shapeOf(module.params).open)
    names.push(...Object.keys(task.args.values));
  for (const host of receivers) {
    const marks = run.marksOf(host);
    for (const name of names) {
      if (mark === undefined) marks.delete(name);
      else marks.set(name, mark);
    }
  }
}

function carryOut({play, host, receivers, task}: HostTask, effect: ControlEffect): void {
  const {variables, loader} = play.run.options;
  switch (effect.effect) {
    case 'add_host':
      variables.addHost(effect.name, effect.groups, effect.values);
      return;
    case 'group_by':
      variables.groupBy(host, effect.group, effect.parents);
      return;
    case 'include_vars': {
      const file = loader.findFile('vars', effect.file, task);
      const layer = loader.loadVars(file, 'includeVars');
      const {into} = effect;
      const placed = into === undefined ? layer : {...layer, values: {[into]: layer.values}};
      for (const receiver of receivers) variables.addLayer(receiver, placed);
      return;
    }
    case 'meta':
      return;
  }
}

/** Registers the result with everyone it belongs to. */
export function applyOutcome({play, task, receivers}: HostTask, {result, mark}: Outcome): void {
  if (task.register === undefined) return;
  for (const host of receivers) play.run.options.variables.register(host, task.register, result, mark);
}
