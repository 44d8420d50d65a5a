import { z } from "zod";
import type { Clock } from "../../std/clock.ts";
import { isRetryable } from "../../system/store/status.ts";
import { StoreError, type Query, type Store } from "../../system/store/store.ts";
import { UserError } from "../cli/errors.ts";
import { READ_BACK_COLLECTIONS } from "../run/every-document.ts";
import { inParallel } from "../run/in-parallel.ts";
import { AccountClient } from "./accounts.ts";
import { callApi, missingRole, refusedCredentials } from "./api-client.ts";
import { readDatabase, type DeployedDatabase } from "./deployed.ts";
import type { StagingProject } from "./project.ts";
import { isOfSomeRun, rangesOfAllRuns, type PathRange } from "./run-scope.ts";

/** Words of names and labels that say "production". `main` and the like say nothing. */
const PRODUCTION_WORD = /(^|[^a-z0-9])(prod|prd|production|live)([^a-z]|$)/i;

const OWN_PROJECT =
  "Use a project that is for staging and nothing else; docs/staging.md says how to make one.";

interface NamedProject {
  /** Who asks: "--target staging", "clean". */
  readonly flag: string;
  readonly projectId: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What can be told before anything is sent. Returns the project's ID, or throws E_STAGING_REFUSED. */
export function requireNamed({ flag, projectId, environment }: NamedProject): string {
  if (projectId === null) {
    throw refused(`${flag} needs --project`, "Name the project: --project my-staging.");
  }
  const variable = ["FIRESTORE_EMULATOR_HOST", "FIREBASE_AUTH_EMULATOR_HOST"].find(
    (name) => (environment[name] ?? "") !== "",
  );
  if (variable !== undefined) {
    throw refused(
      `${flag}: ${variable} is set, which sends Google's clients to an emulator`,
      `Unset ${variable}: a project and an emulator contradict each other.`,
    );
  }
  if (PRODUCTION_WORD.test(projectId)) {
    throw refused(`--project ${projectId}: its name says that it is production`, OWN_PROJECT);
  }
  return projectId;
}

/** The same of a project that is to be loaded, which the config file must name too. */
export function requireAllowed(
  named: NamedProject,
  /** The config file's allow-list. */
  allowed: readonly string[],
): string {
  const projectId = requireNamed(named);
  if (allowed.includes(projectId)) return projectId;
  throw refused(
    `--project ${projectId}: is not among stagingProjects of the config file (${allowed.length === 0 ? "there are none" : allowed.join(", ")})`,
    `Write {"stagingProjects": ["${projectId}"]} to a file and name it by --config. It is asked for so that no mistyped project is loaded.`,
  );
}

/**
 * Looks the project over and throws when a run must not load it: E_STAGING_REFUSED for whatever looks
 * like production, E_STAGING_ROLE for a role that is missing. Only reads.
 */
export async function requireStaging(
  clock: Clock,
  project: StagingProject,
  store: Store,
  signal: AbortSignal,
): Promise<DeployedDatabase> {
  if (project.isGoogle && project.projectId.startsWith("demo-")) {
    throw refused(
      `--project ${project.projectId}: no project of Google's has an ID that begins with "demo-"`,
      "Name a rehearsal's --project-file for it, or use --target emulator.",
    );
  }
  await requireHarmlessLabels(clock, project, signal);
  const database = await readDatabase(clock, project, signal).catch((error: unknown) => {
    throw (error as { readonly status?: unknown }).status === 404
      ? refused(
          `--project ${project.projectId}: it has no database ${project.databaseId}`,
          "Create it: gcloud firestore databases create, or name another in the project file.",
        )
      : error;
  });
  if (!database.isNative) {
    throw refused(`--project ${project.projectId}: its database is in Datastore mode`, OWN_PROJECT);
  }
  if (database.isDeleteProtected) {
    throw refused(
      `--project ${project.projectId}: its database is protected from deletion, as production's are`,
      OWN_PROJECT,
    );
  }
  await requireNoForeignData(project, store, signal);
  await requireNoForeignAccounts(new AccountClient(clock, project), signal);
  return database;
}

/** https://cloud.google.com/resource-manager/reference/rest/v3/projects#Project */
const projectAnswer = z.object({
  state: z.string().default("ACTIVE"),
  displayName: z.string().default(""),
  labels: z.record(z.string(), z.string()).default({}),
});

async function requireHarmlessLabels(
  clock: Clock,
  project: StagingProject,
  signal: AbortSignal,
): Promise<void> {
  const { projectId } = project;
  const path = `/v3/projects/${projectId}`;
  const answer = await callApi(clock, project, {
    api: "resourceManager",
    method: "GET",
    path,
    signal,
  });
  const { state, displayName, labels } = projectAnswer.parse(answer);
  if (state !== "ACTIVE") {
    throw refused(`--project ${projectId}: its state is ${state}`, OWN_PROJECT);
  }
  if (PRODUCTION_WORD.test(displayName)) {
    const name = JSON.stringify(displayName);
    throw refused(`--project ${projectId}: it is called ${name}: production`, OWN_PROJECT);
  }
  const label = Object.entries(labels).find((pair) =>
    pair.some((word) => PRODUCTION_WORD.test(word)),
  );
  if (label !== undefined) {
    const said = label.join("=");
    throw refused(
      `--project ${projectId}: its label ${said} says that it is production`,
      OWN_PROJECT,
    );
  }
}

/** Queries at once; each reads one document at most. */
const ASKED_AT_ONCE = 8;

/**
 * Whether the service's collections hold a document that no run has made. Each is asked for the first
 * document before, between and after the ranges in which those of runs lie.
 */
async function requireNoForeignData(
  project: StagingProject,
  store: Store,
  signal: AbortSignal,
): Promise<void> {
  const queries = READ_BACK_COLLECTIONS.flatMap((name) =>
    gaps(rangesOfAllRuns(name)).map((gap) => firstIn(name, gap)),
  );
  await inParallel(queries, ASKED_AT_ONCE, async (query) => {
    signal.throwIfAborted();
    const [found] = await asRefusals(project, () => store.query(query));
    if (found === undefined || isOfSomeRun(found.path)) return;
    throw refused(
      `--project ${project.projectId}: it holds data that no run has made, such as ${found.path}`,
      OWN_PROJECT,
    );
  });
}

type Gap = Partial<PathRange>;

/** All paths that lie in none of the ranges, which are in order. */
function gaps(ranges: readonly PathRange[]): readonly Gap[] {
  const starts = [undefined, ...ranges.map(({ to }) => to)];
  return starts.map((from, index) => {
    const to = ranges[index]?.from;
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  });
}

function firstIn(name: string, { from, to }: Gap): Query {
  return {
    from: { kind: "collection-group", name },
    where: [
      ...(from === undefined ? [] : [{ field: "__name__", operator: ">=", value: from } as const]),
      ...(to === undefined ? [] : [{ field: "__name__", operator: "<", value: to } as const]),
    ],
    orderBy: [{ field: "__name__", direction: "asc" }],
    limit: 1,
  };
}

async function requireNoForeignAccounts(
  accounts: AccountClient,
  signal: AbortSignal,
): Promise<void> {
  for await (const page of accounts.pages(signal)) {
    const foreign = page.find((uid) => !isOfSomeRun(uid));
    if (foreign === undefined) continue;
    throw refused(
      `--project ${accounts.projectId}: it has users that no run has made, such as ${foreign}`,
      OWN_PROJECT,
    );
  }
}

/** What the database refused, as an error that says what to do. */
export async function asRefusals<T>(project: StagingProject, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw refusalOf(project, error);
  }
}

function refusalOf(project: StagingProject, error: StoreError): Error {
  if (error.code === "PERMISSION_DENIED") {
    return missingRole(project, Object.assign(error, { api: "firestore" as const }));
  }
  if (error.code === "UNAUTHENTICATED") return refusedCredentials(error);
  if (!isRetryable(error.code)) return error;
  const { host } = project.endpoints.firestore;
  return refused(
    `--project ${project.projectId}: Firestore does not answer at ${host}: ${error.message}`,
    "Is the network up? Nothing was written.",
  );
}

function refused(message: string, hint: string): UserError {
  return new UserError("E_STAGING_REFUSED", message, hint);
}
