import test from 'ava';
import type {Plan} from '../../src/module/index.js';
import {paramsOf, planOf, stepsOf} from '../../test/support/plans.js';
import apt from '../apt/module.js';
import dnf from '../dnf/module.js';
import type {Manager, PackageSeen} from '../support/packages.js';
import module from './module.js';

const seen = (
  manager: Manager | undefined,
  installed: Record<string, string> = {},
  more: Partial<PackageSeen> = {},
): PackageSeen => ({
  manager,
  installed: new Map(Object.entries(installed)),
  candidate: new Map(),
  cacheAgeS: undefined,
  ...more,
});

const commands: readonly (readonly [Manager, 'present' | 'absent', RegExp])[] = [
  ['apt', 'present', /apt-get -y .* install -- curl/],
  ['dnf', 'present', /dnf -y\s+install -- curl/],
  ['apk', 'present', /apk add\s+-- curl/],
  ['zypper', 'absent', /zypper -n\s+remove -- curl/],
  ['pacman', 'absent', /pacman -Rs --noconfirm\s+-- curl/],
];
for (const [manager, state, pattern] of commands)
  test(`${manager}: ${state}`, (t) => {
    const plan = planOf(module, {name: 'curl', state}, seen(manager, state === 'absent' ? {curl: '1'} : {}));
    t.is(plan.plan, 'change');
    t.regex(stepsOf(plan).join('\n'), pattern);
  });

const plans: readonly (readonly [string, Record<string, unknown>, PackageSeen, Plan['plan']])[] = [
  ['there', {name: 'curl'}, seen('apt', {curl: '8'}), 'same'],
  ['gone', {name: 'curl', state: 'absent'}, seen('apt'), 'same'],
  ['the wanted version', {name: 'curl=8.*'}, seen('apt', {'curl=8.*': '8.1-1'}), 'same'],
  ['another version', {name: 'curl=7.*'}, seen('apt', {'curl=7.*': '8.1-1'}), 'change'],
  [
    'a newer one',
    {name: 'curl', state: 'latest'},
    seen('apt', {curl: '8'}, {candidate: new Map([['curl', '9']])}),
    'change',
  ],
  [
    'the newest',
    {name: 'curl', state: 'latest'},
    seen('apt', {curl: '9'}, {candidate: new Map([['curl', '9']])}),
    'same',
  ],
  ['the newest, by dnf', {name: 'curl', state: 'latest'}, seen('dnf', {curl: '9'}), 'cannotTell'],
  ['no manager', {name: 'curl'}, seen(undefined), 'fail'],
];
for (const [title, params, now, expected] of plans)
  test(`packages: ${title}`, (t) => {
    t.is(planOf(module, params, now).plan, expected);
  });

test('apt: lists are fetched only when something is to be installed, or for their own sake', (t) => {
  t.is(planOf(apt, {name: 'curl', update_cache: true}, seen('apt', {curl: '8'})).plan, 'same');
  t.is(planOf(apt, {update_cache: true}, seen('apt')).plan, 'cannotTell');
  t.is(planOf(apt, {cache_valid_time: 60}, seen('apt', {}, {cacheAgeS: 10})).plan, 'same');
  const steps = stepsOf(planOf(apt, {name: 'curl', update_cache: true}, seen('apt'))).join('\n');
  t.true(steps.indexOf(' update') < steps.indexOf(' install '));
});

test('apt and dnf refuse hosts of the other kind, and names that are none', (t) => {
  t.is(planOf(apt, {name: 'x'}, seen('dnf')).plan, 'fail');
  t.is(planOf(dnf, {name: 'x'}, seen('apt')).plan, 'fail');
  t.throws(() => paramsOf(apt, {name: '-o Foo=bar'}), {message: /is no package/});
  t.throws(() => paramsOf(apt, {}), {message: /needs 'name' or 'update_cache'/});
});
