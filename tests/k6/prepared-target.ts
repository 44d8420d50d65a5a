import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunOutput } from "../../src/sim/cli/progress.ts";
import { createRealClock } from "../../src/sim/clock/real-clock.ts";
import { resolveGatewaySettings } from "../../src/sim/gateway/gateway-settings.ts";
import { openGateway } from "../../src/sim/gateway/open-gateway.ts";
import { resolvePrepareOptions } from "../../src/sim/k6/prepare/prepare-options.ts";
import { prepareWorkloads } from "../../src/sim/k6/prepare/prepare-workloads.ts";
import { createRealMachine } from "../../src/sim/targets/real-machine.ts";
import { QUIET_K6 } from "../setup/k6s.ts";

/** A gateway on the embedded engine, provisioned for the scripts, with somebody who signs people up. */
export interface PreparedTarget {
  /** Of the test's own; it is removed at the end. */
  readonly folder: string;
  /** What `k6 prepare` wrote. */
  readonly workloads: string;
  readonly port: number;
  close(): Promise<void>;
}

export async function openPreparedTarget(users: number): Promise<PreparedTarget> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-k6-scripts-"));
  const workloads = join(folder, "workloads.json");
  const leaving = new AbortController();
  const { signal } = leaving;
  const clock = createRealClock();
  const settings = resolveGatewaySettings({ port: "0", backend: "embedded" });
  const options = { log: () => undefined, signal };
  const gateway = await openGateway(settings, createRealMachine(), clock, options);
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const write = (text: string): void => {
    if (text.includes("Signing people up")) resolve();
  };
  const preparing = prepareWorkloads(
    resolvePrepareOptions(
      {
        endpoint: `127.0.0.1:${gateway.port}`,
        users: String(users),
        serveSignUps: "0",
        output: workloads,
      },
      undefined,
    ),
    clock,
    createRunOutput({ write }, clock, false),
    signal,
  );
  await Promise.race([preparing, ready]);
  return {
    folder,
    workloads,
    port: gateway.port,
    close: async () => {
      leaving.abort();
      await preparing;
      await gateway.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface Ended {
  /** null: it had to be killed. */
  readonly exitCode: number | null;
  readonly output: string;
}

const RUN_TIMEOUT_MS = 60_000;

/** Runs k6 to its end; a script with syntax that it lacks would hang it for ever. */
export function runK6(
  path: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  options: { readonly timeoutMs?: number; readonly folder?: string } = {},
): Promise<Ended> {
  const settings = {
    env: { ...process.env, ...QUIET_K6, ...environment },
    timeout: options.timeoutMs ?? RUN_TIMEOUT_MS,
    killSignal: "SIGKILL" as const,
    maxBuffer: 2 ** 26,
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
  };
  return new Promise((resolve) => {
    execFile(path, [...parameters], settings, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ exitCode, output: `${stdout}${stderr}` });
    });
  });
}

/** Two k6 v1 on one machine fight for the port of its API. */
export const K6_RUN = ["run", "--quiet", "--address", ""];
