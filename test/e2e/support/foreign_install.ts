import {readFile} from 'node:fs/promises';
import type {LabHost} from '../../../src/lab/index.js';

/** A service as K3s's install script sets it up; arguments and environment are what its caller gave it. */
export interface InstalledService {
  readonly kind: 'server' | 'agent';
  /** After `sh -s - server`. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** INSTALL_K3S_NAME: the service is `k3s-NAME`. */
  readonly name?: string;
}

export const serviceName = ({kind, name}: InstalledService): string =>
  name === undefined ? (kind === 'server' ? 'k3s' : 'k3s-agent') : `k3s-${name}`;

/** `'it'"'"'s'`: the script quotes each argument and each value for a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'"'"'`)}'`;

/** The unit that the script's contract asks for: every argument on a line of its own, the environment in a file beside it. */
const unitOf = (service: InstalledService): string => `[Unit]
Description=Lightweight Kubernetes
Documentation=https://k3s.io
Wants=network-online.target
After=network-online.target

[Install]
WantedBy=multi-user.target

[Service]
Type=${service.kind === 'server' ? 'notify' : 'exec'}
EnvironmentFile=-/etc/default/%N
EnvironmentFile=-/etc/sysconfig/%N
EnvironmentFile=-/etc/systemd/system/${serviceName(service)}.service.env
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s \\
    ${service.kind} \\
${(service.args ?? []).map((arg) => `\t${quoted(arg)} \\\n`).join('')}
`;

const write = (host: LabHost, path: string, mode: string, text: string | Buffer): Promise<unknown> =>
  host.exec(['sh', '-c', 'mkdir -p "${1%/*}" && cat >"$1" && chmod "$2" "$1"', 'sh', path, mode], {input: text});

/** Files by path, each with its mode. */
export async function writeFiles(
  host: LabHost,
  files: Readonly<Record<string, readonly [mode: string, text: string]>>,
): Promise<void> {
  for (const [path, [mode, text]] of Object.entries(files)) await write(host, path, mode, text);
}

/** What the script leaves on a host (docs "reference/env-variables"): binary, links, unit, environment 0600, two scripts. */
export async function installFiles(host: LabHost, binary: string, service: InstalledService): Promise<void> {
  const name = serviceName(service);
  const uninstall = service.kind === 'server' && service.name === undefined ? 'k3s' : name;
  await write(host, '/usr/local/bin/k3s', '0755', await readFile(binary));
  for (const link of ['kubectl', 'crictl', 'ctr']) await host.exec(['ln', '-sf', 'k3s', `/usr/local/bin/${link}`]);
  await writeFiles(host, {
    [`/etc/systemd/system/${name}.service`]: ['0644', unitOf(service)],
    [`/etc/systemd/system/${name}.service.env`]: [
      '0600',
      Object.entries(service.environment ?? {})
        .map(([key, value]) => `${key}=${quoted(value)}\n`)
        .join(''),
    ],
    '/usr/local/bin/k3s-killall.sh': ['0755', `#!/bin/sh\nsystemctl stop 'k3s*.service'\n`],
    [`/usr/local/bin/${uninstall}-uninstall.sh`]: ['0755', `#!/bin/sh\nsystemctl disable --now ${name}\n`],
  });
}

/** The script's last act; Type=notify returns once the server serves. */
export const startService = (host: LabHost, service: InstalledService): Promise<unknown> =>
  host.exec([
    'sh',
    '-c',
    `systemctl daemon-reload && systemctl enable ${serviceName(service)} 2>&1 && systemctl restart ${serviceName(service)}`,
  ]);

export async function installByScript(host: LabHost, binary: string, service: InstalledService): Promise<void> {
  await installFiles(host, binary, service);
  await startService(host, service);
}
