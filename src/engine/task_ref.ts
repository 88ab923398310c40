import type {TaskRef} from '../events/types.js';
import type {Handler, Include, Task} from '../playbook/types.js';
import type {PlayRun} from './play_context.js';
import {View} from './view.js';

type Named = Task | Handler | Include;

const moduleOf = (node: Named): string => (node.kind === 'task' ? node.module.written : `include_${node.what}`);

/** A name with its variables, as the first host sees them; as written where that cannot be done. */
function rendered(play: PlayRun, node: Named, host: string | undefined): string {
  const written = node.name?.value;
  if (written === undefined || written === null || written === '') return moduleOf(node);
  const text = String(written);
  if (host === undefined || !text.includes('{')) return text;
  try {
    return String(new View(play, host, node, {silent: true}).render(written));
  } catch {
    return text;
  }
}

/** A task as events name it. */
export function taskRef(play: PlayRun, node: Named, host: string | undefined, handler: boolean): TaskRef {
  const {role} = play.keywordsOf(node);
  return {
    id: node.id,
    name: play.run.options.masker.mask(rendered(play, node, host)),
    module: moduleOf(node),
    where: node.where,
    handler,
    ...(role === undefined ? {} : {role: role.name}),
  };
}
