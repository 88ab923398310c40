import type {ParamDoc} from './params.js';
import {elementOf, type Param, shapeOf} from './shape.js';
import type {Module} from './types.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Any value may come from a template instead. */
const template: JsonSchema = {type: 'string', pattern: '\\{\\{'};

const scalars: Readonly<Record<ParamDoc['type'], JsonSchema>> = {
  str: {type: ['string', 'number', 'boolean']},
  path: {type: 'string'},
  secret: {type: ['string', 'number']},
  bool: {anyOf: [{type: 'boolean'}, {enum: ['yes', 'no', 'on', 'off', 'true', 'false', 0, 1, '0', '1']}, template]},
  int: {anyOf: [{type: 'integer'}, {type: 'string', pattern: '^\\s*[+-]?\\d+\\s*$'}, template]},
  float: {anyOf: [{type: 'number'}, {type: 'string', pattern: '^\\s*[+-]?\\d'}, template]},
  mode: {type: ['string', 'integer']},
  dict: {anyOf: [{type: 'object'}, template]},
  list: {anyOf: [{type: 'array'}, {type: ['string', 'number', 'boolean']}]},
  raw: {},
  expression: {},
};

const about = ({doc, defaultValue}: Param): JsonSchema => ({
  ...(doc === undefined ? {} : {description: doc.doc}),
  ...(defaultValue === undefined ? {} : {default: defaultValue}),
});

function schemaOf(param: Param): JsonSchema {
  const {doc} = param;
  if (doc?.choices !== undefined) return {...about(param), anyOf: [{enum: doc.choices}, template]};
  const element = doc?.type === 'list' ? elementOf(param.schema) : undefined;
  const inner = element === undefined ? [] : shapeOf(element).params;
  if (inner.length === 0) return {...about(param), ...scalars[doc?.type ?? 'raw']};
  return {...about(param), anyOf: [{type: 'array', items: {anyOf: [objectOf(inner, false), template]}}, template]};
}

const objectOf = (params: readonly Param[], open: boolean): JsonSchema => ({
  type: 'object',
  properties: Object.fromEntries(
    params.flatMap((param) => [param.name, ...(param.doc?.aliases ?? [])].map((name) => [name, schemaOf(param)])),
  ),
  additionalProperties: open,
  // One that may be written under another name cannot be asked for by its own.
  required: params.filter(({required, doc}) => required && !doc?.aliases?.length).map(({name}) => name),
});

/** A module's parameters as JSON Schema (draft 7, which editors' YAML support reads), templates allowed everywhere. */
export function paramsJsonSchema(module: Module): JsonSchema {
  const {params, open} = shapeOf(module.params);
  const mapping = {description: module.summary, ...objectOf(params, open)};
  if (module.freeForm === undefined) return {anyOf: [mapping, {type: 'null'}, template]};
  return {anyOf: [mapping, {type: ['string', 'null']}]};
}
