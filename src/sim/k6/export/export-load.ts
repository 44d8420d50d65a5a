import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Clock } from "../../../std/clock.ts";
import { UserError } from "../../cli/errors.ts";
import { writeFolder } from "../../report/write-folder.ts";
import type { Machine } from "../../targets/machine.ts";
import { awaitEnd } from "../await-end.ts";
import type { K6 } from "../find/find-k6.ts";
import { k6Environment } from "../k6-process.ts";
import {
  k6WorkloadsSchema,
  type K6Workloads,
  type WorkloadName,
} from "../workloads/workload-file.ts";
import type { ExportOptions } from "./export-options.ts";
import { exportedFile } from "./exported-file.ts";
import { ARCHIVE_FILE, CONFIG_MAP_BYTES_MAX, makeConfigMap, makeTestRun } from "./test-run.ts";

const SCRIPTS = fileURLToPath(new URL("../../../../scenarios/k6", import.meta.url));
/** It takes k6 a second; on syntax that it lacks it hangs. */
const ARCHIVE_TIMEOUT_MS = 60_000;

export interface Exported {
  readonly files: readonly string[];
  readonly archiveBytes: number;
  readonly notes: readonly string[];
}

/** Writes the archive of a load, and the manifests that have the k6 operator run it. */
export async function exportLoad(
  options: ExportOptions,
  {
    k6,
    machine,
    clock,
    signal,
  }: {
    readonly k6: K6;
    readonly machine: Machine;
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<Exported> {
  const { file, workload, notes } = exportedFile(await readPrepared(options.workloads), options);
  const draft = await mkdtemp(join(tmpdir(), "plimsoll-k6-export-"));
  try {
    const archivePath = join(draft, ARCHIVE_FILE);
    await writeFile(join(draft, "workloads.json"), JSON.stringify(file));
    const parameters = archiveParameters(options, draft, archivePath);
    const process = await machine.start(
      k6.path,
      parameters,
      () => undefined,
      k6Environment(machine.environment),
    );
    const ending = await awaitEnd(process, clock, ARCHIVE_TIMEOUT_MS, signal);
    if (ending !== "exit code 0") throw archiveError(`${ending}\n${process.lastLines()}`);
    const archive = await readFile(archivePath);
    const manifests = manifestsOf(options, workload, archive);
    await writeAll(options.output, archivePath, manifests);
    return { files: [ARCHIVE_FILE, ...manifests.keys()], archiveBytes: archive.length, notes };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function archiveParameters(
  { workload, collector, run }: ExportOptions,
  folder: string,
  archivePath: string,
): readonly string[] {
  const { script, profile } = scriptOf(workload);
  // What the archive's options depend on must be known when it is made: k6 keeps them in it.
  const variables = {
    PLIMSOLL_WORKLOADS: join(folder, "workloads.json"),
    PLIMSOLL_COLLECT: collector,
    PLIMSOLL_RUN: run,
    ...(profile === null ? {} : { PROFILE: profile }),
  };
  return [
    "archive",
    "--quiet",
    ...Object.entries(variables).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
    "-O",
    archivePath,
    join(SCRIPTS, `${script}.ts`),
  ];
}

function scriptOf(workload: WorkloadName): { script: string; profile: string | null } {
  switch (workload) {
    case "ramp-500-50-5":
      return { script: workload, profile: "real" };
    case "ramp-500-50-5-compressed":
      return { script: "ramp-500-50-5", profile: "compressed" };
    case "smoke":
    case "load":
    case "spike":
    case "soak":
    case "dashboards":
    case "ledger-burst":
    case "onboarding-rush":
      return { script: workload, profile: null };
  }
}

async function readPrepared(path: string): Promise<K6Workloads> {
  const fault = (what: string, cause?: unknown): UserError =>
    new UserError(
      "E_K6_FILE",
      `--workloads: "${path}" ${what}`,
      "`npm run sim -- k6 prepare` writes it. Nothing was written.",
      { cause },
    );
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw fault(`cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  const parsed = k6WorkloadsSchema.safeParse(content);
  if (!parsed.success) throw fault(`is no prepared file: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function manifestsOf(
  options: ExportOptions,
  workload: Parameters<typeof makeTestRun>[0]["workload"],
  archive: Buffer,
): ReadonlyMap<string, string> {
  const testRun = makeTestRun({ ...options, workload });
  const manifests = new Map([["testrun.json", json(testRun)]]);
  if (options.volumeClaim !== null) return manifests;
  const configMap = makeConfigMap(options, archive);
  if (configMap === undefined) {
    throw new UserError(
      "E_K6_FILE",
      `the archive has ${archive.length} bytes, and a ConfigMap takes ${CONFIG_MAP_BYTES_MAX}.`,
      "Put it on a volume (--volume-claim NAME), or prepare fewer --users. Nothing was written.",
    );
  }
  return manifests.set("configmap.json", json(configMap));
}

async function writeAll(
  folder: string,
  archivePath: string,
  manifests: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await copyFile(archivePath, join(folder, ARCHIVE_FILE));
    await writeFolder(folder, manifests);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(
      "E_K6_FILE",
      `--output: "${folder}" cannot be written: ${reason}. Accepted: a folder that can be made.`,
      "Name another one.",
      { cause: error },
    );
  }
}

function json(manifest: object): string {
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

function archiveError(what: string): UserError {
  return new UserError(
    "E_K6_FILE",
    `k6 archive: ${what}`,
    "Nothing was written. `npm run sim -- doctor` says which k6 it was.",
  );
}
