import type { RunOptions } from "../config/run-options.ts";
import { quoteWord } from "../run/replay-command.ts";

/** The command that deletes what a run has made. */
export function cleanCommand(
  { project, projectFile }: Pick<RunOptions, "project" | "projectFile">,
  runId: string,
): string {
  const file = projectFile === null ? "" : ` --project-file ${quoteWord(projectFile)}`;
  return `npm run sim -- clean --project ${project ?? ""} --run ${runId}${file}`;
}
