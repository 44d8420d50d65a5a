import type { ExitCode } from "../cli/exit-codes.ts";
import type { RunInputs } from "../cli/load-inputs.ts";
import type { SimulationInputs } from "../cli/simulate.ts";
import { thinCounted } from "../measure/counted-operations.ts";
import type { Check } from "../report/result.ts";
import { REAL_WORLD, runSimulation, type EndedRun } from "../run/run-simulation.ts";
import type { StagingProject } from "./project.ts";
import { StagingSession } from "./session.ts";

/** Asks whoever looked on from Google's side for checks of a run: Cloud Monitoring. */
export type Witness = (session: StagingSession, ended: EndedRun) => Promise<readonly Check[]>;

/** Said in every report, for the gateway's checks are missing there. */
const NO_GATEWAY =
  "No gateway stood in front of the project: its own limits were in force, nothing here models them, and in place of the gateway Cloud Monitoring is the witness.";

const NOT_ASKED =
  "Cloud Monitoring was not asked, since the run ended early; `monitor --run` asks it later (docs/monitoring.md).";

/** A run on a project: the same as on any other target, in a world of its own. */
export function runStaging(
  project: StagingProject,
  request: SimulationInputs & RunInputs,
  witness?: Witness,
): Promise<{ readonly exitCode: ExitCode }> {
  const { clock } = REAL_WORLD;
  const session = new StagingSession(clock, project, request);
  return runSimulation(
    {
      ...request,
      signal: session.signal,
      idPrefix: session.scope.prefix,
      target: () => session.open(),
    },
    {
      ...REAL_WORLD,
      // Nothing of a project is slow only at first, and every query costs.
      warmUpMs: 0,
      openDatabase: () => session.openDatabase(),
      afterwards: async (ended) => {
        for (const note of [...session.notes, NO_GATEWAY]) ended.keep(note);
        ended.keep(`The run's data is in the project until it is cleaned: ${session.cleanCommand}`);
        if (witness === undefined) return [];
        if (ended.partialReason === null) return witness(session, ended);
        // What `monitor --run` compares with.
        ended.state.witnessed = { counted: thinCounted(session.tally.counted()) };
        ended.keep(NOT_ASKED);
        return [];
      },
    },
  );
}
