import type {Block, Include, Task, TaskNode} from './types.js';

export interface TagSelection {
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
}

/** Every tag of a node: its own and those of all scopes around it. */
export const tagsOf = (node: {readonly scopes: TaskNode['scopes']}): ReadonlySet<string> =>
  new Set(node.scopes.flatMap((scope) => scope.keywords.tags ?? []));

/** Whether something with these tags is asked for. `always`, `never`, `tagged`, `untagged` and `all` are as in Ansible. */
export function isSelected(tags: ReadonlySet<string>, selection: TagSelection): boolean {
  const asked = selection.tags.length === 0 ? ['all'] : selection.tags;
  const isTagged = tags.size > 0;
  const own = isTagged ? tags : new Set(['untagged']);
  const isAsked =
    own.has('always') ||
    (asked.includes('all') && !own.has('never')) ||
    asked.some((tag) => own.has(tag)) ||
    (asked.includes('tagged') && isTagged && !own.has('never'));
  if (!isAsked) return false;
  const {skipTags} = selection;
  if (skipTags.includes('all')) return own.has('always') && !skipTags.includes('always');
  return !skipTags.some((tag) => own.has(tag)) && !(skipTags.includes('tagged') && isTagged);
}

/** Whether a node is asked for; a block is if anything in it is. */
export function selectTags(node: TaskNode, selection: TagSelection): boolean {
  if (node.kind !== 'block') return isSelected(tagsOf(node), selection);
  return [...node.block, ...node.rescue, ...node.always].some((inner) => selectTags(inner, selection));
}

/** Nodes without what is not asked for; blocks that become empty go too. */
export function pruneByTags<N extends TaskNode>(nodes: readonly N[], selection: TagSelection): N[] {
  return nodes.flatMap((node): N[] => {
    if (node.kind !== 'block') return selectTags(node, selection) ? [node] : [];
    if (!selectTags(node, selection)) return [];
    const pruned: Block = {
      ...(node as Block),
      block: pruneByTags(node.block, selection),
      rescue: pruneByTags(node.rescue, selection),
      always: pruneByTags(node.always, selection),
    };
    return [pruned as unknown as N];
  });
}

export type Leaf = Task | Include;
