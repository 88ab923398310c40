const isLong = (file) => /\/test\/integration\//.test(file);

export default {
  // The long ones first, so that no core is without work at the end.
  sortTestFiles: (one, other) => Number(isLong(other)) - Number(isLong(one)) || one.localeCompare(other),
  files: ['src/**/*.test.ts', 'modules/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/kill/**/*.test.ts'],
  extensions: {ts: 'module'},
  nodeArguments: ['--import=tsx'],
  timeout: '120s',
  workerThreads: false,
  // More than the cores there are at least: much of it is waited for.
  concurrency: 3,
};
