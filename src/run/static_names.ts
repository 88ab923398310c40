import type {Where} from '../errors/index.js';
import type {VarsLayer} from '../inventory/index.js';
import type {LookupHost, TemplateContext, TemplateEngine} from '../template/types.js';

const noLookups = (env: Readonly<Record<string, string | undefined>>, cwd: string): LookupHost => {
  const refuse = (): never => {
    throw new Error('not before the run');
  };
  return {
    readFile: refuse,
    exists: () => false,
    glob: () => [],
    env: (name) => env[name],
    searchPaths: () => [cwd],
    inventoryHostnames: () => [],
  };
};

/**
 * Renders names of files in static imports: from `-e` and the variables around the import, as nothing else is known
 * before the run. Undefined where that is not enough.
 */
export function staticRenderer(
  templates: TemplateEngine,
  extra: readonly VarsLayer[],
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): (text: string, layers: readonly VarsLayer[], where: Where) => unknown {
  return (text, layers, where) => {
    const strongest = [...layers, ...extra].reverse();
    const context: TemplateContext = {
      variables: {
        get(name) {
          const layer = strongest.find(({values}) => Object.hasOwn(values, name));
          return layer === undefined
            ? undefined
            : {value: layer.values[name], template: layer.template, origin: layer.label};
        },
      },
      lookups: noLookups(env, cwd),
      now: () => new Date(0),
      random: () => 0,
      warn: () => undefined,
    };
    try {
      return templates.render(text, context, where);
    } catch {
      return undefined;
    }
  };
}
