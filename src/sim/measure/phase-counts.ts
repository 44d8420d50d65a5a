/** Counts of one phase. Writes are document writes; `pnl` ones are updates of a trade's P&L. */
export interface PhaseCounts {
  sweeps: number;
  /** Sweeps that found the one before still running, and did nothing. */
  overlappingSweeps: number;
  /** Sweeps that ended with the database's error. */
  failedSweeps: number;
  /** Sweeps that visited all their users and were not cut by the end of the phase. */
  completeSweeps: number;
  usersSwept: number;
  usersFailed: number;
  /** Users listed for a start, by all workers, at the least; null when none got as far as a list. */
  usersListedLeast: number | null;
  writesOffered: number;
  writesCommitted: number;
  pnlDue: number;
  pnlUnchanged: number;
  pnlCommitted: number;
  /** Due, and not committed when the phase ended. */
  pnlUnfinished: number;
  commits: number;
  /** Commits of the pulse that succeeded after more than one try, whatever the first failed with. */
  retriedCommits: number;
  /** Tries of the pulse that the database refused for contention. */
  abortedCommits: number;
  /** Documents that changed between the pulse's read and its write. */
  staleReads: number;
  /** Commits of the pulse that met any of these, each once. */
  contendedCommits: number;
  failedCommits: number;
  refusedWrites: number;
  clientOperations: number;
  clientErrors: number;
  /** Client operations that took more than one try. */
  clientRetries: number;
  lateArrivals: number;
  droppedArrivals: number;
  worstLatenessMs: number;
  /** Times the pulse's lane woke from a sleep of a second, how many of them late, and the worst. */
  wakes: number;
  lateWakes: number;
  worstWakeMs: number;
  /** Direct writes: due, committed, refused or failed, and given up unsent. */
  directDue: number;
  directCommitted: number;
  directFailed: number;
  directDropped: number;
  /** Commits of direct writes begun, and those of them begun late. */
  directCommits: number;
  directLate: number;
  /** Listeners that ended for good before the phase did. */
  listenersEnded: number;
  limiterWaitMs: number;
}

export function emptyCounts(): PhaseCounts {
  return {
    sweeps: 0,
    overlappingSweeps: 0,
    failedSweeps: 0,
    completeSweeps: 0,
    usersSwept: 0,
    usersFailed: 0,
    usersListedLeast: null,
    writesOffered: 0,
    writesCommitted: 0,
    pnlDue: 0,
    pnlUnchanged: 0,
    pnlCommitted: 0,
    pnlUnfinished: 0,
    commits: 0,
    retriedCommits: 0,
    abortedCommits: 0,
    staleReads: 0,
    contendedCommits: 0,
    failedCommits: 0,
    refusedWrites: 0,
    clientOperations: 0,
    clientErrors: 0,
    clientRetries: 0,
    lateArrivals: 0,
    droppedArrivals: 0,
    worstLatenessMs: 0,
    wakes: 0,
    lateWakes: 0,
    worstWakeMs: 0,
    directDue: 0,
    directCommitted: 0,
    directFailed: 0,
    directDropped: 0,
    directCommits: 0,
    directLate: 0,
    listenersEnded: 0,
    limiterWaitMs: 0,
  };
}
