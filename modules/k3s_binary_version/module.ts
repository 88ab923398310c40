import {defineModule, p} from '../../src/module/index.js';
import {versionIn} from './scan.js';

export default defineModule({
  kind: 'action',
  name: 'k3s_binary_version',
  summary: 'Reads which version of K3s a binary on this machine is.',
  description: `A K3s binary has the name of its release in it as text. It is not run, since it may be for other hardware; where it has no
such name, or several, \`version\` is empty. Read once for all hosts.`,
  params: p.object({binary: p.string('A K3s binary on this machine.')}),
  returns: {version: 'As v1.30.6+k3s1; empty where it cannot be told.'},
  examples: [{name: 'Of the binary that is installed', params: {binary: '{{ k3s_binary }}'}}],
  reach: 'host',
  check: 'run',
  readOnly: true,
  async prepare({binary}, controller) {
    const path = controller.findFile('files', binary);
    return controller.once(`k3s version ${path}`, () => versionIn(path, controller.signal));
  },
  steps: () => [],
  result: (_given, _outcomes, version) => ({changed: false, data: {version: version ?? ''}}),
});
