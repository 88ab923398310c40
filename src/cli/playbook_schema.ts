/** JSON Schema (draft 7, which editors' YAML support reads) of playbooks and lists of tasks. */

import type {Module} from '../module/index.js';
import {type JsonSchema, paramsJsonSchema} from '../module/json_schema.js';
import {blockKeywords, includeKeywords, playKeywords, roleKeywords, taskKeywords} from '../playbook/keywords.js';

const template: JsonSchema = {type: 'string', pattern: '\\{\\{'};
const text: JsonSchema = {type: ['string', 'number', 'boolean']};
const truth: JsonSchema = {anyOf: [{type: 'boolean'}, {enum: ['yes', 'no', 'on', 'off']}, template]};
const whole: JsonSchema = {anyOf: [{type: 'integer'}, template]};
const condition: JsonSchema = {anyOf: [text, {type: 'array', items: text}]};
const names: JsonSchema = {anyOf: [{type: 'string'}, {type: 'array', items: {type: ['string', 'number']}}]};
const mapping: JsonSchema = {anyOf: [{type: 'object'}, {type: 'null'}, template]};
const tasks: JsonSchema = {anyOf: [{$ref: '#/definitions/tasks'}, {type: 'null'}]};

/** Keywords of which more is known than that they exist. */
const known: Readonly<Record<string, JsonSchema>> = {
  name: text,
  hosts: names,
  tags: names,
  notify: names,
  listen: names,
  vars: mapping,
  environment: {anyOf: [{type: ['object', 'array', 'null']}, template]},
  when: condition,
  until: condition,
  changed_when: condition,
  failed_when: condition,
  register: {type: 'string', pattern: '^[A-Za-z_]\\w*$'},
  loop: {anyOf: [{type: 'array'}, template]},
  retries: whole,
  delay: whole,
  port: whole,
  timeout: whole,
  throttle: whole,
  serial: {anyOf: [whole, {type: 'string', pattern: '^\\d+%$'}, {type: 'array'}]},
  strategy: {enum: ['linear', 'free', 'host_pinned']},
  order: {enum: ['inventory', 'sorted', 'reverse_sorted', 'reverse_inventory', 'shuffle']},
  block: tasks,
  rescue: tasks,
  always: tasks,
  pre_tasks: tasks,
  tasks,
  post_tasks: tasks,
  handlers: tasks,
  roles: {type: 'array', items: {anyOf: [{type: 'string'}, {$ref: '#/definitions/role'}]}},
  ...Object.fromEntries(
    ['become', 'check_mode', 'diff', 'no_log', 'run_once', 'ignore_errors', 'ignore_unreachable', 'delegate_facts'].map(
      (name) => [name, truth],
    ),
  ),
  any_errors_fatal: truth,
  force_handlers: truth,
  gather_facts: truth,
};

const properties = (keywords: Iterable<string>): Record<string, JsonSchema> =>
  Object.fromEntries([...keywords].map((name) => [name, known[name] ?? {}]));

/** Actions of the loader, which are no modules. */
const includes = ['include_tasks', 'import_tasks', 'include_role', 'import_role', 'include_vars'];
const prefix = 'ansible.builtin.';

function actions(modules: readonly Module[]): Record<string, JsonSchema> {
  const own = modules.flatMap((module) => {
    const reference = {$ref: `#/definitions/modules/${module.name}`};
    return [module.name, ...(module.aliases ?? [])].map((name): [string, JsonSchema] => [name, reference]);
  });
  const loader = includes.flatMap((name) => [name, prefix + name]).map((name): [string, JsonSchema] => [name, {}]);
  return Object.fromEntries([...loader, ...own]);
}

/** The schema for these modules: those of the package, and those beside the playbook. */
export function playbookSchema(modules: readonly Module[]): JsonSchema {
  const importing = ['import_playbook', `${prefix}import_playbook`];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A playbook or a list of tasks, as quorate reads them',
    type: ['array', 'null'],
    items: {anyOf: [{$ref: '#/definitions/play'}, {$ref: '#/definitions/import'}, {$ref: '#/definitions/task'}]},
    definitions: {
      play: {type: 'object', properties: properties(playKeywords), required: ['hosts'], additionalProperties: false},
      import: {
        type: 'object',
        properties: {
          ...properties(['name', 'when', 'tags', 'vars']),
          ...Object.fromEntries(importing.map((name) => [name, text])),
        },
        anyOf: importing.map((name) => ({required: [name]})),
        additionalProperties: false,
      },
      tasks: {type: 'array', items: {$ref: '#/definitions/task'}},
      task: {
        anyOf: [
          {type: 'object', properties: properties(blockKeywords), required: ['block'], additionalProperties: false},
          {
            type: 'object',
            properties: {...properties([...taskKeywords, ...includeKeywords]), ...actions(modules)},
            patternProperties: {'^with_': {}},
            not: {anyOf: [{required: ['hosts']}, {required: ['block']}]},
            additionalProperties: false,
          },
        ],
      },
      // A role takes any further name as a variable.
      role: {type: 'object', properties: properties(roleKeywords), anyOf: [{required: ['role']}, {required: ['name']}]},
      modules: Object.fromEntries(modules.map((module) => [module.name, paramsJsonSchema(module)])),
    },
  };
}
