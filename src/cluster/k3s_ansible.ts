import {asEnvironment, asText, isOn, type VariablesOf} from './variables.js';

/** A variable that is set and not used. */
export interface Notice {
  readonly variable: string;
  /** What to use in its place. */
  readonly instead: string;
}

/** Variables that K3s's install script keeps for the service, out of its own environment (install.sh, create_env_file). */
const keptByInstaller = /^(K3S_|CONTAINERD_|KINE_)|^(NO|HTTP|HTTPS)_PROXY$/i;

/** Of `extra_install_envs`, what reaches the service; the rest speaks to the install script. */
export const installEnvironment = (variables: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => keptByInstaller.test(name)));

interface Unused {
  readonly variable: string;
  /** Whether it asks for something with this value. */
  readonly asks: (value: unknown) => boolean;
  readonly instead: string;
}

/** Variables of a k3s-io/k3s-ansible inventory (1.0 to 1.2) that site.yml has no use for (docs/k3s-ansible.md). */
const unused: readonly Unused[] = [
  {
    variable: 'user_kubectl',
    asks: isOn,
    instead: 'on a server, `sudo kubectl` works; nobody else is given the keys of the cluster',
  },
  {
    variable: 'manage_firewall',
    asks: isOn,
    instead:
      'open the ports yourself: 6443/tcp to servers, 2379-2380/tcp between servers, 8472/udp and 10250/tcp between all',
  },
];

const installerOnly = (value: unknown): readonly string[] =>
  Object.keys(asEnvironment(value)).filter((name) => !keptByInstaller.test(name));

/** What of the install script's variables has a place here. */
const installerInstead: Readonly<Record<string, string>> = {
  INSTALL_K3S_BIN_DIR: 'k3s_bin_dir',
  INSTALL_K3S_SYSTEMD_DIR: 'k3s_systemd_dir',
  INSTALL_K3S_VERSION: 'k3s_version',
  INSTALL_K3S_EXEC: 'k3s_server_config or k3s_agent_config',
  INSTALL_K3S_ARTIFACT_URL: 'k3s_download_url',
};

/** A context is of a kubeconfig, and none is written unless it is said where. */
const context = (variables: VariablesOf): readonly Notice[] =>
  asText(variables.variable('cluster_context')) !== undefined &&
  ['k3s_kubeconfig', 'kubeconfig'].every((name) => asText(variables.variable(name)) === undefined)
    ? [
        {
          variable: 'cluster_context',
          instead:
            'no kubeconfig is written here until k3s_kubeconfig says where, as ~/.kube/config (it is merged into)',
        },
      ]
    : [];

export function noticesOf(variables: VariablesOf): readonly Notice[] {
  const plain = unused.flatMap(({variable, asks, instead}) =>
    asks(variables.variable(variable)) ? [{variable, instead}] : [],
  );
  const installer = installerOnly(variables.variable('extra_install_envs')).map((name) => ({
    variable: `${name} in extra_install_envs`,
    instead:
      name in installerInstead
        ? `set ${installerInstead[name]}`
        : "K3s's install script is not run, and nothing here corresponds to it",
  }));
  return [...plain, ...context(variables), ...installer];
}

/** One line for each variable, whatever number of hosts has it. */
export const noticeLines = (hosts: readonly {readonly notices: readonly Notice[]}[]): readonly string[] => [
  ...new Set(hosts.flatMap(({notices}) => notices.map(({variable, instead}) => `${variable} is not used: ${instead}`))),
];
