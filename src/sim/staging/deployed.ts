import { z } from "zod";
import { readIndexFile, type IndexFile } from "../../firestore/indexes/index-file.ts";
import type { Clock } from "../../std/clock.ts";
import { callApi } from "./api-client.ts";
import { databaseNameOf, type StagingProject } from "./project.ts";

/** Where a database is and how it is guarded, as Firestore Admin says it. */
export interface DeployedDatabase {
  /** "us-central1", "nam5". */
  readonly location: string;
  readonly isNative: boolean;
  readonly isEnterprise: boolean;
  readonly isDeleteProtected: boolean;
}

/** Of https://firebase.google.com/docs/firestore/reference/rest/v1/projects.databases#Database */
const databaseAnswer = z.object({
  locationId: z.string().default("unknown"),
  type: z.string().default("FIRESTORE_NATIVE"),
  databaseEdition: z.string().optional(),
  deleteProtectionState: z.string().optional(),
});

export async function readDatabase(
  clock: Clock,
  project: StagingProject,
  signal: AbortSignal,
): Promise<DeployedDatabase> {
  const path = `/v1/${databaseNameOf(project)}`;
  const call = { api: "firestoreAdmin", method: "GET", path, signal } as const;
  const found = databaseAnswer.parse(await callApi(clock, project, call));
  return {
    location: found.locationId,
    isNative: found.type === "FIRESTORE_NATIVE",
    isEnterprise: found.databaseEdition === "ENTERPRISE",
    isDeleteProtected: found.deleteProtectionState === "DELETE_PROTECTION_ENABLED",
  };
}

/** The text of the rules in force; undefined when none are deployed. */
export async function readDeployedRules(
  clock: Clock,
  project: StagingProject,
  signal: AbortSignal,
): Promise<string | undefined> {
  // https://firebase.google.com/docs/reference/rules/rest/v1/projects.releases: a database of its
  // own name has a release of its own.
  const release =
    project.databaseId === "(default)"
      ? "cloud.firestore"
      : `cloud.firestore/${project.databaseId}`;
  const get = (path: string): Promise<unknown> =>
    callApi(clock, project, { api: "rules", method: "GET", path, signal });
  let named: unknown;
  try {
    named = await get(`/v1/projects/${project.projectId}/releases/${release}`);
  } catch (error) {
    if ((error as { readonly status?: unknown }).status === 404) return undefined;
    throw error;
  }
  const { rulesetName } = z.object({ rulesetName: z.string() }).parse(named);
  const ruleset = z
    .object({ source: z.object({ files: z.array(z.object({ content: z.string() })) }) })
    .parse(await get(`/v1/${rulesetName}`));
  return ruleset.source.files.map(({ content }) => content).join("\n");
}

/** The indexes in force, and those that are not ready, as words for people. */
export interface DeployedIndexes {
  readonly file: IndexFile;
  readonly notReady: readonly string[];
}

const indexAnswer = z.looseObject({
  name: z.string(),
  queryScope: z.string(),
  fields: z.array(z.looseObject({ fieldPath: z.string() })),
  state: z.string().default("READY"),
});
const fieldAnswer = z.object({
  name: z.string(),
  indexConfig: z
    .object({
      indexes: z
        .array(
          z.object({
            queryScope: z.string(),
            fields: z.array(
              z.object({ order: z.string().optional(), arrayConfig: z.string().optional() }),
            ),
          }),
        )
        .default([]),
    })
    .default({ indexes: [] }),
  ttlConfig: z.object({ state: z.string() }).optional(),
});

/** Of the Admin API's lists; as the Firebase tools ask for them. */
export async function readDeployedIndexes(
  clock: Clock,
  project: StagingProject,
  signal: AbortSignal,
): Promise<DeployedIndexes> {
  const groups = `/v1/${databaseNameOf(project)}/collectionGroups/-`;
  const overridden = encodeURIComponent("indexConfig.usesAncestorConfig=false OR ttlConfig:*");
  const list = (path: string, key: "indexes" | "fields"): Promise<readonly unknown[]> =>
    listAll(clock, project, signal, path, key);
  const indexes = (await list(`${groups}/indexes?pageSize=300`, "indexes")).map((one) =>
    indexAnswer.parse(one),
  );
  const fields = (await list(`${groups}/fields?pageSize=300&filter=${overridden}`, "fields"))
    .map((one) => fieldAnswer.parse(one))
    // The database's own default for all fields, which no index file names.
    .filter(({ name }) => groupOf(name) !== "__default__");
  const content = {
    indexes: indexes.map(({ name, queryScope, fields: columns }) => ({
      collectionGroup: groupOf(name),
      queryScope,
      fields: columns.map(columnOf),
    })),
    fieldOverrides: fields.map(({ name, indexConfig, ttlConfig }) => ({
      collectionGroup: groupOf(name),
      fieldPath: name.split("/fields/")[1] ?? "",
      ...(ttlConfig === undefined ? {} : { ttl: true }),
      indexes: indexConfig.indexes.map(({ queryScope, fields: [field = {}] }) => ({
        queryScope,
        ...(field.order === undefined ? {} : { order: field.order }),
        ...(field.arrayConfig === undefined ? {} : { arrayConfig: field.arrayConfig }),
      })),
    })),
  };
  const read = readIndexFile(JSON.stringify(content));
  if (read.kind === "faulty") {
    throw new Error(`the deployed indexes are of a form unknown here: ${read.faults[0]?.message}`);
  }
  const building = indexes.filter(({ state }) => state !== "READY");
  return {
    file: read.file,
    notReady: building.map(
      ({ name, fields: columns, state }) =>
        `${groupOf(name)} (${columns.map(({ fieldPath }) => fieldPath).join(", ")}): ${state}`,
    ),
  };
}

/** Only what an index file may say; the API says more with each version. */
function columnOf(column: { readonly [key: string]: unknown }): object {
  const { fieldPath, order, arrayConfig, vectorConfig } = column;
  return {
    fieldPath,
    ...(order === undefined ? {} : { order }),
    ...(arrayConfig === undefined ? {} : { arrayConfig }),
    ...(vectorConfig === undefined ? {} : { vectorConfig }),
  };
}

/** ".../collectionGroups/{name}/…" */
function groupOf(resource: string): string {
  return /\/collectionGroups\/([^/]+)\//.exec(resource)?.[1] ?? "";
}

async function listAll(
  clock: Clock,
  project: StagingProject,
  signal: AbortSignal,
  path: string,
  key: string,
): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (let token = ""; ;) {
    const page = token === "" ? "" : `&pageToken=${encodeURIComponent(token)}`;
    const call = { api: "firestoreAdmin", method: "GET", path: `${path}${page}`, signal } as const;
    const answer = (await callApi(clock, project, call)) as Record<string, unknown>;
    found.push(...((answer[key] as readonly unknown[] | undefined) ?? []));
    token = typeof answer["nextPageToken"] === "string" ? answer["nextPageToken"] : "";
    if (token === "") return found;
  }
}
