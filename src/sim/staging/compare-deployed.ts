import { readFile } from "node:fs/promises";
import { readIndexFile } from "../../firestore/indexes/index-file.ts";
import { assert } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import { RULES_FILE } from "../cli/project-files.ts";
import { readDeployedIndexes, readDeployedRules } from "./deployed.ts";
import { indexDifference, rulesDifference } from "./difference.ts";
import type { StagingProject } from "./project.ts";

/** In what the deployed rules and indexes differ from the files. */
interface Compared {
  /** To be printed. */
  readonly lines: readonly string[];
  /** The same for the report, a sentence each. */
  readonly notes: readonly string[];
}

export async function compareDeployed(
  clock: Clock,
  project: StagingProject,
  indexesFile: string,
  signal: AbortSignal,
): Promise<Compared> {
  const rules = rulesDifference(
    await readFile(RULES_FILE, "utf8"),
    await readDeployedRules(clock, project, signal),
  );
  const local = readIndexFile(await readFile(indexesFile, "utf8"));
  assert(local.kind === "read", `${indexesFile} was read before`);
  const deployed = await readDeployedIndexes(clock, project, signal);
  const indexes = [
    ...indexDifference(local.file, deployed.file),
    ...deployed.notReady.map((one) => `! not ready: ${one}`),
  ];
  const parts = [
    ["Security rules", rules],
    ["Indexes", indexes],
  ] as const;
  return {
    lines: parts.flatMap(([what, difference]) => [
      `  ${sentence(what, difference, ":")}`,
      ...difference.map((line) => `    ${line}`),
    ]),
    notes: parts.map(([what, difference]) =>
      sentence(what, difference, `: ${difference.join("; ")}`),
    ),
  };
}

function sentence(what: string, difference: readonly string[], end: string): string {
  return difference.length === 0
    ? `${what}: what is deployed is what the files say.`
    : `${what}: deployed are others than the files say${end}`;
}
