/** The parts of the help that no declaration holds. */
export const EXAMPLES = `
Examples:
  npm run sim
      the benchmark plan with 1,000 users
  npm run sim -- --users 10000 --duration 30s
      the same, ten times the users, each scenario 30 seconds
  npm run sim -- --scenario high-volatility --limiter literal
      one scenario, under the limiter as the document prints it
  npm run sim -- --config nightly.json --seed 7
      options from {"users": 5000, "scenario": ["baseline", "dashboards"]}, with another seed
  npm run sim -- --target staging --project my-staging --config staging.json
      a real project, guarded (docs/staging.md)
`;

export const EXIT_CODE_HELP = `
Exit codes:
  0   all checks passed
  99  a check failed
  3   inconclusive: too little was seen to say pass or fail
  2   bad usage: the command line, a file or the machine must be put right; nothing was run
  1   internal: a fault of Plimsoll, or the database died
  130 interrupted twice with Ctrl-C

Every error has a code, explained in docs/errors.md.
`;
