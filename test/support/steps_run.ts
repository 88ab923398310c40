/** Runs one action whose steps a test gives, and reads what came of each. */
import {defineModule, p, type Step} from '../../src/module/index.js';
import type {sh} from '../../src/shell/index.js';
import {type EngineRun, type EngineRunOptions, fakeClock, runYaml} from './engine_run.js';

const where = '- hosts: h1\n  gather_facts: false\n  tasks:\n    - {name: go, steps: {}, register: r}\n';

/** Runs one action whose steps are these. */
export async function runSteps(steps: readonly Step[], options: EngineRunOptions = {}): Promise<EngineRun> {
  const module = defineModule({
    kind: 'action',
    name: 'steps',
    summary: 'Does what the test says.',
    reach: 'host',
    check: 'skip',
    params: p.object({}),
    examples: [],
    steps: () => steps,
    result: (_, outcomes) => ({
      changed: true,
      data: {
        outcomes: outcomes.map(({title, rc, stdout, data, bytes}) => ({
          title,
          rc,
          stdout,
          data,
          bytes: bytes?.toString(),
        })),
      },
    }),
  });
  return runYaml(where, {
    inventory: 'h1',
    modules: [module],
    clock: fakeClock(),
    settings: {readAhead: false},
    ...options,
  });
}

export const script = (
  title: string,
  text: ReturnType<typeof sh>,
  more: Partial<Extract<Step, {step: 'script'}>> = {},
): Step => ({
  step: 'script',
  title,
  script: text,
  ...more,
});

export const outcomesOf = (run: EngineRun) =>
  run.outcome('h1', 'go').result.outcomes as {
    title: string;
    rc: number;
    stdout: string;
    data?: unknown;
    bytes?: string;
  }[];

export const progressOf = (run: EngineRun): string[] =>
  run.events.flatMap((event) => (event.kind === 'progress' ? [event.message] : []));
