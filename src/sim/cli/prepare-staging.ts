import type { RunOptions } from "../config/run-options.ts";
import { requireAllowed } from "../staging/guard.ts";
import { openProject } from "../staging/project-file.ts";
import type { CliContext } from "./context.ts";
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
  const { runStaging } = await import("../staging/run-staging.ts");
  const { monitoringWitness } = await import("../monitoring/staging-witness.ts");
  return (request) => runStaging(project, request, monitoringWitness);
}
