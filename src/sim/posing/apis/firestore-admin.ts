import type { FieldOverride, IndexFile } from "../../../firestore/indexes/index-file.ts";
import { hashName } from "../../../std/rng.ts";
import { ApiError, insufficientPermissions, unknownProject } from "../access/api-error.ts";
import type { PosingProject } from "../posing-project.ts";
import { pageOf, type ApiRequest } from "./api-request.ts";

const DATABASE_PATH =
  /^\/v1\/projects\/([^/]+)\/databases\/([^/]+)(?:\/collectionGroups\/([^/]+)\/(indexes|fields))?$/;
const SERVICE = "firestore.googleapis.com";
const ALL_GROUPS = "-";
const DEFAULT_GROUP = "__default__";

/**
 * Firestore's Admin API, as far as a run reads it: the database, composite indexes, field overrides.
 * Undefined: the path is not one of its. @throws ApiError
 */
export function answerFirestoreAdmin(project: PosingProject, request: ApiRequest): unknown {
  const [, projectId = "", databaseId = "", group = "", list] =
    DATABASE_PATH.exec(request.path) ?? [];
  if (projectId === "" || request.method !== "GET") return undefined;
  const { authorization, query } = request;
  if (projectId !== project.projectId) {
    project.demand(authorization, "datastore.databases.getMetadata");
    throw unknownProject(projectId, SERVICE);
  }
  project.demand(
    authorization,
    list === undefined ? "datastore.databases.getMetadata" : "datastore.indexes.list",
    insufficientPermissions,
  );
  if (databaseId !== "(default)") {
    throw new ApiError(
      "NOT_FOUND",
      `Project '${projectId}' or database '${databaseId}' does not exist.`,
    );
  }
  const database = `projects/${projectId}/databases/${databaseId}`;
  if (list === undefined) return describeDatabase(project, database);
  const all =
    list === "indexes" ? indexesOf(database, project.indexes) : fieldsOf(database, project.indexes);
  const wanted = all.filter(({ collectionGroup }) => [ALL_GROUPS, collectionGroup].includes(group));
  const page = pageOf(wanted, query.get("pageSize"), query.get("pageToken"));
  return { [list]: page.items.map(({ resource }) => resource), nextPageToken: page.nextPageToken };
}

/** https://firebase.google.com/docs/firestore/reference/rest/v1/projects.databases (read 2026-11-26). */
function describeDatabase(project: PosingProject, name: string): object {
  return {
    name,
    uid: hashName(name),
    createTime: new Date(project.createdMs).toISOString(),
    updateTime: new Date(project.createdMs).toISOString(),
    locationId: project.location,
    type: "FIRESTORE_NATIVE",
    concurrencyMode: "PESSIMISTIC",
    versionRetentionPeriod: "3600s",
    appEngineIntegrationMode: "DISABLED",
    pointInTimeRecoveryEnablement: "POINT_IN_TIME_RECOVERY_DISABLED",
    deleteProtectionState: "DELETE_PROTECTION_DISABLED",
    databaseEdition: "STANDARD",
    freeTier: false,
    etag: hashName([name, "etag"]),
  };
}

interface Listed {
  readonly collectionGroup: string;
  readonly resource: object;
}

/** projects.databases.collectionGroups.indexes: production adds the column __name__ to each. */
function indexesOf(database: string, { indexes }: IndexFile): readonly Listed[] {
  return indexes.map((index) => {
    const { collectionGroup, queryScope, fields } = index;
    const last = fields.at(-1);
    const order = last !== undefined && "order" in last ? last.order : "ASCENDING";
    const hasName = last !== undefined && last.fieldPath === "__name__";
    const resource = {
      name: `${database}/collectionGroups/${collectionGroup}/indexes/${hashName(index)}`,
      queryScope,
      fields: hasName ? fields : [...fields, { fieldPath: "__name__", order }],
      state: "READY",
      density: "SPARSE_ALL",
    };
    return { collectionGroup, resource };
  });
}

/** projects.databases.collectionGroups.fields: those that are not as their database's defaults. */
function fieldsOf(database: string, { fieldOverrides }: IndexFile): readonly Listed[] {
  const overrides = fieldOverrides.map((override) => ({
    collectionGroup: override.collectionGroup,
    resource: {
      name: `${database}/collectionGroups/${override.collectionGroup}/fields/${override.fieldPath}`,
      indexConfig: { indexes: override.indexes.map((index) => fieldIndex(override, index)) },
      ...(override.ttl ? { ttlConfig: { state: "ACTIVE" } } : {}),
    },
  }));
  return [{ collectionGroup: DEFAULT_GROUP, resource: defaultField(database) }, ...overrides];
}

/** The automatic indexes, which the API lists with the overrides. */
function defaultField(database: string): object {
  const columns = [{ order: "ASCENDING" }, { order: "DESCENDING" }, { arrayConfig: "CONTAINS" }];
  const indexes = columns.map((column) => ({
    queryScope: "COLLECTION",
    fields: [{ fieldPath: "*", ...column }],
    state: "READY",
  }));
  return {
    name: `${database}/collectionGroups/${DEFAULT_GROUP}/fields/*`,
    indexConfig: { indexes },
  };
}

function fieldIndex(
  { fieldPath }: FieldOverride,
  { queryScope, ...column }: FieldOverride["indexes"][number],
): object {
  return { queryScope, fields: [{ fieldPath, ...column }], state: "READY" };
}
