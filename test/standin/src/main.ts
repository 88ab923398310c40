/** The stand-in's program: `k3s COMMAND ...`, started by the self-extracting header. */

import {messageOf} from './base/fatal.js';
import {kubectl} from './cli/kubectl.js';
import {type Place, serve} from './cli/serve.js';
import {DEFAULT_DATA_DIR} from './config/options.js';

const [, , ...args] = process.argv;
const place: Place = {
  root: process.env['STANDIN_ROOT'] ?? '',
  self: process.env['STANDIN_SELF'] ?? 'k3s',
  dataDir: process.env['STANDIN_DATA_DIR'] ?? DEFAULT_DATA_DIR,
};
// Only the header and this program need these; K3s's children must not see them.
for (const name of ['STANDIN_ROOT', 'STANDIN_SELF', 'STANDIN_DATA_DIR', 'LD_LIBRARY_PATH']) delete process.env[name];

const usage = (command: string): never => {
  process.stderr.write(`No help topic for '${command}'\n`);
  process.exit(3);
};

const run = async ([command = '', ...rest]: readonly string[]): Promise<void> => {
  switch (command) {
    case 'server':
    case 'agent':
      return serve(command, rest, place);
    case 'kubectl':
      process.exitCode = await kubectl(rest, process.env);
      return undefined;
    default:
      return usage(command);
  }
};

run(args).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
