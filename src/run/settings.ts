/** What the command line, the environment and ansible.cfg say together about reaching hosts. */
import type {AnsibleConfig} from '../playbook/index.js';
import type {Masker, Secret} from '../shell/index.js';
import type {HostKeyPolicy} from '../transport/types.js';
import type {ConnectionDefaults} from '../vars/index.js';

/** How hosts are reached where neither a variable nor a keyword says otherwise. */
export interface ConnectionOptions {
  /** `ssh`, `openssh` or `local`. */
  readonly kind?: string | undefined;
  readonly user?: string | undefined;
  readonly privateKeyFile?: string | undefined;
  readonly password?: Secret | undefined;
  /** As typed: `-o ProxyJump=bastion`. */
  readonly sshCommonArgs?: string | undefined;
  readonly sshExtraArgs?: string | undefined;
  readonly connectTimeoutMs?: number | undefined;
  readonly hostKeys?: HostKeyPolicy | undefined;
}

export interface BecomeOptions {
  readonly enabled?: boolean | undefined;
  readonly user?: string | undefined;
  readonly method?: string | undefined;
  readonly password?: Secret | undefined;
}

const defaultConnectTimeoutMs = 10_000;

export interface Surroundings {
  readonly config: AnsibleConfig | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly masker: Masker;
}

/** Options win over the environment, that over ansible.cfg. */
export function connectionDefaults(
  connection: ConnectionOptions,
  become: BecomeOptions,
  {config, env, home, masker}: Surroundings,
): ConnectionDefaults {
  const timeoutS = config?.timeout?.value;
  for (const secret of [connection.password, become.password]) if (secret !== undefined) masker.add(secret);
  return {
    connection: connection.kind,
    user: connection.user ?? env.ANSIBLE_REMOTE_USER ?? config?.remoteUser?.value,
    port: config?.remotePort?.value,
    privateKeyFile: connection.privateKeyFile ?? env.ANSIBLE_PRIVATE_KEY_FILE ?? config?.privateKeyFile?.value,
    password: connection.password,
    hostKeys: connection.hostKeys ?? (checksHostKeys(config, env) ? 'strict' : 'accept-new'),
    sshCommonArgs: joined(config?.sshArgs?.value, connection.sshCommonArgs ?? config?.sshCommonArgs?.value),
    sshExtraArgs: connection.sshExtraArgs,
    connectTimeoutMs:
      connection.connectTimeoutMs ?? (timeoutS === undefined ? defaultConnectTimeoutMs : timeoutS * 1000),
    become: become.enabled ?? config?.become?.value,
    becomeUser: become.user ?? config?.becomeUser?.value,
    becomeMethod: become.method ?? config?.becomeMethod?.value,
    becomePassword: become.password,
    home,
    masker,
  };
}

const joined = (...parts: readonly (string | undefined)[]): string | undefined => {
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? undefined : present.join(' ');
};

/**
 * Whether nothing says `host_key_checking = False`. Where something does, keys of new hosts are learned, as the writer
 * wanted; one that has changed is refused all the same: a cluster's token travels over this connection.
 */
function checksHostKeys(config: AnsibleConfig | undefined, env: Surroundings['env']): boolean {
  const text = env.ANSIBLE_HOST_KEY_CHECKING;
  if (text === undefined) return config?.hostKeyChecking?.value ?? true;
  return !/^(?:false|no|off|0|f|n)$/i.test(text.trim());
}
