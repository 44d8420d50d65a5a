import { createVerify, generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import type { Clock } from "../../std/clock.ts";
import { createRealClock } from "../clock/real-clock.ts";
import { rehearse } from "../posing/rehearsal.fixture.ts";
import { AccountClient } from "./accounts.ts";
import { IdTokens } from "./id-tokens.ts";
import type { StagingProject } from "./project.ts";

const UID = "plimsoll-run001-A";

const partOf = (token: string, index: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString()) as Record<
    string,
    unknown
  >;

async function signedUp(project: StagingProject): Promise<void> {
  await new AccountClient(createRealClock(), project).import([
    { uid: UID, email: "a@example.com", emailVerified: true, tenantId: "tenant_a" },
  ]);
}

it("gets a user's token through the service account, with the claims of the account", async () => {
  const { staging } = await rehearse();
  await signedUp(staging);
  const tokens = new IdTokens(createRealClock(), staging);
  await tokens.signIn([UID], new AbortController().signal, () => undefined);
  const token = await tokens.tokenOf({ uid: UID });
  expect(partOf(token, 1)).toMatchObject({
    sub: UID,
    aud: staging.projectId,
    email: "a@example.com",
    email_verified: true,
    tenant_id: "tenant_a",
  });
  // Kept: asked for once.
  expect(await tokens.tokenOf({ uid: UID })).toBe(token);
});

it("renews a token before it runs out, and makes nobody wait for that", async () => {
  const { staging } = await rehearse();
  await signedUp(staging);
  const real = createRealClock();
  let nowMs = 0;
  const clock: Clock = {
    wallMs: () => real.wallMs(),
    sleep: (durationMs, signal) => real.sleep(durationMs, signal),
    // What counts is how old a token is.
    monotonicMs: () => nowMs,
  };
  const tokens = new IdTokens(clock, staging);
  const first = await tokens.tokenOf({ uid: UID });
  nowMs = 3_200_000;
  expect(await tokens.tokenOf({ uid: UID })).toBe(first);
  nowMs = 3_400_000;
  expect(await tokens.tokenOf({ uid: UID })).toBe(first);
  nowMs = 3_700_000;
  const second = await tokens.tokenOf({ uid: UID });
  expect(partOf(second, 1)["sub"]).toBe(UID);
});

it("says what is missing in the project file", async () => {
  const { staging } = await rehearse();
  const without = { ...staging, webApiKey: null };
  const ask = (project: StagingProject) =>
    new IdTokens(createRealClock(), project).tokenOf({ uid: UID });
  await expect(ask(without)).rejects.toThrow("webApiKey is missing");
  await expect(ask({ ...staging, serviceAccount: null })).rejects.toThrow(
    "serviceAccount is missing",
  );
});

it("names the role that signs", async () => {
  const { staging } = await rehearse({ withoutRoles: "iam.serviceAccountTokenCreator" });
  await expect(
    new IdTokens(createRealClock(), staging).tokenOf({ uid: UID }),
  ).rejects.toMatchObject({
    code: "E_STAGING_ROLE",
    hint: expect.stringContaining("roles/iam.serviceAccountTokenCreator"),
  });
});

it("signs by its own key where the credentials have one", async () => {
  const { staging } = await rehearse();
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const email = "own@test.iam.gserviceaccount.com";
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const auth = {
    getCredentials: () => Promise.resolve({ client_email: email, private_key: key }),
  };
  const sent: string[] = [];
  const project = {
    ...staging,
    serviceAccount: null,
    tokens: { ...staging.tokens, auth } as unknown as StagingProject["tokens"],
  };
  const original = globalThis.fetch;
  globalThis.fetch = (_, init) => {
    sent.push(init?.body as string);
    return Promise.resolve(Response.json({ idToken: "id", expiresIn: "3600" }));
  };
  try {
    expect(await new IdTokens(createRealClock(), project).tokenOf({ uid: UID })).toBe("id");
  } finally {
    globalThis.fetch = original;
  }
  expect(sent).toHaveLength(1);
  const { token } = JSON.parse(sent[0] ?? "{}") as { token: string };
  const [header, claims, signature = ""] = token.split(".");
  expect(partOf(token, 0)).toMatchObject({ alg: "RS256" });
  expect(partOf(token, 1)).toMatchObject({ iss: email, sub: email, uid: UID });
  const isSigned = createVerify("RSA-SHA256")
    .update(`${header}.${claims}`)
    .verify(publicKey, signature, "base64url");
  expect(isSigned).toBe(true);
});
