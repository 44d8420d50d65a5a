import { thinCounted } from "../measure/counted-operations.ts";
import type { Witness } from "../staging/run-staging.ts";
import { monitoringChecks } from "../verify/monitoring-checks.ts";
import { witnessRun } from "./witness-run.ts";

/** Cloud Monitoring as the witness of a staging run: what it says goes into the result. */
export const monitoringWitness: Witness = async (session, { state, signal }) => {
  const { clock, output, project, tally } = session;
  output.phase("Asking Cloud Monitoring what it counted");
  const monitoring = await witnessRun(project, tally, {
    clock,
    signal,
    say: (text) => output.line(`  ${text}`),
    onWait: (leftMs, totalMs) => {
      const [left, total] = [Math.ceil(leftMs / 1000), Math.ceil(totalMs / 1000)];
      output.progress(total - left, total, "s until its last sample can be seen");
    },
  });
  state.witnessed = { counted: thinCounted(tally.counted()), monitoring };
  const isGoogle = project.isGoogle;
  return monitoringChecks(
    monitoring,
    isGoogle ? "measured on staging" : "measured on posed project",
  );
};
