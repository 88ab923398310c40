import {UndefinedVariableError} from '../errors/index.js';
import type {VarsLayer} from '../inventory/types.js';
import type {TaskNode, Written} from '../playbook/types.js';
import type {PlayRun} from './play_context.js';
import {View} from './view.js';

/** Asks for the play's vars_prompt, once for the play; what `-e` gives is not asked for. */
export async function askPrompts(play: PlayRun, view: View): Promise<void> {
  const {run} = play;
  for (const {name, prompt, private: hidden, default: fallback, confirm} of play.play.varsPrompt) {
    if (isGiven(view, name)) continue;
    const text = String(view.render(prompt));
    const ask = () => run.options.prompt?.(text, {echo: !hidden});
    let answer = await ask();
    while (confirm && answer !== undefined && (await ask()) !== answer) {
      run.warn('the two entries differ; asking again');
      answer = await ask();
    }
    const value = answer === undefined || answer === '' ? view.render(fallback ?? '') : answer;
    if (hidden && typeof value === 'string') run.options.masker.add(value);
    play.promptLayers.push({
      level: 'varsPrompt',
      label: `vars_prompt ${name}`,
      values: {[name]: value},
      template: false,
    });
  }
}

const isGiven = (view: View, name: string): boolean => view.levelOf(name).includes('extraVars');

/**
 * Reads vars_files for each host, the name rendered with its variables; of a list of names the first file that is there.
 * A name that rests on a variable not known yet (a fact) is tried again before each task.
 */
export function readVarsFiles(play: PlayRun, node: TaskNode): void {
  if (play.play.varsFiles.length === 0) return;
  for (const host of play.batch) {
    if (play.fileLayers.get(host)?.length === play.play.varsFiles.length) continue;
    const view = new View(play, host, node, {silent: true});
    play.fileLayers.set(
      host,
      play.play.varsFiles.flatMap((written) => layerOf(play, view, written, node)),
    );
  }
}

function layerOf(play: PlayRun, view: View, written: Written, node: TaskNode): VarsLayer[] {
  const {loader} = play.run.options;
  const names = Array.isArray(written.value) ? written.value : [written.value];
  let error: unknown;
  for (const name of names) {
    try {
      const file = loader.findFile('vars', String(view.render(name, written.where)), {...node, where: written.where});
      return [loader.loadVars(file, 'varsFiles')];
    } catch (caught) {
      if (caught instanceof UndefinedVariableError) return [];
      error ??= caught;
    }
  }
  throw error;
}
