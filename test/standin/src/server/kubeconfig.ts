/** k3s.yaml: the administrator's kubeconfig, with real client certificates. */

import {chmodSync} from 'node:fs';
import {readIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';

export interface Kubeconfig {
  readonly server: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export const formatKubeconfig = ({server, ca, cert, key}: Kubeconfig): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(ca)}
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
preferences: {}
users:
- name: default
  user:
    client-certificate-data: ${base64(cert)}
    client-key-data: ${base64(key)}
`;

export const writeKubeconfig = (layout: Layout, path: string, mode: number, port: number): void => {
  const text = formatKubeconfig({
    server: `https://127.0.0.1:${port}`,
    ca: readIfThere(layout.tls('server-ca.crt')) ?? '',
    cert: readIfThere(layout.tls('client-admin.crt')) ?? '',
    key: readIfThere(layout.tls('client-admin.key')) ?? '',
  });
  if (readIfThere(path) !== text) writeWhole(path, text, mode);
  chmodSync(path, mode);
};
