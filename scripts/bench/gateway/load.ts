import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

export interface LoadOptions {
  readonly port: number;
  readonly documentsEach: number;
  /** Calls open at once, in a closed loop. */
  readonly concurrency: number;
  /** Calls a second, in an open loop; null: a closed one. */
  readonly ratePerSecond: number | null;
  readonly durationMs: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** From when a call was sent. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
}

const CLIENT = fileURLToPath(new URL("load-client.ts", import.meta.url));

/** Puts a load on a port from a process of its own. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const child = spawn(process.execPath, [CLIENT, JSON.stringify(options)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const printed = await text(child.stdout);
  const [exitCode] = (await ended) as [number | null];
  if (exitCode !== 0) throw new Error(`the load client ended with exit code ${exitCode}`);
  return JSON.parse(printed) as LoadResult;
}
