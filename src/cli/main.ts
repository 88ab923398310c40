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

// Whoever reads our output may stop reading (`| head`): the work goes on.
process.stdout.on('error', () => undefined);
process.exit(await main(process.argv.slice(2)));
