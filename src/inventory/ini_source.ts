import {didYouMean, InventoryError, type Where} from '../errors/index.js';
import {type InventoryGraph, layerOf} from './graph.js';
import {literalOr} from './literal.js';
import {expandRange, splitPort} from './range.js';
import type {Values} from './types.js';
import {splitWords} from './words.js';

type Section = 'hosts' | 'children' | 'vars';

interface Pending {
  readonly group: string;
  readonly where: Where;
  readonly section: Section;
}

/** Reads an INI inventory: `[group]`, `[group:children]`, `[group:vars]`. Values are Python literals or text. */
export function readIniInventory(text: string, file: string, graph: InventoryGraph): void {
  new IniReader(text, file, graph).read();
}

class IniReader {
  #group = 'ungrouped';
  #section: Section = 'hosts';
  readonly #declared = new Set(['all', 'ungrouped']);
  readonly #pending: Pending[] = [];
  readonly #vars = new Map<string, {values: Record<string, unknown>; where: Where}>();

  constructor(
    private readonly text: string,
    private readonly file: string,
    private readonly graph: InventoryGraph,
  ) {}

  read(): void {
    for (const [index, raw] of this.text.split(/\r?\n/).entries()) {
      const line = raw.trim();
      if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
      const where = {file: this.file, line: index + 1, column: raw.length - raw.trimStart().length + 1};
      const header = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(line);
      if (header?.[1] !== undefined) this.#header(header[1], header[2], where);
      else this.#line(line, where);
    }
    for (const {group, where, section} of this.#pending) {
      if (this.#declared.has(group)) continue;
      const what =
        section === 'vars'
          ? `[${group}:vars] gives variables to a group that is nowhere`
          : `the child group '${group}' is nowhere`;
      throw new InventoryError({
        what,
        where,
        hint: didYouMean(group, this.#declared) ?? `add a section [${group}]`,
      });
    }
    for (const [group, {values, where}] of this.#vars)
      this.graph.setGroupVars(group, layerOf('inventoryFileGroupVars', `${this.file}, group ${group}`, values, where));
  }

  #header(group: string, section: string | undefined, where: Where): void {
    if (section !== undefined && section !== 'children' && section !== 'vars' && section !== 'hosts')
      throw new InventoryError({
        what: `[${group}:${section}] is no section an inventory has`,
        where,
        hint: didYouMean(section, ['children', 'vars']) ?? 'sections are [group], [group:children] and [group:vars]',
      });
    this.#group = group;
    this.#section = section ?? 'hosts';
    if (this.#section === 'vars') {
      this.#pending.push({group, where, section: 'vars'});
      if (!this.#vars.has(group)) this.#vars.set(group, {values: {}, where});
    } else {
      this.#declared.add(group);
      this.graph.addGroup(group, where);
    }
  }

  #line(line: string, where: Where): void {
    if (line.startsWith('['))
      throw new InventoryError({
        what: `'${line}' is no section header`,
        where,
        hint: 'a header is [group], [group:children] or [group:vars], without spaces',
      });
    if (this.#section === 'vars') this.#variable(line, where);
    else if (this.#section === 'children') this.#child(line, where);
    else this.#hostLine(line, where);
  }

  #variable(line: string, where: Where): void {
    const equals = line.indexOf('=');
    if (equals <= 0)
      throw new InventoryError({
        what: `'${line}' is no variable of [${this.#group}:vars]`,
        where,
        hint: 'write name=value',
      });
    const vars = this.#vars.get(this.#group);
    if (vars) vars.values[line.slice(0, equals).trim()] = literalOr(line.slice(equals + 1).trim());
  }

  #child(line: string, where: Where): void {
    const [name, ...rest] = splitWords(line) ?? [];
    if (name === undefined || rest.length > 0)
      throw new InventoryError({
        what: `'${line}' is no group name`,
        where,
        hint: 'one group a line below [group:children]',
      });
    this.graph.addChild(this.#group, name, where);
    this.#pending.push({group: name, where, section: 'children'});
  }

  #hostLine(line: string, where: Where): void {
    const words = splitWords(line);
    const [pattern, ...settings] = words ?? [];
    if (pattern === undefined) throw new InventoryError({what: `a quote in '${line}' is not closed`, where});
    const values: Record<string, unknown> = {};
    for (const setting of settings) {
      const equals = setting.indexOf('=');
      if (equals <= 0)
        throw new InventoryError({
          what: `'${setting}' after the host '${pattern}' is not name=value`,
          where,
          hint: 'quote values that hold spaces; a comment begins with #',
        });
      values[setting.slice(0, equals)] = literalOr(setting.slice(equals + 1));
    }
    const {name, port} = splitPort(pattern);
    for (const host of expandRange(name, where)) this.#host(host, port, values, where);
  }

  #host(host: string, port: number | undefined, values: Values, where: Where): void {
    this.graph.addHost(host, this.#group, where);
    const own: Values = port === undefined ? values : {ansible_port: port, ...values};
    if (Object.keys(own).length > 0)
      this.graph.setHostVars(host, layerOf('inventoryFileHostVars', `${this.file}, host ${host}`, own, where));
  }
}
