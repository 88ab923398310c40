export default {
  files: ['test/standin/**/*.test.ts'],
  extensions: {ts: 'module'},
  nodeArguments: ['--import=tsx'],
  timeout: '180s',
  workerThreads: false,
  // More than the cores there are at least: much of it is waited for.
  concurrency: 3,
};
