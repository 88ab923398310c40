import {defaultPaths, type K3sPaths} from '../../src/cluster/index.js';
import {p} from '../../src/module/index.js';

/** Parameters of modules that look at every host of a cluster. */
export const lookParams = {
  server_group: p
    .string('Inventory group of the servers; all of its hosts are read, whatever `--limit` says.')
    .default('server'),
  agent_group: p.string('Inventory group of the agents.').default('agent'),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  config_file: p.path("K3s's config.yaml.").default(defaultPaths.configFile),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  systemd_dir: p.path('Where the units lie.').default(defaultPaths.systemdDir),
};

interface LookParams {
  readonly data_dir: string;
  readonly config_file: string;
  readonly bin_dir: string;
  readonly systemd_dir: string;
}

export const pathsOf = (params: LookParams): K3sPaths => ({
  dataDir: params.data_dir,
  configFile: params.config_file,
  binDir: params.bin_dir,
  systemdDir: params.systemd_dir,
});
