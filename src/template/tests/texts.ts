/** Patterns, versions, URLs, addresses. */

import {flag, textOf} from '../filters/define.js';
import {ipAddress} from '../filters/ip.js';
import {parseAddress, parseNetwork} from '../filters/ip_network.js';
import {splitUrl} from '../filters/urls.js';
import {Fault} from '../python/faults.js';
import {isSequence} from '../python/iterate.js';
import {pythonRegex} from '../python/regex.js';
import {truthy} from '../python/truth.js';
import {compareVersions} from '../python/versions.js';
import {type TestTable, test} from './define.js';

type Matching = 'search' | 'match' | 'fullmatch';

function matches(value: unknown, [pattern, ignoreCase, multiline]: readonly unknown[], how: Matching): boolean {
  const source = how === 'fullmatch' ? `(?:${textOf(pattern)})\\Z` : textOf(pattern);
  const regex = pythonRegex(
    source,
    {ignoreCase: flag(ignoreCase), multiline: flag(multiline)},
    how === 'search' ? '' : 'y',
  );
  return regex.test(textOf(value));
}

function matching(name: unknown): Matching {
  if (name === 'search' || name === 'match' || name === 'fullmatch') return name;
  throw new Fault(`match_type must be search, match or fullmatch, not '${textOf(name)}'`);
}

function versionTest(value: unknown, [other, operator, strict, type]: readonly unknown[]): boolean {
  if (strict !== null && type !== null) throw new Fault("'strict' and 'version_type' cannot both be given");
  if (textOf(value) === '') throw new Fault('the input is an empty version');
  if (textOf(other) === '') throw new Fault('the version to compare with is empty');
  return compareVersions(
    textOf(value),
    textOf(other),
    textOf(operator),
    truthy(strict) ? 'strict' : type === null ? 'loose' : textOf(type),
  );
}

const version = test("version, operator='eq', strict=None, version_type=None", versionTest);

function isUri(value: unknown, schemes: unknown): boolean {
  if (typeof value !== 'string') return false;
  const wanted = isSequence(schemes) ? schemes : [];
  return wanted.length === 0 || wanted.includes(splitUrl(value).scheme);
}

const isUrl = (value: unknown, schemes: unknown): boolean => {
  if (!isUri(value, schemes)) return false;
  const {netloc, scheme} = splitUrl(textOf(value));
  return netloc !== '' || scheme === 'file';
};

const isAddress = (value: unknown, version?: 4 | 6): boolean => {
  const parsed = parseAddress(String(value));
  return parsed !== undefined && (version === undefined || parsed.version === version);
};

export const textTests: TestTable = {
  search: test("pattern='', ignorecase=False, multiline=False", (value, args) => matches(value, args, 'search')),
  match: test("pattern='', ignorecase=False, multiline=False", (value, args) => matches(value, args, 'match')),
  regex: test("pattern='', ignorecase=False, multiline=False, match_type='search'", (value, args) =>
    matches(value, args, matching(args[3]))),
  version,
  version_compare: version,
  uri: test('schemes=None', (value, [schemes]) => isUri(value, schemes)),
  url: test('schemes=None', (value, [schemes]) => isUrl(value, schemes)),
  urn: test('', (value) => isUri(value, ['urn'])),
  ip: test('', (value) => parseNetwork(String(value)) !== undefined),
  ip_address: test('', (value) => isAddress(value)),
  ipv4_address: test('', (value) => isAddress(value, 4)),
  ipv6_address: test('', (value) => isAddress(value, 6)),
  ipv4: test('', (value) => parseNetwork(String(value))?.version === 4),
  ipv6: test('', (value) => parseNetwork(String(value))?.version === 6),
  in_network: test('network', (value, [network]) => truthy(ipAddress(value, textOf(network)))),
};
