import {
  type ActionModule,
  defineModule,
  p,
  type Step,
  type StepOutput,
  type WaitVerdict,
  type z,
} from '../../src/module/index.js';
import {pythonRegex} from '../../src/template/python/regex.js';
import {decodeContent, readRecords} from '../support/records.js';
import {lookFor} from './look.js';

const params = p
  .object({
    host: p.string('The host whose port is meant, as this host sees it.').default('127.0.0.1'),
    port: p.int('A TCP port.').optional(),
    path: p.path('A path on this host.').optional(),
    state: p
      .choice(
        ['started', 'present', 'stopped', 'absent', 'drained'],
        '`started`, `present`: the port is open, or the path exists. `stopped`, `absent`: not. `drained`: nobody is connected to the port.',
      )
      .default('started'),
    search_regex: p.string('A regular expression that the file, or what the port sends, must match.').optional(),
    timeout: p.int('Seconds after which it gives up.').default(300),
    delay: p.int('Seconds before the first look.').default(0),
    sleep: p.int('Seconds between looks.').default(1),
    connect_timeout: p.int('Seconds that one try to connect may take.').default(5),
    exclude_hosts: p.strings('Addresses whose connections do not count for `drained`.').default([]),
    active_connection_states: p
      .strings('Connections in these states count for `drained`.')
      .default(['ESTABLISHED', 'FIN_WAIT1', 'FIN_WAIT2', 'SYN_RECV', 'SYN_SENT', 'TIME_WAIT']),
    msg: p.string('What is said when it gives up.').optional(),
  })
  .superRefine((given, context) => {
    const refuse = (message: string): void => context.addIssue({code: 'custom', message});
    if (given.port !== undefined && given.path !== undefined) refuse("'port' and 'path' exclude each other");
    if (given.state === 'drained' && given.port === undefined) refuse("state drained needs 'port'");
    if (given.search_regex !== undefined && given.port === undefined && given.path === undefined)
      refuse("'search_regex' needs 'port' or 'path'");
  });

export type WaitParams = z.output<typeof params>;

const wantsGone = ({state}: WaitParams): boolean => state === 'stopped' || state === 'absent' || state === 'drained';

/** What is waited for, as the end of "waiting for". */
function goal(given: WaitParams): string {
  const {host, port, path, state, search_regex, timeout} = given;
  const what = port === undefined ? path : `${host}:${port}`;
  if (what === undefined) return `${timeout} s to pass`;
  if (state === 'drained') return `${what} to have no connections`;
  if (wantsGone(given)) return port === undefined ? `${what} to be gone` : `${what} to stop answering`;
  const found = search_regex === undefined ? '' : ` and to match ${search_regex}`;
  return port === undefined ? `${what} to exist${found}` : `${what} to answer${found}`;
}

interface Look {
  readonly seconds: number;
  readonly there: boolean;
  readonly content?: string;
  readonly means: string | undefined;
}

function readLook(output: StepOutput): Look {
  const records = readRecords(output);
  const content = records.get('content');
  return {
    seconds: Number(records.get('now')),
    there: records.get('there') === 'yes',
    means: records.get('means'),
    ...(content === undefined ? {} : {content: decodeContent(content).toString()}),
  };
}

/** Judges each look; keeps when the first one was, by the host's clock. */
function judge(given: WaitParams): (output: StepOutput) => WaitVerdict {
  const pattern = given.search_regex === undefined ? undefined : pythonRegex(given.search_regex, {multiline: true});
  let first: number | undefined;
  return (output) => {
    const look = readLook(output);
    first ??= look.seconds;
    const elapsed = look.seconds - first;
    if (look.means === 'none')
      return {
        wait: 'failed',
        why: `this host has nothing to try ${given.host}:${given.port} with`,
        hint: 'install bash, nc, or curl on it',
      };
    const match = pattern === undefined || look.content === undefined ? undefined : pattern.exec(look.content);
    const matches = pattern === undefined || (match !== undefined && match !== null);
    const idle = given.port === undefined && given.path === undefined;
    const isDone = idle
      ? elapsed >= given.timeout
      : wantsGone(given)
        ? !(look.there && matches)
        : look.there && matches;
    if (isDone)
      return {
        wait: 'done',
        data: {
          elapsed,
          ...(match
            ? {match_groups: match.slice(1).map((group) => group ?? null), match_groupdict: {...match.groups}}
            : {}),
        },
      };
    if (!idle && elapsed >= given.timeout)
      return {
        wait: 'failed',
        why: given.msg ?? `not within ${given.timeout} s`,
        ...(look.there && !matches ? {hint: `what is there does not match ${given.search_regex}`} : {}),
      };
    return {wait: 'more', progress: `${goal(given)}: ${elapsed} of ${given.timeout} s`};
  };
}

const waitFor: ActionModule<typeof params> = {
  kind: 'action',
  name: 'wait_for',
  aliases: ['ansible.builtin.wait_for'],
  summary: 'Waits until a port answers or not, or a path exists or not, as the host sees it.',
  description:
    'A port is tried with bash, nc or curl, whichever the host has; ports of the host itself are looked up in /proc/net/tcp. A dry run skips it.',
  params,
  returns: {
    elapsed: 'Seconds it took.',
    state: 'The state that was waited for.',
    port: 'The port.',
    path: 'The path.',
    match_groups: 'Groups of search_regex.',
    match_groupdict: 'Named groups of search_regex.',
  },
  examples: [
    {name: 'A port', params: {host: '10.0.0.1', port: 6443, timeout: 60}},
    {name: 'A file', params: {path: '/var/lib/rancher/k3s/server/token'}},
    {name: 'A line in a log', params: {path: '/var/log/app.log', search_regex: 'ready after (\\d+) s'}},
  ],
  reach: 'run',
  check: 'skip',
  readOnly: true,
  steps(given) {
    const wait = {
      step: 'wait',
      title: goal(given),
      probe: lookFor(given),
      until: judge(given),
      everyMs: given.sleep * 1000,
      // The verdict itself gives up, with the words the task has for it; this is for a host whose clock stands still.
      deadlineMs: (given.timeout + given.connect_timeout + 30) * 1000,
    } as const;
    return given.delay > 0 ? [delayStep(given), wait] : [wait];
  },
  result(given, outcomes) {
    const data = outcomes.at(-1)?.data ?? {};
    const {port, path, state, search_regex} = given;
    return {
      changed: false,
      data: {
        match_groups: [],
        match_groupdict: {},
        ...data,
        state,
        path: path ?? null,
        port: port ?? null,
        search_regex: search_regex ?? null,
      },
    };
  },
};

function delayStep(given: WaitParams): Step {
  const passed = judge({...given, port: undefined, path: undefined, search_regex: undefined, timeout: given.delay});
  return {
    step: 'wait',
    title: `${given.delay} s to pass`,
    probe: lookFor({...given, port: undefined, path: undefined}),
    until: passed,
    everyMs: Math.min(1000, given.delay * 1000),
    deadlineMs: (given.delay + 30) * 1000,
  };
}

export default defineModule(waitFor);
