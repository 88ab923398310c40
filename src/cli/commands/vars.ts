import {didYouMean, formatWhere, messageOf, QuorateError} from '../../errors/index.js';
import type {VarsLayer} from '../../inventory/index.js';
import {isLocalName} from '../../inventory/index.js';
import {valueLines} from '../../report/index.js';
import {contextOf, idleMoment} from '../../run/moments.js';
import type {Project} from '../../run/project.js';
import {VaultString} from '../../yaml/index.js';
import type {CommandBody} from '../command.js';
import {printLines} from '../console.js';
import {exitCodes} from '../faults.js';
import {noHost} from '../no_host.js';
import {type ProjectFlags, projectFor} from '../open_project.js';
import {plainValue} from '../plain_value.js';

interface VarsFlags extends ProjectFlags {
  readonly explain?: string;
}

/** `quorate vars HOST`: its variables, rendered; `--explain NAME`: every place that sets one, the winner first. */
export const varsCommand: CommandBody = async ([host], given) => {
  const flags = given as VarsFlags;
  const project = await projectFor(flags);
  const name = String(host);
  if (!project.inventory.hosts.has(name) && !isLocalName(name)) throw noHost(project.inventory, name);
  printLines(flags.explain === undefined ? allLines(project, name) : explainLines(project, name, flags.explain));
  return exitCodes.ok;
};

/** Variables that somebody set; those that are always there would drown them. */
function namesSet(project: Project, host: string): string[] {
  const source = project.variables.source(idleMoment(host, project.options.cwd), []);
  return [...(source.names?.() ?? [])].filter((name) => layersOf(project, host, name).length > 0).sort();
}

const layersOf = (project: Project, host: string, name: string): readonly VarsLayer[] =>
  project.variables.explain(idleMoment(host, project.options.cwd), [], name);

function allLines(project: Project, host: string): string[] {
  const context = contextOf(project, host);
  const lines = namesSet(project, host).flatMap((name) => {
    try {
      const rendered = project.templates.render(`{{ ${name} }}`, context);
      return valueLines({[name]: project.masker.maskData(plainValue(rendered))});
    } catch (error) {
      // A value may need what only a run gives.
      return [`${name}: # cannot be rendered here: ${error instanceof QuorateError ? error.what : messageOf(error)}`];
    }
  });
  return lines.map((line) => project.masker.mask(line));
}

function explainLines(project: Project, host: string, name: string): string[] {
  const layers = [...layersOf(project, host, name)].reverse();
  if (layers.length === 0) {
    const hint = didYouMean(name, namesSet(project, host));
    return [`Nobody sets ${name} for ${host}${hint === undefined ? '' : `; ${hint}`}`];
  }
  return layers.flatMap((layer, index) => {
    const where = project.positions.at(layer.values, name) ?? layer.where;
    // Words of the command line have no lines to count.
    const place = where === undefined || where.file === '-e' ? layer.label : formatWhere(where);
    const value = layer.values[name];
    const shown = value instanceof VaultString ? ['(sealed)'] : valueLines(plainValue(value));
    return [
      `${index === 0 ? 'wins' : 'loses'}  ${place}  (${levelNames[layer.level]})`,
      ...shown.map((line) => `       ${project.masker.mask(line)}`),
    ];
  });
}

/** Ansible's levels of precedence in words. */
const levelNames: Readonly<Record<VarsLayer['level'], string>> = {
  roleDefaults: "a role's defaults",
  inventoryFileGroupVars: 'a group in the inventory file',
  inventoryGroupVarsAll: 'group_vars/all beside the inventory',
  playbookGroupVarsAll: 'group_vars/all beside the playbook',
  inventoryGroupVars: 'group_vars beside the inventory',
  playbookGroupVars: 'group_vars beside the playbook',
  inventoryFileHostVars: 'the host in the inventory file',
  inventoryHostVars: 'host_vars beside the inventory',
  playbookHostVars: 'host_vars beside the playbook',
  facts: 'facts',
  playVars: "a play's vars",
  varsPrompt: 'vars_prompt',
  varsFiles: 'vars_files',
  roleVars: "a role's vars",
  blockVars: "a block's vars",
  taskVars: "a task's vars",
  includeVars: 'include_vars',
  setFacts: 'set_fact',
  roleParams: 'parameters of a role',
  includeParams: 'parameters of an include',
  extraVars: '-e',
};
