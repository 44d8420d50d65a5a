import { Command } from "commander";
import { buildK6 } from "../k6/find/build-k6.ts";
import { findK6 } from "../k6/find/find-k6.ts";
import { PINNED_K6_VERSION } from "../k6/find/k6-version.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";

export function createK6InstallCommand(context: CliContext): CliCommand {
  const command = new Command("install")
    .summary("build k6 with Go into Plimsoll's cache")
    .description(
      `Build k6 ${PINNED_K6_VERSION} with Go from the modules that tools/k6/go.sum pins, into Plimsoll's cache,\n` +
        "where a run finds it. It takes minutes, once, and fetches from Go's module proxy.",
    )
    .addHelpText(
      "after",
      "\nExit codes:\n  0   it is there\n  2   it could not be built; the text says why",
    );
  return { command, run: () => install(context) };
}

async function install(context: CliContext) {
  const { clock, machine, stdout } = context;
  const say = (line: string): void => void stdout.write(`${line}\n`);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: () => say("Ending the build."),
    exit: context.exit,
  });
  try {
    say(`k6 ${PINNED_K6_VERSION}: building it takes minutes when it is not in the cache yet.`);
    const built = await buildK6(machine, clock, { log: say, signal: interrupts.signal });
    say(`k6 ${built.version}: ${built.path} (${built.how}).`);
  } finally {
    interrupts.release();
  }
  const search = await findK6(machine);
  if (search.kind === "found" && search.k6.source !== "cache") {
    const { path, version, source } = search.k6;
    say(`Runs take ${version} all the same: ${source} comes before the cache (${path}).`);
  }
  if (search.kind === "unusable") {
    say(`Runs cannot take it while K6_BIN names ${search.path}: ${search.why}.`);
  }
  return EXIT_CODES.pass;
}
