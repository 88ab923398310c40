/**
 * Work on a host that may take long (downloads, packages): started apart from the session, so that it survives a link
 * that breaks, and waited for by looking. Its folder holds the text, a log and the exit code, and goes when it is done.
 */
import type {Step, StepOutput, WaitVerdict} from '../../src/module/index.js';
import {joinScripts, quote, raw, Script, sh} from '../../src/shell/index.js';
import {lastLine, readRecords, recordFunctions} from './records.js';

export interface Job {
  /** What it does, as a person would say it: "download k3s". */
  readonly title: string;
  /** Its folder on the host, which must not be there, or be left over from the same job; `$q_job` in the script. */
  readonly folder: string;
  readonly script: Script;
  /** More text for each look, that may print a `progress` record. */
  readonly progress?: Script;
  /** How long it may take. */
  readonly deadlineMs: number;
  /** What a failure means, from the end of its log; the log's last line without it. */
  failure?(log: string, rc: number): {readonly why: string; readonly hint?: string};
}

/** Text that a shell reads as one word; secrets stay masked for people. */
const quotedScript = (script: Script): Script => new Script(quote(script.source), quote(script.masked));

const startScript = ({folder, script}: Job): Script => sh`
q_job=${folder}
rm -rf -- "$q_job" && mkdir -m 700 -- "$q_job" || exit 1
printf '%s\n' ${quotedScript(script)} > "$q_job/run"
q_main='sh "$q_job/run" > "$q_job/log" 2>&1 </dev/null; echo $? > "$q_job/rc.new"; mv "$q_job/rc.new" "$q_job/rc"'
export q_job
if command -v setsid >/dev/null 2>&1; then setsid sh -c "$q_main" >/dev/null 2>&1 </dev/null &
else nohup sh -c "$q_main" >/dev/null 2>&1 </dev/null & fi
echo $! > "$q_job/pid"`;

const lookScript = ({folder, progress}: Job): Script =>
  joinScripts([
    recordFunctions,
    sh`q_job=${folder}`,
    raw(`q_over() {
  [ -f "$q_job/rc" ] || return 1
  q_rc=$(cat "$q_job/rc"); q_say rc "$q_rc"; q_say log "$(tail -c 16000 "$q_job/log")"
  if [ "$q_rc" -ne 0 ]; then rm -rf -- "$q_job"; fi
}
if ! q_over; then
  if kill -0 "$(cat "$q_job/pid" 2>/dev/null)" 2>/dev/null; then`),
    progress ?? raw(`    q_say progress "$(tail -c 400 "$q_job/log" 2>/dev/null | tr '\\r' '\\n' | tail -n 1)"`),
    raw(`  elif ! q_over; then q_say gone yes; fi
fi`),
  ]);

function judge(job: Job): (output: StepOutput) => WaitVerdict {
  return (output) => {
    const records = readRecords(output);
    const rc = records.get('rc');
    const log = records.get('log') ?? '';
    if (rc === '0') return {wait: 'done', data: {log}};
    if (rc !== undefined)
      return {wait: 'failed', ...(job.failure?.(log, Number(rc)) ?? {why: lastLine(log) || `exit code ${rc}`})};
    if (records.has('gone'))
      return {wait: 'failed', why: 'it was killed, or the host was restarted meanwhile', hint: 'run the task again'};
    const progress = records.get('progress')?.trim();
    return {wait: 'more', ...(progress ? {progress: `${job.title}: ${progress}`} : {})};
  };
}

/** Starts a job and waits for it. The caller's own steps follow; the last of them should be {@link jobEnd}. */
export const jobSteps = (job: Job): Step[] => [
  {step: 'script', title: job.title, script: startScript(job)},
  {step: 'wait', title: job.title, probe: lookScript(job), until: judge(job), everyMs: 500, deadlineMs: job.deadlineMs},
];

export const jobEnd = ({folder}: Pick<Job, 'folder'>): Step => ({
  step: 'script',
  title: 'clean up',
  script: sh`rm -rf -- ${folder}`,
});
