import {defineModule, type Plan, p, type StateModule, type z} from '../../src/module/index.js';
import {packageReturns, plainState, updateCache} from '../support/package_params.js';
import {
  overlayPackages,
  type PackageSeen,
  type PackageWish,
  packageResources,
  planPackages,
  probePackages,
  readPackageState,
} from '../support/packages.js';

const params = p
  .object({
    name: p
      .strings('The packages; `name=version`, with `*` in the version.', {aliases: ['pkg', 'package']})
      .default([]),
    state: p
      .choice(['present', 'installed', 'latest', 'absent', 'removed'], 'Whether they are installed.')
      .default('present'),
    update_cache: updateCache,
    cache_valid_time: p.int('Seconds for which the lists count as fresh; sets update_cache.').default(0),
    purge: p.bool('Remove their settings too.').default(false),
    autoremove: p.bool('Remove what they alone needed.', {aliases: ['auto_remove']}).default(false),
    install_recommends: p.bool('Install what they recommend.', {aliases: ['install-recommends']}).optional(),
    default_release: p.string('The release to take them from.', {aliases: ['default-release']}).optional(),
    allow_downgrade: p
      .bool('An older version may replace a newer one.', {aliases: ['allow-downgrade', 'allow_downgrades']})
      .default(false),
    allow_unauthenticated: p
      .bool('Install what nobody has signed.', {aliases: ['allow-unauthenticated']})
      .default(false),
    force_apt_get: p.bool('Accepted for Ansible; apt-get is used always.').default(false),
    lock_timeout: p.int('Accepted for Ansible; two minutes.').default(60),
  })
  .superRefine((given, context) => {
    if (given.name.length === 0 && !given.update_cache && given.cache_valid_time === 0)
      context.addIssue({code: 'custom', message: "it needs 'name' or 'update_cache'"});
    const odd = given.name.find((name) => !/^[a-z0-9][a-z0-9+.:*-]*(=[A-Za-z0-9.+:~*-]+)?$/.test(name));
    if (odd !== undefined) context.addIssue({code: 'custom', message: `name '${odd}' is no package`});
  });

function wishOf(given: z.output<typeof params>): PackageWish {
  const {install_recommends: recommends, default_release: release} = given;
  return {
    names: given.name,
    state: plainState(given.state),
    updateCache: given.update_cache || given.cache_valid_time > 0,
    cacheValidS: given.cache_valid_time,
    options: [
      ...(recommends === undefined ? [] : ['-o', `APT::Install-Recommends=${recommends ? 'yes' : 'no'}`]),
      ...(release === undefined ? [] : ['-t', release]),
      ...(given.allow_downgrade ? ['--allow-downgrades'] : []),
      ...(given.allow_unauthenticated ? ['--allow-unauthenticated'] : []),
    ],
    purge: given.purge,
    autoremove: given.autoremove,
  };
}

const notDebian: Plan = {
  plan: 'fail',
  why: 'this host has no apt-get',
  hint: 'the module package takes what the host has',
};

const apt: StateModule<typeof params, PackageSeen> = {
  kind: 'state',
  name: 'apt',
  aliases: ['ansible.builtin.apt'],
  summary: 'Installs and removes packages on Debian and Ubuntu.',
  description:
    'Files of settings that were changed by hand stay as they are. `upgrade`, `deb`, `clean` and `state: fixed` are not there.',
  params,
  returns: packageReturns,
  examples: [
    {name: 'With fresh lists', params: {name: ['haproxy', 'keepalived'], update_cache: true, cache_valid_time: 3600}},
  ],
  reach: 'run',
  probeIs: 'stable',
  reads: (given) => packageResources(given.name),
  probe: (given) => probePackages(wishOf(given)),
  parse: (output, given) => readPackageState(output, wishOf(given)),
  overlay: (seen, predicted, given) => overlayPackages(seen, predicted, wishOf(given)),
  plan: (given, seen) => (seen.manager === 'apt' ? planPackages(wishOf(given), seen) : notDebian),
};

export default defineModule(apt);
