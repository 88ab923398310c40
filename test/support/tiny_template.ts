import {UndefinedVariableError} from '../../src/errors/index.js';
import type {TemplateContext, TemplateEngine} from '../../src/template/types.js';
const translate = (e: string): string =>
  e.replace(/\bis not defined\b/g, '=== undefined').replace(/\bis defined\b/g, '!== undefined')
   .replace(/\bnot\s+in\b/g, 'NOTIN').replace(/\bnot\b/g, '!').replace(/\band\b/g, '&&').replace(/\bor\b/g, '||')
   .replace(/\bTrue\b/g,'true').replace(/\bFalse\b/g,'false');
const value = (expr: string, c: TemplateContext): unknown => {
  const wrap = (v: unknown): unknown => {
    if (v !== null && typeof v === 'object') {
      const why = c.marks?.markOf(v);
      if (why !== undefined) return new Proxy(v, {get: (t, k) => { c.marks?.sawMark(why); return (t as Record<PropertyKey, unknown>)[k]; }});
    }
    return v;
  };
  const scope = new Proxy({}, {
    has: (_, k) => typeof k === 'string' && !['Array','String','Object','JSON','Number'].includes(k),
    get: (_, k) => {
      if (typeof k !== 'string') return undefined;
      const found = c.variables.get(k);
      if (found === undefined) return undefined;
      const v = found.template ? render(found.value, c) : found.value;
      if (v !== null && typeof v === 'object' && Symbol.for('quorate.lazyMap') in v) return lazy(v as never, c);
      return wrap(v);
    },
  });
  return new Function('scope', `with(scope){return (${translate(expr)})}`)(scope);
};
const lazy = (m: {get(k: string): {value: unknown; template: boolean} | undefined}, c: TemplateContext): unknown =>
  new Proxy({}, {get: (_, k) => { const f = m.get(String(k)); if (!f) return undefined; const v = f.template ? render(f.value, c) : f.value; return v !== null && typeof v === 'object' && Symbol.for('quorate.lazyMap') in v ? lazy(v as never, c) : v; }});
const strict = (expr: string, c: TemplateContext): unknown => {
  let v: unknown;
  try { v = value(expr, c); } catch (e) { throw new UndefinedVariableError({what: `${expr}: ${String(e)}`}); }
  if (v === undefined) throw new UndefinedVariableError({what: `'${expr}' is undefined`});
  return v;
};
const render = (v: unknown, c: TemplateContext): unknown => {
  if (typeof v === 'string') {
    const one = /^\{\{([^{}]*)\}\}$/.exec(v);
    if (one?.[1]) return strict(one[1], c);
    return v.replace(/\{\{([^{}]*)\}\}/g, (_, e: string) => String(strict(e, c)));
  }
  if (Array.isArray(v)) return v.map((x) => render(x, c));
  if (v !== null && typeof v === 'object') return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, render(x, c)]));
  return v;
};
export const tinyTemplates: TemplateEngine = {
  render: (v, c) => render(v, c),
  evaluate: (e, c) => strict(e, c),
  condition: (e, c) => typeof e === 'boolean' ? e : Boolean(value(String(e), c)),
  renderFile: (t, c) => String(render(t, c)),
  parseOnly: (t) => ({variables: [...String(t).matchAll(/[A-Za-z_]\w*/g)].map(m => m[0]), impure: []}),
};
