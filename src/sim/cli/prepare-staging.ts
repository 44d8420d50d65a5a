import type { RunOptions } from "../config/run-options.ts";
import type { Scenario } from "../config/scenario.ts";
import { phasesOf } from "../run/phases-of.ts";
import { requireAllowed } from "../staging/guard.ts";
import { openProject } from "../staging/project-file.ts";
import type { StagingProject } from "../staging/project.ts";
import { chooseDriver } from "./choose-driver.ts";
import type { CliContext } from "./context.ts";
import { UserError } from "./errors.ts";
import type { Start } from "./prepare-real.ts";

/** Whether the project may be loaded, as far as can be told without asking anybody. */
export async function prepareStaging(options: RunOptions, context: CliContext): Promise<Start> {
  const { environment } = context.machine;
  const projectId = requireAllowed(
    { flag: "--target staging", projectId: options.project, environment },
    options.stagingProjects,
  );
  const choice = { projectId, file: options.projectFile };
  const project = await openProject(choice, context.machine);
  const clientDriver = await chooseDriver(options, context);
  const { runStaging } = await import("../staging/run-staging.ts");
  const { monitoringWitness } = await import("../monitoring/staging-witness.ts");
  return (request) => {
    if (clientDriver !== undefined)
      requireK6Can(project, phasesOf(request.scenarios, options.durationMs));
    return runStaging(project, { ...request, clientDriver }, monitoringWitness);
  };
}

/** An ID token lives an hour, and some minutes pass before a phase begins. */
const K6_PHASE_MAX_SECONDS = 3000;

/** What k6 cannot do on a project, and the Node driver can. */
function requireK6Can({ databaseId }: StagingProject, phases: readonly Scenario[]): void {
  const long = phases.find(({ durationSeconds }) => durationSeconds > K6_PHASE_MAX_SECONDS);
  const fault =
    long !== undefined
      ? `${long.name} lasts longer than ${K6_PHASE_MAX_SECONDS / 60} minutes, and k6 cannot renew its users' tokens`
      : databaseId !== "(default)"
        ? `the project file names the database ${databaseId}, and k6's requests go to (default)`
        : undefined;
  if (fault === undefined) return;
  throw new UserError(
    "E_BAD_OPTIONS",
    `--driver k6: ${fault}`,
    "Use --driver node for it. Nothing was run.",
  );
}
