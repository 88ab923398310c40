/** `--list-hosts`, `--list-tasks`, `--list-tags`, in Ansible's form. */
import {isSelected, type Play, type Playbook, type TagSelection, tagsOf, titleOf, walkPlay} from '../playbook/index.js';
import type {Project} from '../run/project.js';
import {nameOfFile} from './faults.js';

export interface ListFlags {
  readonly listHosts?: boolean;
  readonly listTasks?: boolean;
  readonly listTags?: boolean;
}

const sortedTags = (tags: Iterable<string>): string => `[${[...new Set(tags)].sort().join(', ')}]`;

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

function playLines(play: Play, number: number, project: Project, flags: ListFlags, selection: TagSelection): string[] {
  const own = play.scope.keywords.tags ?? [];
  const leaves = [...walkPlay(play)].filter((node) => isSelected(tagsOf(node), selection));
  const head = `  play #${number} (${textOf(play.hosts.value)}): ${textOf(play.name.value)}\tTAGS: ${sortedTags(own)}`;
  const hosts = flags.listHosts ? hostLines(play, project) : [];
  const tasks = flags.listTasks
    ? ['    tasks:', ...leaves.map((node) => `      ${titleOf(node)}\tTAGS: ${sortedTags(tagsOf(node))}`)]
    : [];
  const tags = flags.listTags ? [`      TASK TAGS: ${sortedTags(leaves.flatMap((node) => [...tagsOf(node)]))}`] : [];
  return [head, ...hosts, ...tasks, ...tags];
}

function hostLines(play: Play, project: Project): string[] {
  const pattern = textOf(play.hosts.value);
  const hosts = project.matchHosts(pattern, {limited: true});
  return [`    pattern: ['${pattern}']`, `    hosts (${hosts.length}):`, ...hosts.map((host) => `      ${host}`)];
}

/** Lines for all playbooks: an empty line before each, then its plays. */
export const listLines = (
  playbooks: readonly Playbook[],
  project: Project,
  flags: ListFlags,
  selection: TagSelection,
): string[] =>
  playbooks.flatMap(({file, plays}) => [
    '',
    `playbook: ${nameOfFile(file)}`,
    ...plays.flatMap((play, index) => ['', ...playLines(play, index + 1, project, flags, selection)]),
  ]);
