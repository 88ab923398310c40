/**
 * The floors of the house: a folder imports from floors below its own, or from itself.
 * `npm run imports` checks it and that no file was passed over.
 */
const floors = [
  ['errors'],
  ['events', 'shell', 'yaml'],
  ['vault', 'cluster'],
  ['transport'],
  ['inventory', 'template', 'module'],
  ['playbook', 'vars'],
  ['lab', 'report', 'engine'],
  ['run'],
  ['cli'],
];

const test = '[.]test[.]ts$';
const folder = (names) => `^src/(?:${names.join('|')})/`;

/** From each floor, everything is forbidden that is neither below nor in the folder itself. */
const floorRules = floors.flatMap((names, floor) =>
  names.map((name) => ({
    name: `floor-of-${name}`,
    comment: `src/${name} imports only from floors below it: ${floors.slice(0, floor).flat().join(', ') || 'none'}`,
    severity: 'error',
    from: {path: folder([name]), pathNot: test},
    to: {path: '^(?:src|modules|test|bench|scripts)/', pathNot: folder([...floors.slice(0, floor).flat(), name])},
  })),
);

const only = (name, comment, from, to) => ({name, comment, severity: 'error', from, to});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floorRules.map((rule) =>
      // The wiring is where the manifest of our own modules is read.
      rule.name === 'floor-of-run'
        ? {...rule, to: {...rule.to, pathNot: `${rule.to.pathNot}|^modules/manifest[.]ts$`}}
        : rule,
    ),
    only(
      'library',
      'src/index.ts shows what the floors below the command line have',
      {path: '^src/index[.]ts$'},
      {
        path: '^(?:src/(?:cli|lab)|modules|test|bench|scripts)/',
      },
    ),
    only(
      'no-cycles',
      'a circle of imports has no beginning to read from',
      {},
      {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
    ),
    only(
      'engine-is-general',
      'the engine knows neither K3s nor any module nor how things look',
      {
        path: folder(['engine']),
        pathNot: test,
      },
      {path: '^(?:src/(?:cluster|report)|modules)/'},
    ),
    only(
      'reporters-see-events',
      'reporters are functions of events',
      {path: folder(['report']), pathNot: test},
      {
        path: '^src/',
        pathNot: folder(['report', 'events', 'errors', 'shell']),
      },
    ),
    only(
      'modules-are-data',
      'a module sees what modules of users see too, K3s rules, and Python regular expressions',
      {
        path: '^modules/(?!manifest[.]ts$)',
        pathNot: test,
      },
      {
        path: '^(?:src|test|bench|scripts)/',
        pathNot: '^src/(?:module|shell|errors|cluster)/|^src/transport/types[.]ts$|^src/template/python/',
      },
    ),
    only(
      'modules-on-their-own',
      'what two modules share lies in modules/support',
      {
        path: '^modules/([^/]+)/',
        pathNot: test,
      },
      {path: '^modules/[^/]+/', pathNot: '^modules/(?:$1|support|k3s_[a-z_]+)/'},
    ),
    only(
      'k3s-modules-among-themselves',
      'only modules of K3s share with one another',
      {
        path: '^modules/(?!k3s_|manifest)',
        pathNot: test,
      },
      {path: '^modules/k3s_'},
    ),
    only(
      'one-ssh',
      'ssh2 is seen by the ssh transport alone',
      {pathNot: '^src/transport/ssh[a-z_]*[.]ts$|^test/|^bench/'},
      {
        path: 'node_modules/(?:@types/)?ssh2/',
      },
    ),
    only(
      'zx-on-the-controller',
      'zx runs commands on this machine: the lab, inventory scripts, vault scripts',
      {
        pathNot: '^src/(?:lab|vault)/|^src/inventory/script_source[.]ts$|^test/|^bench/|^scripts/',
      },
      {path: 'node_modules/zx/'},
    ),
    only(
      'no-tests-in-the-product',
      'the product runs without its tests',
      {path: '^(?:src|modules)/', pathNot: test},
      {
        path: `${test}|^test/|^bench/`,
      },
    ),
    only('nothing-unresolved', 'every import leads to a file or a package', {}, {couldNotResolve: true}),
    only(
      'declared',
      'every package is in package.json',
      {path: '^(?:src|modules)/'},
      {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown'],
      },
    ),
    only(
      'not-for-development',
      'the product needs nothing that is only there for development',
      {
        path: '^(?:src|modules)/',
        pathNot: test,
      },
      {dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/'},
    ),
  ],
  options: {
    doNotFollow: {path: 'node_modules'},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
