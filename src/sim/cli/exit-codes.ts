/** What the process answers its caller with; scripts and CI branch on these numbers. */
export const EXIT_CODES = {
  /** All checks passed, or a command that checks nothing did its work. */
  pass: 0,
  /** The program is at fault, or the target died: nothing can be said about the service. */
  internal: 1,
  /** The command line, a file it names or the machine must be put right first. Nothing ran. */
  usage: 2,
  /** The run ended, but too little was seen to say pass or fail. */
  inconclusive: 3,
  /** At least one check failed. k6 uses the same number for crossed thresholds. */
  checkFailed: 99,
  /** Interrupted twice: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
