/** etcd's arithmetic: a majority of the voters must be healthy. Learners do not vote. */
export const quorumOf = (voters: number): number => Math.floor(voters / 2) + 1;

/** How many voters may still fail. */
export const tolerance = (voters: number, healthy: number): number => healthy - quorumOf(voters);

export const hasQuorum = (voters: number, healthy: number): boolean => voters > 0 && tolerance(voters, healthy) >= 0;

/** Whether one more voter may be stopped now (a restart counts as down for its whole length). */
export const mayStopOne = (voters: number, healthy: number): boolean =>
  voters === 1 || tolerance(voters, healthy - 1) >= 0;
