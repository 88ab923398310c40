import {defaultPaths} from '../../src/cluster/index.js';
import {defineModule, p} from '../../src/module/index.js';
import {measureScript, parseMeasured, slowWords} from './measure.js';

export default defineModule({
  kind: 'action',
  name: 'k3s_disk',
  summary: 'Measures how long small writes take to reach the disk that etcd will write to, and warns where it is slow.',
  description: `Writes 100 times 2,300 bytes with fsync to a file on the file system of the data-dir, and removes it: 230 KB, for a second
at most on a disk that is fit for etcd, five on any. Etcd wants 99 of 100 below 10 ms. Nothing is left behind, and check mode does not
measure. site.yml measures where a server is about to become a member, and not again.`,
  params: p.object({
    data_dir: p.path("K3s's data-dir; it need not exist yet.").default(defaultPaths.dataDir),
  }),
  returns: {
    p99_ms: 'The 99th percentile in milliseconds; with busybox, whose dd tells no times, a lower bound.',
    writes: 'How many writes were measured.',
  },
  examples: [{name: 'Is this disk fit for etcd?', params: {}}],
  reach: 'host',
  check: 'skip',
  touches: ({data_dir}) => [{kind: 'path', path: data_dir}],
  steps: ({data_dir}) => [{step: 'script', title: 'measure the disk', script: measureScript(data_dir)}],
  result(_params, [output]) {
    const measured = parseMeasured(output?.stdout ?? '');
    if (measured === undefined) return {changed: false, data: {writes: 0}};
    const words = slowWords(measured);
    return {
      changed: false,
      data: {p99_ms: Math.round(measured.p99Ms * 100) / 100, writes: measured.writes},
      ...(words === undefined ? {} : {warnings: [words]}),
    };
  },
});
