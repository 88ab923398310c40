/** What one run of a contestant cost. Times in milliseconds; undefined where this machine cannot tell. */
export interface Sample {
  readonly wallMs: number;
  /** User and system time on the controller, of the program and all it started and waited for. */
  readonly cpuMs?: number | undefined;
  /** The same of all hosts together, sshd included. */
  readonly hostsCpuMs?: number | undefined;
  /** The largest process on the controller. */
  readonly rssBytes?: number | undefined;
  /** Requests that waited for an answer, at the host that had most. */
  readonly trips?: number | undefined;
  /** On the wire in both directions, for each host. */
  readonly bytesPerHost?: number | undefined;
}

/** One thing that is measured. */
export interface Contestant {
  readonly name: string;
  /** Whether the hosts are to be bare before each run, or as the contestants' last run left them. */
  readonly from: 'bare' | 'done';
  /** Measured in so many rounds only; all if undefined. */
  readonly rounds?: number;
  run(): Promise<Sample>;
}

/** One that cannot be measured here. */
export interface Absent {
  readonly name: string;
  readonly why: string;
}

/** Contestants that do the same, measured in turn; the first is what the others are compared with. */
export interface Race {
  readonly title: string;
  readonly contestants: readonly Contestant[];
  readonly absent: readonly Absent[];
}
