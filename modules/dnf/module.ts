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
  name: p.strings('The packages.', {aliases: ['pkg']}),
  state: p.choice(packageStates, 'Whether they are installed.').default('present'),
  update_cache: updateCache,
  enablerepo: p.strings('Repositories to take in as well.').default([]),
  disablerepo: p.strings('Repositories to leave out.').default([]),
  disable_gpg_check: p.bool('Install what nobody has signed.').default(false),
});

const wishOf = (given: z.output<typeof params>): PackageWish => ({
  names: given.name,
  state: plainState(given.state),
  updateCache: given.update_cache,
  cacheValidS: 0,
  options: [
    ...given.disablerepo.map((name) => `--disablerepo=${name}`),
    ...given.enablerepo.map((name) => `--enablerepo=${name}`),
    ...(given.disable_gpg_check ? ['--nogpgcheck'] : []),
  ],
  purge: false,
  autoremove: false,
});

const dnf: StateModule<typeof params, PackageSeen> = {
  kind: 'state',
  name: 'dnf',
  aliases: ['ansible.builtin.dnf', 'yum', 'ansible.builtin.yum', 'dnf5', 'ansible.builtin.dnf5'],
  summary: 'Installs and removes packages on Fedora, RHEL and their kin.',
  description: 'Groups, modules and addresses of packages are not understood.',
  params,
  returns: packageReturns,
  examples: [{name: 'One', params: {name: 'container-selinux'}}],
  reach: 'run',
  probeIs: 'stable',
  reads: (given) => packageResources(given.name),
  probe: (given) => probePackages(wishOf(given)),
  parse: (output, given) => readPackageState(output, wishOf(given)),
  overlay: (seen, predicted, given) => overlayPackages(seen, predicted, wishOf(given)),
  plan: (given, seen) =>
    seen.manager === 'dnf' || seen.manager === 'yum'
      ? planPackages(wishOf(given), seen)
      : {plan: 'fail', why: 'this host has neither dnf nor yum', hint: 'the module package takes what the host has'},
};

export default defineModule(dnf);
