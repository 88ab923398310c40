/** A reason why K3s does not start, read from its log, with the way out. */
export interface Cause {
  readonly why: string;
  readonly hint?: string;
}

const causes: readonly {readonly pattern: RegExp; readonly why: string; readonly hint?: string}[] = [
  {
    pattern: /duplicate node name found/i,
    why: 'the cluster still lists a member of this node name',
    hint: 'the server was wiped or rebuilt: run site.yml again, which removes its dead member through a living server',
  },
  {
    pattern: /Node password rejected|node password not set|hash does not match/i,
    why: 'the cluster knows this node name with another node password',
    hint: 'delete the Node (`k3s kubectl delete node NAME`) on a living server; its node-password secret goes with it',
  },
  {
    pattern: /bootstrap data already found and encrypted with different token/i,
    why: "the token is not the one the cluster's datastore was made with",
    hint: 'set k3s_token to the token of the cluster (server/token on a living server, or your saved copy)',
  },
  {
    pattern: /token CA hash does not match|not authorized|401 Unauthorized|failed to validate token/i,
    why: "the token is not the cluster's",
    hint: 'compare k3s_token with /var/lib/rancher/k3s/server/token on a living server',
  },
  {
    pattern: /failed to ping database connection|failed to create driver|creating storage endpoint/i,
    why: 'the external datastore does not let K3s in',
    hint: 'the line of the log says why; k3s_datastore was right when it was tried, so see what has changed since',
  },
  {
    pattern: /critical configuration .*mismatch/i,
    why: "flags that must match on all servers differ from the cluster's",
    hint: 'compare k3s_server_config with config.yaml on a living server; K3s names the flags in its log only',
  },
  {
    pattern: /too many learner members/i,
    why: 'etcd takes one learner at a time and another server is joining',
    hint: 'wait until it has joined, then run again',
  },
  {
    pattern:
      /permanently removed from the cluster|has been removed from (the|its etcd) cluster|was removed from its etcd cluster/i,
    why: 'the cluster took this member out: it was removed, or was a learner that did not catch up in time',
    hint: 'if nothing on this server is needed, stop K3s there and remove server/db below its data-dir, then run again: it joins as a new member',
  },
  {
    pattern: /newer than datastore/i,
    why: 'certificates under server/tls are newer than those in the datastore',
    hint: 'clocks differ or files were copied: see K3s docs "certificate"; never edit server/tls',
  },
  {
    pattern: /bind: address already in use/i,
    why: 'a port that K3s needs is taken by another process',
    hint: 'see `ss -ltnp`; K3s needs 6443, 10250, and 2379-2380 on servers',
  },
  {
    pattern: /no default routes found/i,
    why: 'the host has no default route, which K3s needs',
    hint: 'add one (in an airgap a dummy interface will do)',
  },
  {
    pattern: /cgroup.*(memory|cpuset).*not (found|enabled|available)|failed to find memory cgroup/i,
    why: 'the kernel gives K3s no memory cgroup',
    hint: 'on a Raspberry Pi add `cgroup_memory=1 cgroup_enable=memory` to cmdline.txt and reboot',
  },
  {pattern: /no space left on device/i, why: 'the disk is full'},
  {
    pattern: /exec format error/i,
    why: "the binary is not for this machine's architecture",
    hint: 'check k3s_binary against `uname -m`',
  },
];

/** The known cause that a line of K3s's log names. */
export function causeOf(line: string): Cause | undefined {
  const found = causes.find(({pattern}) => pattern.test(line));
  return found === undefined ? undefined : {why: found.why, ...(found.hint === undefined ? {} : {hint: found.hint})};
}

/** Causes that do not go away by waiting; others may be passing (a learner in the way, a port being freed, a rejoin, a database that restarts). */
export const isFinal = (line: string): boolean =>
  causeOf(line) !== undefined &&
  !/too many learner|address already in use|removed from|failed to ping database/i.test(line);

/** For so long may an etcd that found data on its disk say that it knows none of those that knock: others pass in seconds. */
export const unknownPeersLastMs = 15_000;

const cannotCatchUp: Cause = {
  why: "its etcd was ended while it joined, and cannot catch up: it knows none of the cluster's members, and answers none of them",
  hint: 'run again: a server that has no vote yet is taken out and joins anew, and nothing is lost by that',
};

/** Tells the final cause of a start that goes on, line by line: one line shows most of them, lines that do not end the last. */
export function startCauses(): (line: string) => Cause | undefined {
  let foundData = false;
  let sinceMs: number | undefined;
  return (line) => {
    if (isFinal(line)) return causeOf(line);
    foundData ||= /cluster bootstrap already complete and initialized/.test(line);
    const time = /"ts":"([^"]+)".*failed to find remote peer in cluster/.exec(line)?.[1];
    if (time === undefined || !foundData) return undefined;
    sinceMs ??= Date.parse(time);
    return Date.parse(time) - sinceMs >= unknownPeersLastMs ? cannotCatchUp : undefined;
  };
}

/** The message of a fatal line, without logrus' dressing. */
export function fatalMessage(line: string): string | undefined {
  const match = /level=(?:fatal|error) msg="((?:[^"\\]|\\.)*)"/.exec(line);
  return match?.[1] === undefined ? undefined : match[1].replaceAll('\\"', '"');
}

/** What K3s said as it ended by itself: a fatal message, or what a crash of its program (a Go panic) begins with. */
export const lastWords = (line: string): string | undefined =>
  /level=fatal/.test(line) ? fatalMessage(line) : /(?:^|: )(panic: .+)$/.exec(line)?.[1];
