import {defaultPaths} from '../../src/cluster/index.js';
import {p} from '../../src/module/index.js';

/** Parameters of modules that look at the service and its settings. */
export const serviceParams = {
  name: p.choice(['k3s', 'k3s-agent'], 'The service.').default('k3s'),
  state: p
    .choice(
      ['started', 'stopped', 'as_found'],
      'Wanted state; `started` restarts it where what runs is not what is on the disk, `as_found` only notes what an `adopted` one runs with.',
    )
    .default('started'),
  enabled: p.bool('Started at boot.').default(true),
  config: p
    .dict('Settings of config.yaml, written before the start; see k3s_config. Left out: the file stays as it is.')
    .optional(),
  membership: p.dict('How this server becomes a member; see k3s_config.').default({}),
  kept: p.strings('See k3s_config.').default([]),
  adopted: p
    .bool(
      'A unit of another hand runs with what is on the disk now (`k3s_roles` has compared them): no restart for that.',
    )
    .default(false),
  datastore: p
    .choice(
      ['etcd', 'sqlite', 'external'],
      'With etcd, a stop or restart waits until the other voters can keep quorum, and is refused if they cannot.',
    )
    .default('sqlite'),
  allow_outage: p.bool('Restart even if etcd loses quorum for as long as this server is away.').default(false),
  data_dir: p.path("K3s's data-dir.").default(defaultPaths.dataDir),
  timeout_s: p.int('How long a start may take.').default(300),
  config_file: p.path("K3s's config.yaml.").default(defaultPaths.configFile),
  bin_dir: p.path('Where the binary lies.').default(defaultPaths.binDir),
  systemd_dir: p.path('Where the units lie.').default(defaultPaths.systemdDir),
};
