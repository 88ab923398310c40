import type {TemplateContext} from '../template/types.js';
import type {Moment} from '../vars/index.js';
import {lookupsNear} from './lookups.js';
import type {Project} from './project.js';

/** A host outside of any play: what its variables look like before a run. */
export const idleMoment = (host: string, playbookDir: string): Moment => ({
  host,
  playName: '',
  playHostsAll: [host],
  playHosts: [host],
  batch: [host],
  playbookDir,
  checkMode: false,
  diffMode: false,
  runTags: [],
  skipTags: [],
  forks: 1,
  verbosity: 0,
});

/** Renders values as a host sees them, outside of any play. */
export function contextOf(project: Project, host: string): TemplateContext {
  const directory = project.options.playbookDirs[0] ?? project.options.cwd;
  const where = {file: `${directory}/.`, line: 1, column: 1};
  return {
    variables: project.variables.source(idleMoment(host, directory), []),
    lookups: lookupsNear(
      {scopes: [], where},
      {
        loader: project.loader,
        env: project.options.env,
        hostnames: (pattern) => project.matchHosts(pattern, {limited: false}),
        decode: project.decode,
      },
    ),
    now: () => new Date(),
    random: Math.random,
    warn: project.options.warn,
  };
}
