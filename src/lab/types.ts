/** What a lab is made of; written to `lab.json` in the lab's folder before anything else is made. */
export interface LabRecord {
  readonly version: 1;
  readonly name: string;
  /** N of 10.213.N.0/24. */
  readonly subnet: number;
  /** Root of the image below every host's own files. */
  readonly imageRoot: string;
  /** Folder of the local apt repository, seen by hosts as /srv/apt. */
  readonly aptRepo: string;
  readonly hosts: readonly HostRecord[];
}

export interface HostRecord {
  readonly name: string;
  /** `server`, `agent`, or a name given by `groups`. */
  readonly group: string;
  /** Last part of the address, 11 to 199; also names the host's link. */
  readonly number: number;
}

export interface LabPlaces {
  /** Folder that holds a folder for each lab. */
  readonly dir: string;
  /** Folder of images and apt repositories, shared by all labs. */
  readonly cacheDir: string;
}

export interface UpOptions {
  /** Lower case letters, digits and dashes; `lab` without it. */
  readonly name?: string;
  /** Parent of the lab's folder; QUORATE_LAB_DIR, else /var/lib/quorate-lab. */
  readonly dir?: string;
  /** Parent of images/ and repos/; QUORATE_LAB_CACHE, else /var/lib/quorate-lab. */
  readonly cacheDir?: string;
  readonly servers?: number;
  readonly agents?: number;
  /** Further hosts by group: `{lb: 2}` makes lb1 and lb2. */
  readonly groups?: Readonly<Record<string, number>>;
  /** Debian packages that hosts can install, with what they need: `sqlite3`, `etcd-server/trixie`. */
  readonly aptPackages?: readonly string[];
  /** Debian mirror for the image and the repository, when they have to be made; http://deb.debian.org/debian. */
  readonly mirror?: string;
  /** Lines for a person; nothing is printed without it. */
  readonly say?: (line: string) => void;
  /** Asked before packages are installed on this machine; without it they are installed. */
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly signal?: AbortSignal;
}

export interface OpenOptions {
  readonly name?: string;
  readonly dir?: string;
  readonly cacheDir?: string;
  readonly signal?: AbortSignal;
}

export type HostState = 'running' | 'degraded' | 'booting' | 'stopping' | 'stopped';

export interface HostStatus {
  readonly name: string;
  readonly group: string;
  readonly address: string;
  readonly state: HostState;
  /** The host's process 1 as this machine sees it. */
  readonly pid: number | undefined;
  readonly processes: number;
  readonly memoryBytes: number | undefined;
}

export interface ExecOptions {
  readonly input?: string | Buffer;
  /** Throw LabError when the command fails (default true). */
  readonly check?: boolean;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
