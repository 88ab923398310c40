import {connect} from 'node:net';

/** Run in a host: systemd's state, whether logins are still refused, and the units that are being started now. */
export const bootReport = `
echo "state $(systemctl is-system-running)"
[ ! -e /run/nologin ] || echo nologin
systemctl list-jobs --no-legend --plain | while read -r id unit type state; do
  [ "$state" != running ] || echo "job $(systemctl show -p FragmentPath --value "$unit")"
done
`;

/**
 * Whether the host counts as booted by its {@link bootReport}: users may log in, and nothing is being started but units
 * of its owner's (/etc/systemd/system, /run), which may wait for other hosts.
 */
export function isBooted(report: string): boolean {
  const lines = report.trim().split('\n');
  if (lines.includes('nologin')) return false;
  if (lines.includes('state running') || lines.includes('state degraded')) return true;
  const jobs = lines.filter((line) => line.startsWith('job '));
  return (
    lines.includes('state starting') &&
    jobs.length > 0 &&
    jobs.every((line) => /^job \/(etc|run)\/systemd\//.test(line))
  );
}

/** Whether sshd says its banner; a listening socket alone may belong to a daemon that is not ready. */
export function answersSsh(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host: address, port: 22, timeout: 1_000});
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
  });
}
