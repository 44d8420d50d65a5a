/**
 * The command line's entry. Google's client libraries read their environment as they are loaded,
 * so it is set first and everything else is imported afterwards.
 */

import { LOCAL_PROJECT_ID } from "./targets/local-project.ts";

// Local targets have no metadata server; without this the clients wait seconds for one.
process.env["METADATA_SERVER_DETECTION"] ??= "none";
process.env["GOOGLE_CLOUD_PROJECT"] = LOCAL_PROJECT_ID;

// A reader that has gone away (`npm run sim | head`) must not end the run.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

const { requireNode } = await import("./cli/node-version.ts");
const { reportError } = await import("./cli/report-error.ts");

async function main(): Promise<number> {
  try {
    requireNode(process.versions.node);
    const { runCli } = await import("./cli/cli.ts");
    const { createRealClock } = await import("./clock/real-clock.ts");
    const { createRealMachine } = await import("./targets/real-machine.ts");
    return await runCli(process.argv.slice(2), {
      clock: createRealClock(),
      machine: createRealMachine(),
      stdout: process.stdout,
      stderr: process.stderr,
      signals: process,
      exit: (code) => process.exit(code),
      loadSimulate: async () => (await import("./run/run-simulation.ts")).runSimulation,
      loadSimulateVirtually: async () =>
        (await import("./virtual/simulate-virtually.ts")).simulateVirtually,
    });
  } catch (error) {
    return reportError(error, process.stderr);
  }
}

const exitCode = await main();
// A pipe takes what it is given by and by, and the exit would cut off the rest.
await Promise.all([process.stdout, process.stderr].map(drain));
// Clients may leave connections open that would keep the process alive.
process.exit(exitCode);

/** Resolves once all that was written has gone out, or never can. */
function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write("", () => resolve());
  });
}
