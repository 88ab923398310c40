import {formatWhere} from '../errors/index.js';
import type {Project} from '../run/project.js';

const isSetting = (
  value: unknown,
): value is {readonly value: unknown; readonly where: Parameters<typeof formatWhere>[0]} =>
  typeof value === 'object' && value !== null && 'value' in value && 'where' in value;

/** With -v: which ansible.cfg counts, and each of its settings that has an effect here, with its place. */
export function configNotices({config, inventory}: Project): string[] {
  const sources = inventory.sources.length === 0 ? 'none' : inventory.sources.join(', ');
  if (config === undefined) return ['No config file found; using defaults', `inventory: ${sources}`];
  const settings = Object.entries(config).flatMap(([name, setting]: [string, unknown]) =>
    isSetting(setting) ? [`  ${name} = ${String(setting.value)}  (${formatWhere(setting.where)})`] : [],
  );
  return [`Using ${config.file} as config file`, ...settings, `inventory: ${sources}`];
}
