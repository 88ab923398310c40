// quorate as a library: the same playbook again and again in one process. argv: a JSON job. Prints a JSON line for each
// repetition, the first one cold, the others as a program sees it that goes on running.
import {runPlaybook} from '../../dist/index.js';

/** @type {{playbook: string, inventory: string, repeat: number}} */
const job = JSON.parse(process.argv[2]);

for (let left = job.repeat; left > 0; left--) {
  let trips = 0;
  const onEvent = (event) => {
    if (event.kind === 'run-end') trips = Math.max(...Object.values(event.trips));
  };
  const before = process.cpuUsage();
  const since = performance.now();
  const {exitCode} = await runPlaybook({playbooks: [job.playbook], inventory: [job.inventory], onEvent});
  if (exitCode !== 0) throw new Error(`the run ended with ${exitCode}`);
  const {user, system} = process.cpuUsage(before);
  console.log(JSON.stringify({ms: performance.now() - since, cpuMs: (user + system) / 1000, trips}));
}
process.exit(0);
