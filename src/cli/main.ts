#!/usr/bin/env node
import {errorLines, exitCodeOfError} from './faults.js';
import {CommanderError, createProgram, exitCodeOfCommander} from './program.js';

/** Runs the command line; resolves to the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  try {
    const program = await createProgram(argv, (result) => {
      code = result;
    });
    await program.parseAsync([...argv], {from: 'user'});
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return exitCodeOfCommander(error);
    process.stderr.write(`${errorLines(error).join('\n')}\n`);
    return exitCodeOfError(error);
  }
}

/** Resolves when all that was written has left, or nobody reads it any more. */
const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve());
  });

// Whoever reads our output may stop reading (`| head`): the work goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
const code = await main(process.argv.slice(2));
// A slow reader's pipe may still be full: ending now would cut the output off.
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
process.exit(code);
