/** Running the user's own command: what command, shell and script share. */
import {ParamsError} from '../../src/errors/index.js';
import {type Data, type ModuleResult, p, type Step, type StepOutput} from '../../src/module/index.js';
import {joinScripts, raw, type Script, sh} from '../../src/shell/index.js';
import {assignPath} from './path_word.js';
import {recordFunctions} from './records.js';

export const commandParams = {
  chdir: p.path('The folder on the host in which it runs.').optional(),
  creates: p.string('A path or pattern: if something is there, it does not run.').optional(),
  removes: p.string('A path or pattern: if nothing is there, it does not run.').optional(),
  stdin: p.string('Its standard input.').optional(),
  stdin_add_newline: p.bool('End `stdin` with a newline.').default(true),
  strip_empty_ends: p.bool('Drop newlines at the end of its output.').default(true),
};

export interface CommandWish {
  readonly chdir?: string | undefined;
  readonly creates?: string | undefined;
  readonly removes?: string | undefined;
  readonly stdin?: string | undefined;
  readonly stdin_add_newline: boolean;
  readonly strip_empty_ends: boolean;
}

export const commandReturns = {
  cmd: 'What ran.',
  rc: 'Its exit code; 2 where there is no such command.',
  stdout: 'What it printed.',
  stdout_lines: 'The same as lines.',
  stderr: 'What it printed on standard error.',
  stderr_lines: 'The same as lines.',
  start: "When it began, by the host's clock.",
  end: 'When it ended.',
  delta: 'How long it took.',
  msg: 'Why it failed or did not run.',
} as const;

/** Whether anything matches a path or pattern, in `q_found`. */
const lookFor = (pattern: string): Script =>
  joinScripts([
    assignPath('q_pattern', pattern),
    raw(`q_found=; q_old=$IFS; IFS=
for q_path in $q_pattern; do if [ -e "$q_path" ] || [ -L "$q_path" ]; then q_found=$q_path; break; fi; done
IFS=$q_old`),
  ]);

/** Goes to `chdir`, then reports and ends if `creates` or `removes` say that there is nothing to do. */
function before({chdir, creates, removes}: CommandWish): Script {
  const parts = [recordFunctions];
  if (chdir !== undefined)
    parts.push(sh`${assignPath('q_dir', chdir)}; cd -- "$q_dir" 2>/dev/null || { q_say nochdir "$q_dir"; exit 0; }`);
  if (creates !== undefined)
    parts.push(sh`${lookFor(creates)}; if [ -n "$q_found" ]; then q_say created "$q_found"; exit 0; fi`);
  if (removes !== undefined)
    parts.push(sh`${lookFor(removes)}; if [ -z "$q_found" ]; then q_say removed yes; exit 0; fi`);
  return joinScripts(parts);
}

/**
 * The step that runs a command. `setWords` sets the positional parameters to its words. Its output stands between two
 * records: when it began, and when it ended.
 */
export function commandStep(wish: CommandWish, setWords: Script): Step {
  const script = joinScripts([
    before(wish),
    raw(`q_now() { date '+%Y-%m-%d %H:%M:%S.%N'; }`),
    setWords,
    raw(`q_say began "$(q_now)"
( exec "$@" )
q_rc=$?
q_missing=
if [ "$q_rc" -eq 126 ] || [ "$q_rc" -eq 127 ]; then
  case $1 in */*) q_program=$1 ;; *) q_program=$(command -v -- "$1") ;; esac
  if [ ! -e "$q_program" ]; then q_missing=2; elif [ ! -x "$q_program" ]; then q_missing=13; fi
fi
printf '\\0ended=%s\\0missing=%s\\0' "$(q_now)" "$q_missing"
exit "$q_rc"`),
  ]);
  const {stdin} = wish;
  const input =
    stdin === undefined
      ? undefined
      : Buffer.from(wish.stdin_add_newline && !stdin.endsWith('\n') ? `${stdin}\n` : stdin);
  return {
    step: 'script',
    title: 'run the command',
    script,
    okCodes: 'any',
    mayBlock: true,
    ...(input === undefined ? {} : {stdin: input}),
  };
}

const header = /^(began|nochdir|created|removed)=([^\0]*)\0/;
const trailer = /\0ended=([^\0]*)\0missing=(\d*)\0$/;

/** `2026-01-31 12:00:00.123456`, whatever the host's date knows of fractions. */
const stamp = (text: string): string => {
  const [, seconds = '', fraction = ''] = /^([-\d]+ [\d:]+)\.?(\d*)/.exec(text) ?? [];
  return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}`;
};

/** The time between two stamps as Python prints it: `0:00:01.500000`. */
function delta(began: string, ended: string): string {
  const micros = (text: string): number =>
    Date.parse(`${text.slice(0, 19).replace(' ', 'T')}Z`) * 1000 + Number(text.slice(20));
  const total = Math.max(0, micros(ended) - micros(began));
  const seconds = Math.floor(total / 1e6);
  const two = (value: number): string => String(value).padStart(2, '0');
  const fraction = String(total % 1e6).padStart(6, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${fraction}`;
}

/** Lines as Python's splitlines has them. */
export const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r\n|\n|\r/));

const outputOf = (wish: CommandWish, stdout: string, stderr: string): Data => {
  const strip = (text: string): string => (wish.strip_empty_ends ? text.replace(/[\r\n]+$/, '') : text);
  const [out, err] = [strip(stdout), strip(stderr)];
  return {stdout: out, stdout_lines: linesOf(out), stderr: err, stderr_lines: linesOf(err)};
};

const failed = (cmd: unknown, rc: number, msg: string, more: Data = {}): ModuleResult => ({
  changed: false,
  failed: true,
  msg,
  data: {cmd, rc, stdout: '', stderr: '', stdout_lines: [], stderr_lines: [], ...more},
});

/** The result of {@link commandStep}, as Ansible's command has it. `cmd` is a list of words, or the shell's text. */
export function commandResult(wish: CommandWish, cmd: string | readonly string[], output: StepOutput): ModuleResult {
  const [whole, kind, value = ''] = header.exec(output.stdout) ?? [];
  if (whole === undefined)
    return failed(
      cmd,
      output.rc || 1,
      `the command could not be started: ${output.stderr.trim() || 'no answer'}`,
      outputOf(wish, output.stdout, output.stderr),
    );
  if (kind === 'nochdir') return failed(cmd, 1, `there is no folder ${value} to run it in (chdir)`);
  if (kind === 'created' || kind === 'removed') return notNeeded(wish, cmd, kind);
  const end = trailer.exec(output.stdout);
  const stdout = output.stdout.slice(whole.length, end?.index);
  const name = Array.isArray(cmd) ? String(cmd[0]) : '';
  if (end?.[2] === '2') return failed(cmd, 2, `[Errno 2] No such file or directory: '${name}'`);
  if (end?.[2] === '13') return failed(cmd, 13, `[Errno 13] Permission denied: '${name}'`);
  const start = stamp(value);
  const ended = end === null ? start : stamp(end[1] ?? '');
  const data = {
    cmd,
    rc: output.rc,
    ...outputOf(wish, stdout, output.stderr),
    start,
    end: ended,
    delta: delta(start, ended),
  };
  return output.rc === 0
    ? {changed: true, data: {...data, msg: ''}}
    : {changed: true, failed: true, msg: 'non-zero return code', data};
}

function notNeeded(wish: CommandWish, cmd: string | readonly string[], kind: 'created' | 'removed'): ModuleResult {
  const [path, how] = kind === 'created' ? [wish.creates, 'exists'] : [wish.removes, 'does not exist'];
  const msg = `Did not run command since '${path}' ${how}`;
  const skip = `skipped, since ${path} ${how}`;
  return {changed: false, msg, data: {cmd, rc: 0, stdout: skip, stdout_lines: [skip], stderr: '', stderr_lines: []}};
}

/** Check mode: with `creates` or `removes` it can be told whether it would run; else it is skipped. */
export function commandPrediction(wish: CommandWish, cmd: string | readonly string[]) {
  if (wish.creates === undefined && wish.removes === undefined) return undefined;
  return {
    probe: joinScripts([before(wish), sh`q_say began ''`]),
    parse(output: StepOutput): ModuleResult {
      const kind = header.exec(output.stdout)?.[1];
      if (kind === 'created' || kind === 'removed') return notNeeded(wish, cmd, kind);
      // The folder may be one that an earlier task makes: a real run will tell.
      return {
        changed: true,
        msg: 'Command would have run if not in check mode',
        data: {cmd, rc: 0, stdout: '', stdout_lines: [], stderr: '', stderr_lines: []},
      };
    },
  };
}

/** Exactly one of several parameters, as `required_one_of` with `mutually_exclusive`. */
export function onlyOne(module: string, given: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const [only] = names;
  if (only === undefined || names.length > 1)
    throw new ParamsError({
      what: `${module}: ${only === undefined ? 'there is no command' : `${names.join(' and ')} exclude each other`}`,
      hint: `give one of ${Object.keys(given)
        .filter((name) => !name.startsWith('_'))
        .join(', ')}`,
    });
  return only;
}
