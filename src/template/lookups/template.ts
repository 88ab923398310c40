/** `lookup('template', file)`. */
import {findOnPath} from '../eval/files.js';
import {pieceText} from '../eval/output.js';
import {textOf} from '../filters/define.js';
import {Fault} from '../python/faults.js';
import {asMapping, entriesOf} from '../python/mapping.js';
import {lookup, texts} from './define.js';

const known = [
  'convert_data',
  'template_vars',
  'jinja2_native',
  'variable_start_string',
  'variable_end_string',
  'comment_start_string',
  'comment_end_string',
];

/** Settings that a `#jinja2:` line can express. */
const delimiters = known.slice(3);

export const templateLookup = lookup(known, (terms, options, runtime) => {
  const extra = new Map(
    options.get('template_vars')
      ? entriesOf(asMapping(options.get('template_vars'), 'template_vars')).map(
          ([key, value]) => [String(key), value] as const,
        )
      : [],
  );
  const changed = delimiters
    .filter((name) => options.has(name))
    .map((name) => `${name}: '${textOf(options.get(name))}'`);
  const header = changed.length === 0 ? '' : `#jinja2: ${changed.join(', ')}\n`;
  return texts(terms).map((name) => {
    const path = findOnPath(runtime, 'templates', name);
    if (path === undefined)
      throw new Fault(`there is no template '${name}'`, {
        hint: `looked in ${runtime.context.lookups.searchPaths('templates').join(', ') || 'no folder'}`,
      });
    return pieceText(runtime.render(header + runtime.context.lookups.readFile(path), 'file', extra, path));
  });
});
