export default {
  files: ['test/standin/**/*.test.ts'],
  extensions: {ts: 'module'},
  nodeArguments: ['--import=tsx'],
  timeout: '180s',
  workerThreads: false,
  concurrency: 2,
};
