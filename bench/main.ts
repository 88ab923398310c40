/** `npm run bench`: what is measured against what. Takes ratios, never limits: no number here can fail. */
import {cpus, loadavg} from 'node:os';
import {Command} from 'commander';
import {type Lab, up} from '../src/lab/index.js';
import {ansibleContestants} from './ansible.js';
import {hasGnuTime} from './measure.js';
import {floor, inOneProcess, quorateCommand, requireBuild} from './quorate.js';
import {floorScript, makeBare} from './surroundings.js';
import {type Measured, tableOf} from './table.js';
import type {Contestant, Race, Sample} from './types.js';
import {uploadRace, withFolder} from './upload.js';

interface Flags {
  readonly rounds: number;
  readonly peerRounds: number;
  readonly hosts: number;
  readonly only?: string;
  readonly keep?: boolean;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Every race of a lab; peers want Python on the hosts, which is there from before the first round. */
function races(lab: Lab, {peerRounds}: Flags, folder: string): Race[] {
  const mixed = floorScript(10, '/bin/true');
  const folders = floorScript(20, undefined);
  const peers = peerRounds > 0 ? ansibleContestants(lab, 'twenty_tasks.yml', peerRounds) : undefined;
  return [
    {
      title: `20 tasks (10 folders, 10 commands) on ${lab.hosts.length} hosts`,
      contestants: [
        floor(lab, 'floor: ssh2, one script for each host', mixed),
        quorateCommand(lab, {name: 'quorate, first run', playbook: 'twenty_tasks.yml', from: 'bare'}),
        quorateCommand(lab, {name: 'quorate, again', playbook: 'twenty_tasks.yml', from: 'done'}),
        ...(peers?.contestants ?? []),
      ],
      absent: peers?.absent ?? [],
    },
    {
      title: `20 folders on ${lab.hosts.length} hosts`,
      contestants: [
        floor(lab, 'floor: ssh2, one script for each host', folders),
        quorateCommand(lab, {name: 'quorate, first run', playbook: 'twenty_folders.yml', from: 'bare'}),
        quorateCommand(lab, {name: 'quorate, again', playbook: 'twenty_folders.yml', from: 'done'}),
      ],
      absent: [],
    },
    {
      title: `the 20 tasks again, without the start of a process`,
      contestants: inOneProcess(lab, 'twenty_tasks.yml', mixed),
      absent: [],
    },
    uploadRace(lab, folder),
  ];
}

/** Contestants take turns within each round, so that all see the same of what else the machine does. */
async function run(race: Race, lab: Lab, rounds: number): Promise<Measured[]> {
  const samples = new Map<Contestant, Sample[]>(race.contestants.map((contestant) => [contestant, []]));
  for (let round = 0; round < rounds; round++)
    for (const contestant of race.contestants) {
      if (round >= (contestant.rounds ?? rounds)) continue;
      if (contestant.from === 'bare') await makeBare(lab);
      const sample = await contestant.run();
      samples.get(contestant)?.push(sample);
      process.stderr.write(`round ${round + 1}: ${contestant.name}: ${(sample.wallMs / 1000).toFixed(2)} s\n`);
    }
  return [...samples].map(([{name}, measured]) => ({name, samples: measured}));
}

async function installPython(lab: Lab): Promise<void> {
  const install =
    'export DEBIAN_FRONTEND=noninteractive; apt-get -qq update && apt-get -qq install -y python3 >/dev/null';
  const {stdout} = (await lab.hosts[0]?.exec(['sh', '-c', 'command -v python3 || true'])) ?? {stdout: ''};
  if (stdout !== '') return;
  // Two at a time: unpacking is work for the disk that all hosts share.
  for (let index = 0; index < lab.hosts.length; index += 2)
    await Promise.all(lab.hosts.slice(index, index + 2).map((host) => host.exec(['sh', '-c', install])));
}

async function bench(flags: Flags): Promise<void> {
  requireBuild();
  const withPeers = flags.peerRounds > 0;
  const lab = await up({
    name: 'bench',
    servers: flags.hosts,
    say: (line) => process.stderr.write(`${line}\n`),
    ...(withPeers ? {aptPackages: ['python3']} : {}),
  });
  try {
    if (withPeers) await installPython(lab);
    await withFolder(async (folder) => {
      const chosen = races(lab, flags, folder).filter(({title}) => title.includes(flags.only ?? ''));
      say(`${cpus().length} cores, which also run the ${flags.hosts} hosts; Node ${process.version}`);
      if (!hasGnuTime()) say('no CPU time and memory of programs: /usr/bin/time is missing (Debian package time)');
      for (const race of chosen) {
        const measured = await run(race, lab, flags.rounds);
        say(`\n${race.title} (load ${loadavg()[0]?.toFixed(1)})\n`);
        for (const line of tableOf(measured, race.absent)) say(line);
      }
    });
  } finally {
    await makeBare(lab);
    if (!flags.keep) await lab.down();
  }
}

await new Command('bench')
  .description('measures quorate against its floor and its peers on ten lab hosts of this machine (as root)')
  .option('--rounds <n>', 'rounds', Number, 5)
  .option('--peer-rounds <n>', 'rounds in which Ansible takes part; 0 leaves it out', Number, 3)
  .option('--hosts <n>', 'hosts', Number, 10)
  .option('--only <words>', 'only races with these words in their title')
  .option('--keep', 'leave the lab up')
  .action(bench)
  .parseAsync();
