/** The files of K3s's packaged components, there unless `--disable` names them; nothing deploys them here. */

import {isThere, removeIfThere, writeWhole} from '../base/files.js';
import type {Layout} from '../base/layout.js';

const COMPONENTS = ['ccm', 'coredns', 'local-storage', 'metrics-server', 'rolebindings', 'runtimes', 'traefik'];

export const writeManifests = (layout: Layout, disabled: readonly string[]): void => {
  for (const name of COMPONENTS) {
    const path = layout.server('manifests', `${name}.yaml`);
    if (disabled.includes(name)) removeIfThere(path);
    else if (!isThere(path)) writeWhole(path, `# ${name}: the stand-in for K3s deploys nothing\n`);
  }
};
