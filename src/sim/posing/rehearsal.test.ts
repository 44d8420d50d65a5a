import { MetricServiceClient } from "@google-cloud/monitoring";
import { Firestore } from "@google-cloud/firestore";
import { expect, it, onTestFinished } from "vitest";
import { createRealClock } from "../clock/real-clock.ts";
import { userPath } from "../../system/schema/user.ts";
import { callApi } from "../staging/api-client.ts";
import { channelCredentials } from "../staging/channel-credentials.ts";
import type { StagingProject } from "../staging/project.ts";
import { PROJECT, rehearse } from "./rehearsal.fixture.ts";
import { signIn } from "./sign-in.fixture.ts";

const DATABASE = `/v1/projects/${PROJECT}/databases/(default)`;
interface Answered {
  readonly status: number;
  readonly content: Record<string, unknown> & { readonly error?: { readonly message: string } };
}

/** A call as somebody with nothing but an HTTP client makes it. */
async function ask(
  { endpoints }: StagingProject,
  path: string,
  options: { readonly token?: string; readonly body?: object; readonly method?: string } = {},
): Promise<Answered> {
  const { token, body } = options;
  const response = await fetch(`http://${endpoints.firestore.host}${path}`, {
    method: options.method ?? (body === undefined ? "GET" : "POST"),
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, content: (await response.json()) as Answered["content"] };
}

const control = (staging: StagingProject, path: string, body: object, method = "POST") =>
  ask(staging, `/plimsoll/rehearsal/${path}`, { body, method });

it("serves Google's own Firestore client, which finds its way by the two files", async () => {
  const { firestore, rehearsal } = await rehearse();
  const document = firestore.doc("tenants/acme");
  await document.create({ name: "Acme" });
  await firestore.runTransaction(async (transaction) => {
    const { name } = (await transaction.get(document)).data() ?? {};
    transaction.update(document, { name: `${String(name)} & Co` });
  });
  expect((await document.get()).data()).toEqual({ name: "Acme & Co" });
  expect((await firestore.collection("tenants").count().get()).data().count).toBe(1);
  await expect(document.create({})).rejects.toThrow(/ALREADY_EXISTS/);
  const limits = await fetch(`http://127.0.0.1:${rehearsal.gateway.port}/plimsoll/v1/limits`);
  expect(await limits.json()).toMatchObject({ mode: "on", attempts: { commit: 3 } });
});

it("asks everybody for a token, and takes none but its own", async () => {
  const { staging } = await rehearse();
  const path = `${DATABASE}/documents/tenants/acme`;
  const signIn401 = /^Request had invalid authentication credentials\. Expected OAuth 2/;
  expect(await ask(staging, path)).toMatchObject({
    status: 403,
    content: { error: { message: "Missing or insufficient permissions." } },
  });
  for (const token of ["owner", "ya29.made-up"]) {
    const { status, content } = await ask(staging, path, { token });
    expect(status).toBe(401);
    expect(content.error?.message).toMatch(signIn401);
  }
  const unsigned = `${btoa('{"alg":"none"}')}.${btoa(`{"sub":"ada","aud":"${PROJECT}"}`)}.`;
  const { status, content } = await ask(staging, path, { token: unsigned.replaceAll("=", "") });
  expect({ status, message: content.error?.message }).toEqual({
    status: 401,
    message: "Missing or invalid authentication.",
  });
  expect(await ask(staging, DATABASE)).toMatchObject({ status: 401 });
});

it("is one project: another one's name is refused everywhere", async () => {
  const { staging } = await rehearse();
  const token = await staging.tokens.accessToken();
  const other = "demo-another";
  for (const path of [
    `/v1/projects/${other}/databases/(default)/documents/tenants/acme`,
    `/v1/projects/${other}/databases/(default)`,
    `/v1/projects/${other}/releases/cloud.firestore`,
    `/v3/projects/${other}`,
  ]) {
    const { status, content } = await ask(staging, path, { token });
    expect({ path, status }).toEqual({ path, status: 403 });
    expect(content.error?.message).toContain(other);
  }
  expect(
    await ask(staging, `/v1/projects/${PROJECT}/databases/other/documents/a/b`, { token }),
  ).toMatchObject({ status: 404 });
});

it.each([
  ["datastore.user", `${DATABASE}/documents/tenants/acme`, /^Missing or insufficient perm/],
  ["datastore.user,datastore.indexAdmin", `${DATABASE}/collectionGroups/-/indexes`, /^Missing or/],
  ["firebaserules.viewer", `/v1/projects/${PROJECT}/releases/cloud.firestore`, /^The caller does/],
  ["firebaseauth.admin", `/v1/projects/${PROJECT}/accounts:batchGet`, /^The caller does not have/],
])("refuses the account that lacks %s", async (withoutRoles, path, message) => {
  const { staging } = await rehearse({ withoutRoles });
  const token = await staging.tokens.accessToken();
  const { status, content } = await ask(staging, path, { token });
  expect(status).toBe(403);
  expect(content.error?.message).toMatch(message);
  await control(staging, "roles", {
    roles: withoutRoles.split(",").map((role) => `roles/${role}`),
  });
  // It is not there, or it is: either way the account may ask.
  expect((await ask(staging, path, { token })).status).not.toBe(403);
});

it.each([
  ["firestore", `${DATABASE}/documents/tenants/acme`, "Cloud Firestore API has not been used in"],
  ["firebaserules", `/v1/projects/${PROJECT}/releases/cloud.firestore`, "Firebase Rules API has"],
])("says that %s is not enabled", async (withoutApis, path, message) => {
  const { staging } = await rehearse({ withoutApis });
  const token = await staging.tokens.accessToken();
  const { status, content } = await ask(staging, path, { token });
  expect({ status, message: content.error?.message }).toEqual({
    status: 403,
    message: expect.stringContaining(message),
  });
});

it("says what is deployed: database, indexes, overrides, rules", async () => {
  const { staging } = await rehearse(
    {},
    {
      "firestore.rules": "rules_version = '2';",
      "firestore.indexes.json": JSON.stringify({
        indexes: [
          {
            collectionGroup: "trades",
            queryScope: "COLLECTION",
            fields: [
              { fieldPath: "side", order: "ASCENDING" },
              { fieldPath: "at", order: "DESCENDING" },
            ],
          },
        ],
        fieldOverrides: [{ collectionGroup: "trades", fieldPath: "note", indexes: [] }],
      }),
    },
  );
  const clock = createRealClock();
  const get = (api: "firestoreAdmin" | "rules", path: string) =>
    callApi(clock, staging, { api, method: "GET", path });
  expect(await get("firestoreAdmin", DATABASE)).toMatchObject({
    name: DATABASE.slice("/v1/".length),
    type: "FIRESTORE_NATIVE",
  });
  expect(await get("firestoreAdmin", `${DATABASE}/collectionGroups/-/indexes`)).toMatchObject({
    indexes: [
      {
        state: "READY",
        fields: [
          { fieldPath: "side", order: "ASCENDING" },
          { fieldPath: "at", order: "DESCENDING" },
          { fieldPath: "__name__", order: "DESCENDING" },
        ],
      },
    ],
  });
  expect(await get("firestoreAdmin", `${DATABASE}/collectionGroups/-/fields`)).toMatchObject({
    fields: [
      { name: expect.stringContaining("/collectionGroups/__default__/fields/*") },
      { name: expect.stringContaining("/trades/fields/note"), indexConfig: { indexes: [] } },
    ],
  });
  const release = await get("rules", `/v1/projects/${PROJECT}/releases/cloud.firestore`);
  const { rulesetName } = release as { readonly rulesetName: string };
  expect(await get("rules", `/v1/${rulesetName}`)).toMatchObject({
    source: { files: [{ content: "rules_version = '2';" }] },
  });
});

it("keeps users, and lets them sign in and at nothing but what is theirs", async () => {
  const { staging, firestore } = await rehearse();
  const token = await staging.tokens.accessToken();
  const accounts = `/v1/projects/${PROJECT}/accounts`;
  const made = { localId: "ada", email: "ada@example.com" };
  const claims = JSON.stringify({ tenant_id: "acme" });
  expect((await ask(staging, accounts, { token, body: made })).status).toBe(200);
  expect(await ask(staging, accounts, { token, body: made })).toMatchObject({
    status: 400,
    content: { error: { message: "DUPLICATE_LOCAL_ID" } },
  });
  const update = { localId: "ada", customAttributes: claims };
  await ask(staging, `${accounts}:update`, { token, body: update });
  expect(
    await ask(staging, `${accounts}:lookup`, { token, body: { localId: ["ada", "bob"] } }),
  ).toMatchObject({ content: { users: [{ localId: "ada", customAttributes: claims }] } });

  const batch = firestore.batch();
  for (const path of [userPath("ada"), userPath("bob"), "tenants/acme", "tenants/other"]) {
    batch.create(firestore.doc(path), { name: path });
  }
  await batch.commit();
  const idToken = await signIn(staging, "ada");
  const read = (path: string) =>
    ask(staging, `${DATABASE}/documents/${path}`, { token: idToken }).then(({ status }) => status);
  expect(await read(userPath("ada"))).toBe(200);
  expect(await read("tenants/acme")).toBe(200);
  expect(await read(userPath("bob"))).toBe(403);
  expect(await read("tenants/other")).toBe(403);
  expect(
    await ask(staging, `${DATABASE}/documents:runQuery`, {
      token: idToken,
      body: { structuredQuery: { from: [{ collectionId: "users", allDescendants: true }] } },
    }),
  ).toMatchObject({ status: 403 });

  const gone = { localIds: ["ada", "nobody"], force: true };
  expect(await ask(staging, `${accounts}:batchDelete`, { token, body: gone })).toMatchObject({
    status: 200,
    content: {},
  });
  const none = await ask(staging, `${accounts}:lookup`, { token, body: { localId: ["ada"] } });
  expect(none.content).not.toHaveProperty("users");
});

it("tells a user's listener of changes, and ends one that asks for too much", async () => {
  const { staging, firestore } = await rehearse();
  const idToken = await signIn(staging, "ada", { tenant_id: "acme" });
  const asUser = new Firestore({
    projectId: PROJECT,
    host: staging.endpoints.firestore.host,
    ssl: false,
    customHeaders: { Authorization: `Bearer ${idToken}` },
  });
  onTestFinished(() => asUser.terminate());
  const heard: number[] = [];
  const trades = (uid: string) => `${userPath(uid)}/trades`;
  const { promise: refused, resolve } = Promise.withResolvers<Error>();
  const stop = asUser.collection(trades("ada")).onSnapshot(({ size }) => heard.push(size));
  onTestFinished(stop);
  await expect.poll(() => heard).toEqual([0]);
  await firestore.collection(trades("ada")).add({ n: 1 });
  await expect.poll(() => heard).toEqual([0, 1]);
  asUser.collection(trades("bob")).onSnapshot(() => undefined, resolve);
  expect((await refused).message).toContain("Missing or insufficient permissions.");
});

it("signs nobody in by a token of their own making, and signs up a hundred an hour", async () => {
  const { staging } = await rehearse();
  const key = `?key=${staging.webApiKey}`;
  const forged = await ask(staging, `/v1/accounts:signInWithCustomToken${key}`, {
    body: { token: "a.b.c" },
  });
  expect(forged.content.error?.message).toMatch(/^INVALID_CUSTOM_TOKEN : /);
  const keyless = await ask(staging, "/v1/accounts:signUp?key=wrong", { body: {} });
  expect(keyless).toMatchObject({ status: 400 });
  for (let count = 0; count <= 100; count += 1) {
    const body = { email: `user${count}@example.com`, password: "secret123" };
    const { content } = await ask(staging, `/v1/accounts:signUp${key}`, { body });
    const refusal = count < 100 ? undefined : "TOO_MANY_ATTEMPTS_TRY_LATER";
    expect({ count, refusal: content.error?.message }).toEqual({ count, refusal });
  }
});

it("has go wrong what is asked for, and then goes on", async () => {
  const { staging, rehearsal } = await rehearse();
  const token = await staging.tokens.accessToken();
  const read = async (): Promise<number> => {
    const path = `${DATABASE}/documents/tenants/acme`;
    return (await ask(staging, path, { token }).catch(() => ({ status: 0 }))).status;
  };
  await control(staging, "faults", { method: "GetDocument", kind: "unavailable", after: 1 });
  await control(staging, "faults", { kind: "drop", after: 2 });
  expect([await read(), await read(), await read(), await read()]).toEqual([404, 503, 0, 404]);
  await control(staging, "expire-tokens", {});
  expect(await read()).toBe(401);
  await control(staging, "tokens", { refuse: true });
  const { project, apis } = rehearsal;
  const exchange = async (subject: string): Promise<number> => {
    const grant = "urn:ietf:params:oauth:grant-type:token-exchange";
    const body = new URLSearchParams({ grant_type: grant, subject_token: subject });
    return (await fetch(`http://${apis}/v1/token`, { method: "POST", body })).status;
  };
  expect(await exchange(project.subjectToken)).toBe(503);
  await control(staging, "faults", {}, "DELETE");
  expect(await exchange(project.subjectToken)).toBe(200);
  expect(await exchange("another project's")).toBe(400);
});

it("counts what was done, and shows it to Monitoring's viewers when it is due", async () => {
  const { staging, firestore, rehearsal } = await rehearse({
    sampleSeconds: "0.2",
    ingestSeconds: "0.2",
  });
  const batch = firestore.batch();
  batch.create(firestore.doc("tenants/one"), {});
  batch.set(firestore.doc("tenants/two"), {});
  batch.delete(firestore.doc("tenants/three"));
  await batch.commit();
  const bulk = firestore.bulkWriter({ throttling: false });
  const refused = bulk.create(firestore.doc("tenants/one"), {}).catch(() => "refused");
  await Promise.all([bulk.create(firestore.doc("tenants/four"), {}), bulk.close()]);
  expect(await refused).toBe("refused");
  await firestore.collection("tenants").get();
  await firestore.doc("tenants/one").get();
  const host = rehearsal.monitoring.split(":");
  const client = new MetricServiceClient({
    apiEndpoint: host[0] ?? "",
    port: Number(host[1]),
    sslCreds: channelCredentials(staging, "monitoring"),
  });
  const clock = createRealClock();
  const count = async (metric: string): Promise<number> => {
    const nowSeconds = clock.wallMs() / 1000;
    const [series] = await client.listTimeSeries({
      name: `projects/${PROJECT}`,
      filter: `metric.type="firestore.googleapis.com/document/${metric}"`,
      interval: {
        startTime: { seconds: Math.floor(nowSeconds) - 60 },
        endTime: { seconds: Math.ceil(nowSeconds) },
      },
    });
    const points = series.flatMap((one) => one.points ?? []);
    return points.reduce((sum, { value }) => sum + Number(value?.int64Value ?? 0), 0);
  };
  await expect.poll(() => count("read_ops_count"), { timeout: 10_000 }).toBe(4);
  expect(await count("write_ops_count")).toBe(3);
  expect(await count("delete_ops_count")).toBe(1);
  await control(staging, "roles", { roles: ["roles/datastore.user"] });
  await expect(count("write_ops_count")).rejects.toThrow(/monitoring\.timeSeries\.list denied/);
  await client.close();
});
