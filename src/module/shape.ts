import {docOf, type ParamDoc, type z} from './params.js';
import type {ParamsSchema} from './types.js';

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly catchall?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly out?: z.ZodType;
  readonly element?: z.ZodType;
  readonly defaultValue?: unknown;
}

const definitionOf = (schema: z.ZodType): Definition => schema._zod.def as unknown as Definition;

/** One parameter of a module, as its schema tells it. */
export interface Param {
  readonly name: string;
  readonly schema: z.ZodType;
  readonly doc: ParamDoc | undefined;
  readonly required: boolean;
  readonly defaultValue: unknown;
}

export interface ParamsShape {
  readonly params: readonly Param[];
  /** Keys besides the named ones are taken too (set_fact). */
  readonly open: boolean;
}

/** Below `.refine`, `.transform`, `.optional` and the like, the object or record itself. */
function innermost(schema: z.ZodType): Definition {
  const definition = definitionOf(schema);
  if (definition.type === 'pipe' && definition.in && definition.out)
    return innermost(definitionOf(definition.in).type === 'transform' ? definition.out : definition.in);
  return definition.innerType === undefined ? definition : innermost(definition.innerType);
}

function defaultOf(schema: z.ZodType): unknown {
  const definition = definitionOf(schema);
  if (definition.type === 'default' || definition.type === 'prefault') return definition.defaultValue;
  return definition.innerType === undefined ? undefined : defaultOf(definition.innerType);
}

const leavable: ReadonlySet<string> = new Set(['optional', 'default', 'prefault', 'catch']);

function canBeLeftOut(schema: z.ZodType): boolean {
  const {type, innerType, in: first, out} = definitionOf(schema);
  if (leavable.has(type)) return true;
  if (type === 'pipe' && first && out) return canBeLeftOut(definitionOf(first).type === 'transform' ? out : first);
  return innerType !== undefined && canBeLeftOut(innerType);
}

/** The schema of a list's members, and of a parameter's mapping, for docs; undefined if it has none. */
export const elementOf = (schema: z.ZodType): z.ZodType | undefined => innermost(schema).element;

/** What parameters a schema has. Works on `p.object({...})`, also refined or transformed, and on records. */
export function shapeOf(schema: ParamsSchema | z.ZodType): ParamsShape {
  const {type, shape, catchall} = innermost(schema);
  if (type === 'record') return {params: [], open: true};
  const open = catchall !== undefined && definitionOf(catchall).type !== 'never';
  const params = Object.entries(shape ?? {}).map(([name, param]) => ({
    name,
    schema: param,
    doc: docOf(param),
    required: !canBeLeftOut(param),
    defaultValue: defaultOf(param),
  }));
  return {params, open};
}
