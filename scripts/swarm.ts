/**
 * Small services on bad days, drawn at random: whatever is slow, refused, lost or killed, a run ends
 * without a fault of the program, and in the database nothing is lost, doubled or across tenants.
 *
 *     npm run swarm -- --first 1 --count 10000 [--workers 2] [--log swarm.log]
 *     npm run swarm -- --first 4711 --count 1 --show     # what the seed draws, and what it breaks
 *
 * Ends with 99 when a promise was broken, with 1 when the program fell over, with 3 when it was ended
 * early, and with 0 when nothing was found.
 */
import { appendFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { runSwarm, swarmTrial, type SwarmFinding } from "../src/sim/swarm/run-swarm.ts";
import { TrialPool } from "../src/sim/trial/trial-pool.ts";

const TOLD_EVERY_MS = 10_000;
const TWICE_EVERY = 50;

interface Asked {
  readonly first: number;
  readonly count: number;
  readonly workers?: number;
  readonly log?: string;
  readonly show: boolean;
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError("expected a whole number, 0 or more.");
}

const asked = new Command("npm run swarm --")
  .description("Runs small services on bad days, drawn at random by their seeds.")
  .option("--first <seed>", "the first seed", whole, 1)
  .option("--count <seeds>", "how many", whole, 100)
  .option("--workers <threads>", "threads (default: the cores)", whole)
  .option("--log <file>", "a file that what is said is appended to as well")
  .option("--show", "print what the first seed draws", false)
  .parse()
  .opts<Asked>();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
  if (asked.log !== undefined) appendFileSync(asked.log, `${line}\n`);
}

function tell({ seed, broken }: SwarmFinding): void {
  say(`seed ${seed} BROKE a promise. Repeat: npm run swarm -- --first ${seed} --count 1 --show`);
  for (const what of broken) say(`  ${what}`);
}

const { first, count, workers } = asked;
if (asked.show) say(JSON.stringify(swarmTrial(first), null, 2));
const ended = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ended.abort());
const pool = new TrialPool(workers === undefined ? {} : { workers });
const startedMs = performance.now();
let toldMs = startedMs;
let done = 0;
let broke = 0;
try {
  const { ran, ranTwice, findings } = await runSwarm({
    first,
    count,
    run: (spec) => pool.run(spec, ended.signal),
    atOnce: pool.workers,
    twiceEvery: TWICE_EVERY,
    signal: ended.signal,
    onSeed: (_seed, finding) => {
      done += 1;
      if (finding !== undefined) {
        broke += 1;
        tell(finding);
      }
      const nowMs = performance.now();
      if (nowMs - toldMs < TOLD_EVERY_MS) return;
      toldMs = nowMs;
      const each = (nowMs - startedMs) / done;
      const left = Math.round(((count - done) * each) / 1000);
      say(
        `${done} of ${count} seeds, ${broke} findings, ${each.toFixed(0)} ms each, ${left} s left`,
      );
    },
  });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  say(
    `${ran} of ${count} seeds from ${first} on, ${ranTwice} of them twice, in ${seconds} s: ${findings.length} findings${findings.length === 0 ? "." : `: seeds ${findings.map(({ seed }) => seed).join(", ")}.`}`,
  );
  if (findings.length > 0) process.exitCode = 99;
  else if (ran < count) process.exitCode = 3;
} finally {
  await pool.close();
}
