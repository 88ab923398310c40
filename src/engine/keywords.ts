import type {VarsLayer} from '../inventory/types.js';
import type {Expression, Keywords, RoleRef, Scope, Written} from '../playbook/types.js';

/** Keywords of which the innermost scope's alone counts. */
type Inherited = Omit<Keywords, 'when' | 'tags' | 'environment' | 'moduleDefaults'>;

/** What holds for a task, all its scopes taken together; values are still as written. */
export interface EffectiveKeywords extends Inherited {
  /** Outermost first; all must hold. */
  readonly when: readonly Expression[];
  readonly tags: readonly string[];
  /** Outermost first; a variable of an inner one wins. */
  readonly environment: readonly Written[];
  readonly moduleDefaults: readonly Written[];
  /** Variables of all scopes, outermost first. */
  readonly layers: readonly VarsLayer[];
  readonly role: RoleRef | undefined;
}

const defined = <T>(value: T | undefined): value is T => value !== undefined;

/** Merges a node's scopes: an inner keyword replaces an outer one, but `when`, tags, environment and defaults add up. */
export function effectiveKeywords(scopes: readonly Scope[]): EffectiveKeywords {
  const inherited: Inherited = Object.assign({}, ...scopes.map(({keywords}) => keywords));
  return {
    ...inherited,
    when: scopes.flatMap(({keywords}) => keywords.when ?? []),
    tags: [...new Set(scopes.flatMap(({keywords}) => keywords.tags ?? []))],
    environment: scopes.map(({keywords}) => keywords.environment).filter(defined),
    moduleDefaults: scopes.map(({keywords}) => keywords.moduleDefaults).filter(defined),
    layers: scopes.flatMap(({layers}) => layers),
    role: scopes.findLast(({role}) => role)?.role,
  };
}
