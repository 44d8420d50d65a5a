import { Command, Option } from "commander";
import { EXPORT_OPTION_SPECS, resolveExportOptions } from "../k6/export/export-options.ts";
import type { ExportOptions } from "../k6/export/export-options.ts";
import type { Exported } from "../k6/export/export-load.ts";
import { requireK6 } from "../k6/find/require-k6.ts";
import type { CliCommand, CliContext } from "./context.ts";
import { EXIT_CODES, type ExitCode } from "./exit-codes.ts";
import { watchInterrupts } from "./interrupts.ts";
import { takenOnce } from "./taken-once.ts";

export function createK6ExportCommand(context: CliContext): CliCommand {
  const command = new Command("export")
    .summary("write a load for the k6 operator in Kubernetes")
    .description(
      "Write the archive of a prepared load and the manifests that have the k6 operator run it on many\n" +
        "pods, each a segment of it, with their counts sent to `k6 collect`.",
    );
  for (const { flag, describe } of EXPORT_OPTION_SPECS) {
    command.addOption(new Option(flag, describe).argParser(takenOnce(flag)));
  }
  command.addHelpText("after", "\nExit codes:\n  0   written\n  2   bad usage; the text says why");
  return { command, run: (parsed) => exportTo(parsed, context) };
}

async function exportTo(
  parsed: Readonly<Record<string, unknown>>,
  context: CliContext,
): Promise<ExitCode> {
  const { clock, machine, stdout } = context;
  const options = resolveExportOptions(parsed);
  const k6 = await requireK6(machine);
  const interrupts = watchInterrupts(clock, context.signals, {
    say: () => void stdout.write("Ending; nothing is written.\n"),
    exit: context.exit,
  });
  try {
    const { exportLoad } = await import("../k6/export/export-load.ts");
    const { signal } = interrupts;
    const exported = await exportLoad(options, { k6, machine, clock, signal });
    for (const line of describe(options, exported)) stdout.write(`${line}\n`);
    return EXIT_CODES.pass;
  } finally {
    interrupts.release();
  }
}

function describe(options: ExportOptions, { files, archiveBytes, notes }: Exported) {
  const { output, run, volumeClaim } = options;
  return [
    `${output}: ${files.join(", ")} (archive: ${archiveBytes.toLocaleString("en-US")} bytes).`,
    ...notes,
    "Then:",
    `  npm run sim -- k6 collect --run ${run} --host 0.0.0.0 --measured-on gateway-emulator`,
    // `apply` would keep a second copy of it in an annotation, which may have 256 KiB.
    ...(volumeClaim === null ? [`  kubectl create -f ${output}/configmap.json`] : []),
    `  kubectl create -f ${output}/testrun.json`,
  ];
}
