// The floor: what any program pays that talks to these hosts with ssh2. One connection to each host, all at the same
// time, and everything a host has to do in one script. argv: a JSON job. Prints a JSON line for each repetition.
import {createReadStream, readFileSync} from 'node:fs';
import ssh2 from 'ssh2';

/** @type {{addresses: string[], user: string, keyFile: string, script: string, upload?: string, repeat: number}} */
const job = JSON.parse(process.argv[2]);
const privateKey = readFileSync(job.keyFile);

const onHost = (host) =>
  new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('error', reject);
    client.on('ready', () => {
      client.setNoDelay(true);
      client.exec(job.upload === undefined ? 'exec sh -s' : job.script, (error, stream) => {
        if (error) return reject(error);
        let code;
        stream.resume();
        stream.stderr.pipe(process.stderr);
        stream.on('exit', (value) => {
          code = value;
        });
        stream.on('close', () => {
          client.end();
          if (code === 0) resolve();
          else reject(new Error(`${host}: exit code ${code}`));
        });
        if (job.upload === undefined) stream.end(job.script);
        else createReadStream(job.upload, {highWaterMark: 256 * 1024}).pipe(stream);
      });
    });
    client.connect({host, username: job.user, privateKey, authHandler: ['publickey']});
  });

for (let left = job.repeat; left > 0; left--) {
  const before = process.cpuUsage();
  const since = performance.now();
  await Promise.all(job.addresses.map(onHost));
  const {user, system} = process.cpuUsage(before);
  console.log(JSON.stringify({ms: performance.now() - since, cpuMs: (user + system) / 1000}));
}
