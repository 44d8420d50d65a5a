/**
 * Run as a process of its own: `node load-client.ts '{"port": …}'`. Sends commits for a while and
 * prints one line of JSON with what came of it: see LoadResult.
 */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { commitMessages } from "./commit-messages.ts";
import type { LoadOptions, LoadResult } from "./load.ts";
import { WireConnection } from "./wire-connection.ts";

const WARM_UP_MS = 1_000;
const DRAIN_MS_MAX = 5_000;
const CONNECTIONS = 4;

const options = JSON.parse(process.argv[2] ?? "{}") as LoadOptions;
const messages = commitMessages(options.documentsEach);
const latencies: number[] = [];
let failures = 0;
let sent = 0;
let measuring = false;
let stopped = false;

const connections = Array.from(
  { length: CONNECTIONS },
  () =>
    new WireConnection(options.port, (startedAtMs, isOk) => {
      if (measuring && isOk) latencies.push(performance.now() - startedAtMs);
      if (!isOk) failures += 1;
      if (options.ratePerSecond === null && !stopped) start(performance.now());
    }),
);

function start(startedAtMs: number): void {
  const connection = connections[sent % CONNECTIONS];
  const message = messages[sent % messages.length];
  sent += 1;
  if (connection !== undefined && message !== undefined) connection.call(message, startedAtMs);
}

/**
 * Calls are due at even distances, whether or not earlier ones have been answered; what is due goes
 * out once a millisecond, since a loop that waited for less would take a core from what is measured.
 */
async function openLoop(ratePerSecond: number, untilMs: number): Promise<void> {
  let dueMs = performance.now();
  while (dueMs < untilMs) {
    for (const nowMs = performance.now(); dueMs <= nowMs; dueMs += 1000 / ratePerSecond) {
      start(performance.now());
    }
    await sleep(1);
  }
}

const beginMs = performance.now() + WARM_UP_MS;
const endMs = beginMs + options.durationMs;
if (options.ratePerSecond === null) {
  for (let index = 0; index < options.concurrency; index += 1) start(performance.now());
  await sleep(WARM_UP_MS);
  measuring = true;
  await sleep(options.durationMs);
} else {
  await openLoop(options.ratePerSecond, beginMs);
  measuring = true;
  await openLoop(options.ratePerSecond, endMs);
}
const measuredMs = performance.now() - beginMs;
const answered = latencies.length;
stopped = true;
const drainedByMs = performance.now() + DRAIN_MS_MAX;
while (connections.some(({ openCalls }) => openCalls > 0) && performance.now() < drainedByMs) {
  await sleep(10);
}
measuring = false;
for (const connection of connections) connection.close();

latencies.sort((left, right) => left - right);
const quantile = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
const result: LoadResult = {
  perSecond: (answered / measuredMs) * 1000,
  p50Ms: quantile(0.5),
  p99Ms: quantile(0.99),
  failures,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
