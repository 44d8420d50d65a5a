import type { AccessTokens } from "./access-tokens.ts";
import { STAGING_APIS, type Endpoint, type StagingProject } from "./project.ts";

/** A project all of whose APIs are served at a port of this machine. */
export function testProject(port: number, tokens: Partial<AccessTokens> = {}): StagingProject {
  const endpoint: Endpoint = { host: `127.0.0.1:${port}`, tls: false };
  return {
    projectId: "test-staging",
    databaseId: "(default)",
    endpoints: Object.fromEntries(
      STAGING_APIS.map((api) => [api, endpoint]),
    ) as StagingProject["endpoints"],
    webApiKey: "web-key",
    serviceAccount: "signer@test-staging.iam.gserviceaccount.com",
    tokens: {
      accessToken: () => Promise.resolve("test-token"),
      quotaProject: () => Promise.resolve(undefined),
      ...tokens,
    } as AccessTokens,
    isGoogle: false,
  };
}
