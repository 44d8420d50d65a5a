import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { assert } from "../../std/assert.ts";
import type { LineLog, Machine, StartedProcess } from "./machine.ts";

const KEPT_LINES = 40;
const GUARD_SCRIPT = fileURLToPath(new URL("guard.ts", import.meta.url));

/**
 * Starts a process that cannot outlive this one. Both it and its guard get a session of their
 * own, so that Ctrl-C in the terminal reaches the run alone, which then ends them in order.
 */
export async function startGuarded(
  command: string,
  parameters: readonly string[],
  log: LineLog,
  environment: Machine["environment"] = process.env,
): Promise<StartedProcess> {
  const child = spawn(command, parameters, {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: environment,
  });
  await once(child, "spawn");
  const { pid } = child;
  assert(pid !== undefined, "a spawned process has no id");

  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const guard = startGuard(pid);
  const ended = once(child, "close").then(([exitCode, signal]) => {
    process.removeListener("exit", killAtExit);
    // Told that its charge is gone, the guard ends without a kill: the id may have a new owner.
    guard.stdin?.end("ended");
    return signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  });
  child.unref();
  const lines = keepLines([child.stdout, child.stderr], log);
  return {
    processId: pid,
    ended,
    lastLines: () => lines.join("\n"),
    kill: (signal) => child.kill(signal),
  };
}

/** The guard's standard input is a pipe from this process: it closes however this process ends. */
function startGuard(processId: number): ChildProcess {
  const guard = spawn(process.execPath, [GUARD_SCRIPT, String(processId)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without its guard the process is still killed at exit, only not after a SIGKILL of this one.
  guard.on("error", () => {});
  guard.stdin?.on("error", () => {});
  guard.unref();
  return guard;
}

/** Fills a list of the last lines. Reading must not keep this process alive by itself. */
function keepLines(streams: readonly (Readable | null)[], log: LineLog): readonly string[] {
  const lines: string[] = [];
  for (const stream of streams) {
    assert(stream !== null, "the process was started without a pipe");
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      log(line);
    });
    if ("unref" in stream && typeof stream.unref === "function") stream.unref();
  }
  return lines;
}
