import {spawn} from 'node:child_process';
import {mkdtemp, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {type Frame, frameText, isEnvironmentName, type Mark, MarkScanner, prologueText} from './frame.js';
import {raw} from './script.js';

/** The shells a host may have; a list of words that starts one reading commands from stdin. */
const shells: Readonly<Record<string, readonly string[]>> = {
  dash: ['dash'],
  bash: ['bash'],
  'bash as sh': ['bash', '--posix'],
  'busybox ash': ['busybox', 'sh'],
};

interface Piece {
  readonly kind: 'data' | 'mark';
  readonly text: string;
}

/** What a scanner makes of these chunks, data joined. */
function scan(nonce: string, chunks: readonly Buffer[]): Piece[] {
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], text: string) => {
    const last = pieces.at(-1);
    if (kind === 'data' && last?.kind === 'data') pieces[pieces.length - 1] = {kind, text: last.text + text};
    else pieces.push({kind, text});
  };
  const scanner = new MarkScanner({
    data: (bytes) => add('data', bytes.toString('latin1')),
    mark: (mark) => add('mark', JSON.stringify(mark)),
  });
  scanner.expect(nonce);
  for (const chunk of chunks) scanner.push(chunk);
  scanner.finish();
  return pieces;
}

/** Cuts a buffer at the given places, taken modulo its length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index] ?? bytes.length));
}

const nonce = 'a1b2c3';
/** Data that comes close to marks: NULs, pieces of the nonce, whole marks of another nonce. */
const nearMarks = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\0',
        `\0${nonce}`,
        nonce,
        `\0${nonce.slice(0, 3)}`,
        `\0x${nonce} e 0\0`,
        '\0zzz e 0\0',
        ' e 0\0',
      ),
      fc.string({unit: 'binary', maxLength: 8}).map((text) => Buffer.from(text).toString('latin1')),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes(`\0${nonce} `));
const anyMark: fc.Arbitrary<[text: string, mark: Mark]> = fc.oneof(
  fc.nat().map((pid): [string, Mark] => [`b ${pid}`, {kind: 'begin', pid}]),
  fc.nat({max: 255}).map((rc): [string, Mark] => [`e ${rc}`, {kind: 'end', rc}]),
  fc.constant<[string, Mark]>(['r', {kind: 'ready'}]),
  fc.constant<[string, Mark]>(['b', {kind: 'begin', pid: undefined}]),
);

test('data and marks are told apart however the stream is cut', (t) => {
  const parts = fc.array(fc.oneof(nearMarks, anyMark), {maxLength: 12});
  fc.assert(
    fc.property(parts, fc.array(fc.nat({max: 4000})), (stream, places) => {
      const bytes = Buffer.from(
        stream.map((part) => (typeof part === 'string' ? part : `\0${nonce} ${part[0]}\0`)).join(''),
        'latin1',
      );
      const wanted: Piece[] = [];
      for (const part of stream) {
        if (typeof part !== 'string') wanted.push({kind: 'mark', text: JSON.stringify(part[1])});
        else if (part !== '') {
          const last = wanted.at(-1);
          if (last?.kind === 'data') wanted[wanted.length - 1] = {kind: 'data', text: last.text + part};
          else wanted.push({kind: 'data', text: part});
        }
      }
      // Pieces of data beside each other may form a mark by chance: not this property's business.
      fc.pre(!wanted.some((piece) => piece.kind === 'data' && piece.text.includes(`\0${nonce} `)));
      t.deepEqual(scan(nonce, cut(bytes, places)), wanted);
    }),
    {numRuns: 500},
  );
});

test('what only looks like a mark is data', (t) => {
  for (const text of [
    `\0${nonce} x\0`,
    `\0${nonce} e 1 2 3\0`,
    `\0${nonce} e 12345678901\0`,
    `\0${nonce} `,
    `\0${nonce} e${'e'.repeat(50)}`,
  ])
    t.deepEqual(scan(nonce, [Buffer.from(text)]), [{kind: 'data', text}], JSON.stringify(text));
});

test('nothing is held back but the start of a mark', (t) => {
  let seen = '';
  const scanner = new MarkScanner({data: (bytes) => (seen += bytes.toString('latin1')), mark: () => t.fail()});
  scanner.expect(nonce);
  scanner.push(Buffer.from('a prompt without newline'));
  t.is(seen, 'a prompt without newline');
  scanner.push(Buffer.from(`\0${nonce.slice(0, 2)}`));
  t.is(seen, 'a prompt without newline');
  scanner.push(Buffer.from('!'));
  t.is(seen, `a prompt without newline\0${nonce.slice(0, 2)}!`);
});

test('a frame is refused when no shell could run it', (t) => {
  const frame = (more: Partial<Frame>): Frame => ({nonce, script: raw('true'), ...more});
  t.throws(() => frameText(frame({environment: {'a-b': '1'}})), {instanceOf: RangeError, message: /"a-b"/});
  t.throws(() => frameText(frame({environment: {a: '\0'}})), {instanceOf: RangeError});
  t.throws(() => frameText(frame({script: raw('echo \0')})), {instanceOf: RangeError});
  t.throws(() => frameText(frame({cwd: '/\0'})), {instanceOf: RangeError});
  t.false(isEnvironmentName(''));
  t.false(isEnvironmentName('1A'));
  t.true(isEnvironmentName('_a1'));
});

interface Ran {
  readonly rc: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the shell said that nobody holds its streams. */
  readonly ready: boolean;
}

/** One shell, fed all frames at once; answers what each printed. */
async function runFrames(
  shell: readonly string[],
  frames: readonly Omit<Frame, 'nonce'>[],
  env: NodeJS.ProcessEnv = {PATH: process.env.PATH, HOME: tmpdir()},
): Promise<Ran[]> {
  const [command = '', ...args] = shell;
  const child = spawn(command, args, {env, stdio: 'pipe'});
  const outputs: Buffer[][] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => outputs[0]?.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => outputs[1]?.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(
    prologueText('hello0') + frames.map((frame, index) => frameText({...frame, nonce: `f${index}`})).join(''),
  );
  await new Promise((resolve) => child.on('close', resolve));
  return frames.map((_, index) => {
    const between = (pieces: Piece[]): {text: string; marks: Mark[]} => {
      const from = pieces.findIndex((piece) => piece.text.includes('"begin"'));
      const to = pieces.findIndex((piece) => piece.text.includes('"end"'));
      const marks = pieces.filter((piece) => piece.kind === 'mark').map((piece) => JSON.parse(piece.text) as Mark);
      return {
        text: pieces
          .slice(from + 1, to)
          .map((piece) => piece.text)
          .join(''),
        marks,
      };
    };
    const out = between(scan(`f${index}`, [Buffer.concat(outputs[0] ?? [])]));
    const error = between(scan(`f${index}`, [Buffer.concat(outputs[1] ?? [])]));
    const end = out.marks.find((mark) => mark.kind === 'end');
    return {
      rc: end?.kind === 'end' ? end.rc : undefined,
      stdout: out.text,
      stderr: error.text,
      ready: out.marks.some((mark) => mark.kind === 'ready'),
    };
  });
}

/** Scripts that would end or confuse a shell which simply read them. */
const nasty: readonly [name: string, script: string, rc: (rc: number) => boolean][] = [
  ['exit', 'exit 7', (rc) => rc === 7],
  ['set -e', 'set -e; false; echo never', (rc) => rc === 1],
  ['a syntax error', 'if then fi )', (rc) => rc > 0],
  ['an unclosed quote', 'echo "abc', (rc) => rc > 0],
  ['an unclosed single quote', "echo 'abc", (rc) => rc > 0],
  ['an unclosed here-document', 'cat <<EOF\nabc', (rc) => rc === 0 || rc > 0],
  ['a reader of stdin', 'cat; read -r x; echo "<$x>"', (rc) => rc === 0],
  ['closed streams', 'exec 1>&- 2>&-; echo lost', (rc) => rc >= 0],
  ['a signal to itself', 'read -r p r </proc/self/stat; kill -9 "$p"', (rc) => rc === 137],
  ['a trap', 'trap "echo bye" EXIT; exit 3', (rc) => rc === 3],
  ['a leading dash', '-x', (rc) => rc === 127],
  ['a trailing backslash', 'echo a\\', (rc) => rc === 0],
  ['a comment at the end', 'echo a # b', (rc) => rc === 0],
  ['nothing', '', (rc) => rc === 0],
  ['other descriptors', 'exec 3>&1; echo three >&3; exec 9>/dev/null', (rc) => rc === 0],
  ['redefined builtins', 'printf() { :; }; read() { :; }; exit 5', (rc) => rc === 5],
];

for (const [name, shell] of Object.entries(shells)) {
  test(`${name}: no script ends the shell, and each has its own output`, async (t) => {
    const frames = nasty.flatMap(([, script]) => [
      {script: raw(script)},
      {script: raw('echo out; echo err >&2; exit 4')},
    ]);
    const ran = await runFrames(shell, frames);
    nasty.forEach(([what, , isRight], index) => {
      const own = ran[2 * index];
      t.true(own?.rc !== undefined && isRight(own.rc), `${what}: rc ${own?.rc}`);
      t.deepEqual(ran[2 * index + 1], {rc: 4, stdout: 'out\n', stderr: 'err\n', ready: true}, `after ${what}`);
    });
    t.is(ran[2 * nasty.findIndex(([what]) => what === 'a reader of stdin')]?.stdout, '<>\n');
    t.is(ran[2 * nasty.findIndex(([what]) => what === 'a trap')]?.stdout, 'bye\n');
  });

  test(`${name}: text, environment, folder and stdin arrive as they were sent`, async (t) => {
    const text = fc
      .string({unit: 'binary', maxLength: 40})
      .filter((value) => !value.includes('\0') && Buffer.from(value).toString() === value);
    const samples = fc.sample(fc.tuple(text, text, fc.uint8Array({maxLength: 80})), {numRuns: 60, seed: 7});
    const folder = await mkdtemp(path.join(tmpdir(), "frame '$x "));
    t.teardown(() => rm(folder, {recursive: true}));
    const frames = samples.map(([word, value, bytes]) => ({
      script: raw(`printf '%s|%s|%s|' ${`'${word.replaceAll("'", "'\\''")}'`} "$SOME_VALUE" "$PWD"; cat`),
      environment: {SOME_VALUE: value},
      cwd: folder,
      stdin: {kind: 'inline' as const, bytes: Buffer.from(bytes)},
    }));
    const ran = await runFrames(shell, frames);
    samples.forEach(([word, value, bytes], index) => {
      const wanted = Buffer.concat([Buffer.from(`${word}|${value}|${folder}|`), bytes]).toString('latin1');
      t.is(ran[index]?.stdout, wanted);
      t.is(ran[index]?.stderr, '');
    });
  });

  test(`${name}: a big script and big stdin`, async (t) => {
    const lines = Array.from({length: 8000}, (_, index) => `x=${index} # it's a "long" script`).join('\n');
    const every = Buffer.from(Array.from({length: 65_536}, (_, index) => index % 256));
    const dashes = '--- a document\n';
    const [script, stdin, dashed] = await runFrames(shell, [
      {script: raw(`${lines}\necho $x`)},
      {script: raw('cat'), stdin: {kind: 'inline', bytes: every}},
      {script: raw('cat'), stdin: {kind: 'inline', bytes: Buffer.from(dashes)}},
    ]);
    t.is(dashed?.stdout, dashes);
    t.true(lines.length > 200_000);
    t.is(script?.stdout, '7999\n');
    t.true(Buffer.from(stdin?.stdout ?? '', 'latin1').equals(every));
  });

  test(`${name}: the session is plain, and a script's own changes do not last`, async (t) => {
    const bin = await mkdtemp(path.join(tmpdir(), 'frame-bin-'));
    t.teardown(() => rm(bin, {recursive: true}));
    const [command = ''] = shell;
    await symlink(`/bin/${command === 'busybox' ? 'busybox' : command}`, path.join(bin, command));
    const ran = await runFrames(
      shell,
      [
        {script: raw('umask; pwd; echo "$LC_ALL|${CDPATH-unset}|${ENV-unset}|$#"; echo "$PATH"')},
        {script: raw('cd /; umask 077; LC_ALL=de; x=1')},
        {script: raw('umask; pwd; echo "$LC_ALL|${x-unset}|${q_p-unset}"')},
        {script: raw('pwd'), cwd: '/no/such/folder'},
      ],
      {PATH: bin, HOME: bin, CDPATH: '/', ENV: '/nothing', LC_ALL: 'xx'},
    );
    t.is(
      ran[0]?.stdout,
      `0022\n${bin}\nC|unset|unset|0\n${bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n`,
    );
    t.is(ran[2]?.stdout, `0022\n${bin}\nC|unset|unset\n`);
    t.true((ran[3]?.rc ?? 0) > 0);
    t.is(ran[3]?.stdout, '');
    t.regex(ran[3]?.stderr ?? '', /no\/such\/folder/);
  });

  test(`${name}: a shell whose stream somebody holds does not say that it is ready`, async (t) => {
    const [command = '', ...args] = shell;
    const child = spawn(command, args, {stdio: 'pipe'});
    let held: ReturnType<typeof setTimeout> | undefined;
    t.teardown(() => {
      clearTimeout(held);
      child.kill('SIGKILL');
    });
    const marks: string[] = [];
    let pid = 0;
    const done = new Promise<void>((resolve) => {
      const scanner = new MarkScanner({
        data: (bytes) => {
          pid = Number(bytes.toString());
        },
        mark: (mark) => {
          marks.push(mark.kind);
          if (mark.kind === 'end') process.kill(pid, 'SIGTERM');
          if (mark.kind === 'ready') resolve();
        },
      });
      scanner.expect('f0');
      child.stdout.on('data', (chunk: Buffer) => scanner.push(chunk));
    });
    child.stdin.write(prologueText('hello0'));
    // The mark `ready` can come only because the child in the background is ended above, after `end`.
    child.stdin.write(frameText({nonce: 'f0', script: raw('sleep 600 & echo $!')}));
    await done;
    t.deepEqual(marks, ['begin', 'end', 'ready']);
  });

  test(`${name}: a frame cut off half-way runs nothing`, async (t) => {
    const whole = frameText({nonce: 'f0', script: raw("printf 'ran'; printf 'it''s' >&2\nprintf 'ran'")});
    const [command = '', ...args] = shell;
    for (const length of fc.sample(fc.nat({max: whole.length - 2}), {numRuns: 12, seed: 3})) {
      const child = spawn(command, args, {stdio: 'pipe'});
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      child.stdin.end(whole.slice(0, length));
      await new Promise((resolve) => child.on('close', resolve));
      t.false(seen.includes('ran'), `cut at ${length}`);
    }
  });
}
