export default {
  plugins: ['@stryker-mutator/mocha-runner'],
  testRunner: 'mocha',
  mochaOptions: {spec: ['test/mutation/built/*.test.mjs'], 'no-package': true, 'no-config': true},
  buildCommand: 'node test/mutation/build.mjs',
  mutate: ['src/cluster/**/*.ts', '!src/cluster/**/*.test.ts'],
  ignorePatterns: [
    '*',
    '!src/**',
    '!modules/**',
    '!test/support/**',
    '!test/mutation/*',
    '!package.json',
    '!tsconfig.json',
  ],
  coverageAnalysis: 'perTest',
  // What a module reads once when it is loaded is tested too, in a process of its own.
  ignoreStatic: false,
  concurrency: 2,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: {fileName: '.quorate/mutation/report.json'},
  tempDirName: '.quorate/mutation/sandbox',
  checkers: [],
};
