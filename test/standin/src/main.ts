/** The stand-in's program: `k3s COMMAND ...`, started by the self-extracting header. */

import {FatalError, messageOf} from './base/fatal.js';
import {createLogger} from './base/log.js';
import {etcdSnapshot} from './cli/etcd_snapshot.js';
import {kubectl} from './cli/kubectl.js';
import {certificateCommand, secretsEncryptCommand} from './cli/maintenance.js';
import {type Place, serve} from './cli/serve.js';
import {tokenCommand} from './cli/token.js';
import {DEFAULT_DATA_DIR} from './config/options.js';

const [, , ...args] = process.argv;
const place: Place = {
  root: process.env.STANDIN_ROOT ?? '',
  self: process.env.STANDIN_SELF ?? 'k3s',
  dataDir: process.env.STANDIN_DATA_DIR ?? DEFAULT_DATA_DIR,
};
// Only the header and this program need these; K3s's children must not see them.
for (const name of ['STANDIN_ROOT', 'STANDIN_SELF', 'STANDIN_DATA_DIR', 'LD_LIBRARY_PATH']) delete process.env[name];

const log = createLogger({write: (line) => process.stderr.write(line), now: () => new Date(), debug: false});

const run = async ([command = '', ...rest]: readonly string[]): Promise<void> => {
  switch (command) {
    case 'server':
    case 'agent':
      return serve(command, rest, place);
    case 'kubectl':
      process.exitCode = await kubectl(rest, process.env);
      return undefined;
    case 'etcd-snapshot':
      return etcdSnapshot(rest, place.dataDir, log);
    case 'token':
      return tokenCommand(rest, place.dataDir, log);
    case 'certificate':
      return certificateCommand(rest, place.dataDir, log);
    case 'secrets-encrypt':
      return secretsEncryptCommand(rest, place.dataDir);
    case 'crictl':
    case 'ctr':
      throw new FatalError(`${command}: the stand-in for K3s runs no containers`);
    default:
      process.stderr.write(`No help topic for '${command}'\n`);
      process.exitCode = 3;
  }
};

run(args).catch((error: unknown) => {
  log.fatal(messageOf(error));
  process.exit(1);
});
