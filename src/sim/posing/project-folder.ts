import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TOKEN_PATH } from "./apis/token-endpoint.ts";
import type { PosingProject } from "./posing-project.ts";

/** Only this user's to read, as gcloud writes credentials. */
const PRIVATE = 0o600;

export interface ProjectFolder {
  /** For --project-file. */
  readonly projectFile: string;
  /** For --config: the allow-list that names the project. */
  readonly configFile: string;
  /** For GOOGLE_APPLICATION_CREDENTIALS. */
  readonly credentialsFile: string;
}

/**
 * Writes the files by which a staging run finds the project: where its APIs are, an allow-list that
 * names it, and credentials that Google's auth library takes as Application Default Credentials. They
 * are of the kind external_account (https://google.aip.dev/auth/4117), the only one whose file may name
 * its own token server; a service account's key file cannot (google-auth-library 11 ignores its
 * token_uri).
 */
export async function writeProjectFolder(
  folder: string,
  project: PosingProject,
  hosts: { readonly apis: string; readonly monitoring: string },
): Promise<ProjectFolder> {
  await mkdir(folder, { recursive: true });
  const projectFile = resolve(join(folder, "project.json"));
  const configFile = resolve(join(folder, "config.json"));
  const credentialsFile = resolve(join(folder, "credentials.json"));
  const subjectFile = resolve(join(folder, "subject-token"));
  const { projectNumber, subjectToken } = project;
  await writeFile(subjectFile, subjectToken, { mode: PRIVATE });
  await writeJson(credentialsFile, {
    type: "external_account",
    audience: `//iam.googleapis.com/projects/${projectNumber}/locations/global/workloadIdentityPools/plimsoll/providers/rehearsal`,
    subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
    token_url: `http://${hosts.apis}${TOKEN_PATH}`,
    cloud_resource_manager_url: `http://${hosts.apis}/v1/projects/`,
    credential_source: { file: subjectFile },
  });
  await writeJson(projectFile, projectFileOf(project, hosts));
  await writeJson(configFile, { stagingProjects: [project.projectId] });
  return { projectFile, configFile, credentialsFile };
}

function projectFileOf(
  { projectId, webApiKey, serviceAccount }: PosingProject,
  hosts: { readonly apis: string; readonly monitoring: string },
): object {
  const apis = { host: hosts.apis, tls: false };
  return {
    format: "plimsoll-project/1",
    project: projectId,
    webApiKey,
    serviceAccount,
    endpoints: {
      firestore: apis,
      firestoreAdmin: apis,
      rules: apis,
      identityToolkit: apis,
      monitoring: { host: hosts.monitoring, tls: false },
      resourceManager: apis,
      iamCredentials: apis,
    },
  };
}

function writeJson(file: string, content: object): Promise<void> {
  return writeFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: PRIVATE });
}
