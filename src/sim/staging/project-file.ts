import { z } from "zod";
import { UserError } from "../cli/errors.ts";
import type { Machine } from "../targets/machine.ts";
import { applicationDefaultTokens, type AccessTokens } from "./access-tokens.ts";
import {
  GOOGLE_ENDPOINTS,
  isGoogleHost,
  isLoopback,
  STAGING_APIS,
  type Endpoint,
  type StagingProject,
} from "./project.ts";

const endpoint = z
  .strictObject({
    host: z
      .string()
      .regex(/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i, "is not a host, or host:port"),
    tls: z.boolean().default(true),
  })
  .refine(({ host, tls }) => tls || isLoopback({ host }), {
    path: ["tls"],
    message: "may be false for a host of this machine only: tokens would travel in the clear",
  });

/** https://cloud.google.com/resource-manager/docs/creating-managing-projects */
const PROJECT_ID = /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/;

/** Where a project is, as a file says it. Nothing in it is a secret. */
const projectFileSchema = z.strictObject({
  format: z.literal("plimsoll-project/1"),
  project: z.string().regex(PROJECT_ID, "is not a project ID"),
  database: z.string().min(1).default("(default)"),
  /** Project settings in the Firebase console; it only says which project a client means. */
  webApiKey: z.string().min(1).optional(),
  /** E-mail of the service account that signs custom tokens. */
  serviceAccount: z.email().optional(),
  /** Hosts of its own; Google's where it names none. */
  endpoints: z.partialRecord(z.enum(STAGING_APIS), endpoint).default({}),
});

interface ProjectChoice {
  /** --project. */
  readonly projectId: string;
  /** --project-file; null: a project of Google's, without clients. */
  readonly file: string | null;
}

/**
 * The project that was named. Throws E_PROJECT_FILE when the file is not one, or is another
 * project's: --project and the file must agree, so that neither alone decides where load goes.
 */
export async function openProject(
  { projectId, file }: ProjectChoice,
  machine: Pick<Machine, "readText">,
  tokens: AccessTokens = applicationDefaultTokens(),
): Promise<StagingProject> {
  if (!PROJECT_ID.test(projectId)) {
    throw new UserError(
      "E_STAGING_REFUSED",
      `--project: ${JSON.stringify(projectId)} is not a project ID: 6 to 30 small letters, digits and hyphens`,
      "Name the project by its ID, as `gcloud projects list` shows it.",
    );
  }
  const found = file === null ? googleProject(projectId) : await readProjectFile(file, machine);
  if (found.project !== projectId) {
    throw bad(file ?? "", `project: is "${found.project}", and --project is "${projectId}"`);
  }
  const endpoints: Record<string, Endpoint> = { ...GOOGLE_ENDPOINTS };
  for (const api of STAGING_APIS) endpoints[api] = found.endpoints[api] ?? GOOGLE_ENDPOINTS[api];
  return {
    projectId,
    databaseId: found.database,
    endpoints: endpoints as StagingProject["endpoints"],
    webApiKey: found.webApiKey ?? null,
    serviceAccount: found.serviceAccount ?? null,
    tokens,
    isGoogle: Object.values(endpoints).every(isGoogleHost),
  };
}

type ReadProject = z.output<typeof projectFileSchema>;

function googleProject(project: string): ReadProject {
  return projectFileSchema.parse({ format: "plimsoll-project/1", project });
}

async function readProjectFile(
  file: string,
  machine: Pick<Machine, "readText">,
): Promise<ReadProject> {
  let content: unknown;
  try {
    content = JSON.parse(await machine.readText(file));
  } catch (error) {
    throw bad(file, error instanceof Error ? error.message : String(error), error);
  }
  const parsed = projectFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? "" : `${path.join(".")}: `}${message}`,
  );
  throw bad(file, faults.join("; "));
}

function bad(file: string, fault: string, cause?: unknown): UserError {
  return new UserError(
    "E_PROJECT_FILE",
    `--project-file: ${file}: ${fault}`,
    'A project file is JSON such as {"format": "plimsoll-project/1", "project": "my-staging", "webApiKey": "AIza…"}',
    { cause },
  );
}
