export default {
  files: ['src/**/*.test.ts', 'modules/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/kill/**/*.test.ts'],
  extensions: {ts: 'module'},
  nodeArguments: ['--import=tsx'],
  timeout: '120s',
  workerThreads: false,
  concurrency: 2,
};
