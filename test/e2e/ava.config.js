export default {
  files: ['test/e2e/**/*.test.ts'],
  extensions: {ts: 'module'},
  nodeArguments: ['--import=tsx'],
  workerThreads: false,
  // One lab at a time: five hosts and their etcd are enough for two cores.
  concurrency: 1,
  serial: true,
  timeout: '20m',
};
