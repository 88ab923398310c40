import {defineModule, p, type StateModule, type z} from '../../src/module/index.js';
import {packageReturns, packageStates, plainState, updateCache} from '../support/package_params.js';
import {
  overlayPackages,
  type PackageSeen,
  type PackageWish,
  packageResources,
  planPackages,
  probePackages,
  readPackageState,
} from '../support/packages.js';

const params = p.object({
  name: p.strings('The packages; `name=version` where the manager knows that.', {aliases: ['pkg']}),
  state: p.choice(packageStates, 'Whether they are installed.').default('present'),
  update_cache: updateCache,
  use: p.string('Accepted for Ansible; the manager is found out.').default('auto'),
});

const wishOf = (given: z.output<typeof params>): PackageWish => ({
  names: given.name,
  state: plainState(given.state),
  updateCache: given.update_cache,
  cacheValidS: 0,
  options: [],
  purge: false,
  autoremove: false,
});

const packageModule: StateModule<typeof params, PackageSeen> = {
  kind: 'state',
  name: 'package',
  aliases: ['ansible.builtin.package'],
  summary: "Installs and removes packages by the host's own manager: apt, dnf, yum, zypper, apk or pacman.",
  description:
    'The manager runs apart from the session and is waited for, so a broken link does not break an installation.',
  params,
  returns: packageReturns,
  examples: [{name: 'Two', params: {name: ['curl', 'iptables']}}],
  reach: 'run',
  probeIs: 'stable',
  reads: (given) => packageResources(given.name),
  probe: (given) => probePackages(wishOf(given)),
  parse: (output, given) => readPackageState(output, wishOf(given)),
  overlay: (seen, predicted, given) => overlayPackages(seen, predicted, wishOf(given)),
  plan: (given, seen) => planPackages(wishOf(given), seen),
};

export default defineModule(packageModule);
