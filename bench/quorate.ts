/** The product, as a command and as a library. */
import {readFileSync} from 'node:fs';
import type {Lab} from '../src/lab/index.js';
import {measure} from './measure.js';
import {floorJob, playbookFile, programFile, quorateFile} from './surroundings.js';
import {median} from './table.js';
import type {Contestant, Sample} from './types.js';

interface CommandOptions {
  readonly extraVars?: Readonly<Record<string, string>>;
  readonly env?: () => Readonly<Record<string, string>>;
}

/** `quorate run`, process start included. */
export function quorateCommand(
  lab: Lab,
  {name, playbook, from}: Pick<Contestant, 'name' | 'from'> & {readonly playbook: string},
  options: CommandOptions = {},
): Contestant {
  const extra = Object.entries(options.extraVars ?? {}).flatMap(([key, value]) => ['-e', `${key}=${value}`]);
  const args = ['run', playbookFile(playbook), '-i', lab.inventoryPath, ...extra];
  return {
    name,
    from,
    async run() {
      const env = options.env?.();
      const {stdout, sample} = await measure(
        lab,
        [process.execPath, quorateFile, ...args],
        env === undefined ? {} : {env},
      );
      const trips = /at most (\d+) trips? to a host/.exec(stdout)?.[1];
      return {...sample, ...(trips === undefined ? {} : {trips: Number(trips)})};
    },
  };
}

interface Repetition {
  readonly ms: number;
  readonly cpuMs: number;
  readonly trips?: number;
}

const toSample = ({ms, cpuMs, trips}: Repetition): Sample => ({
  wallMs: ms,
  cpuMs,
  ...(trips === undefined ? {} : {trips}),
});

async function repetitions(lab: Lab, program: string, job: string): Promise<Repetition[]> {
  const {stdout} = await measure(lab, [process.execPath, programFile(program), job]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Repetition);
}

/** The middle of several repetitions in one process, the first of them left out. */
async function warm(all: readonly Repetition[]): Promise<Sample> {
  const rest = all.slice(1);
  const trips = rest.at(-1)?.trips;
  return toSample({
    ms: median(rest.map(({ms}) => ms)),
    cpuMs: median(rest.map(({cpuMs}) => cpuMs)),
    ...(trips === undefined ? {} : {trips}),
  });
}

const repeat = 5;

/** The floor and the library in processes that have started already. */
export function inOneProcess(lab: Lab, playbook: string, script: string): Contestant[] {
  const job = (times: number): string =>
    JSON.stringify({playbook: playbookFile(playbook), inventory: lab.inventoryPath, repeat: times});
  return [
    {
      name: 'floor, in a running process',
      from: 'done',
      run: async () => warm(await repetitions(lab, 'floor.mjs', floorJob(lab, {script, repeat}))),
    },
    {
      name: 'quorate as a library, first run of a process',
      from: 'done',
      async run() {
        const [first] = await repetitions(lab, 'library.mjs', job(1));
        if (first === undefined) throw new Error('library.mjs printed nothing');
        return toSample(first);
      },
    },
    {
      name: 'quorate as a library, later runs',
      from: 'done',
      run: async () => warm(await repetitions(lab, 'library.mjs', job(repeat))),
    },
  ];
}

/** The bare ssh2 program, process start included. */
export const floor = (lab: Lab, name: string, script: string, upload?: string): Contestant => ({
  name,
  from: 'bare',
  async run() {
    const job = floorJob(lab, {script, repeat: 1, ...(upload === undefined ? {} : {upload})});
    const {sample} = await measure(lab, [process.execPath, programFile('floor.mjs'), job]);
    return {...sample, trips: 1};
  },
});

/** Whether the built command is there. */
export function requireBuild(): void {
  try {
    readFileSync(quorateFile);
  } catch (cause) {
    throw new Error('there is no dist/quorate.js: run `npm run build` first', {cause});
  }
}
