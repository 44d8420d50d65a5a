import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { processClock } from "../../system/store/process-clock.ts";
import { callApi } from "./api-client.ts";
import type { StagingApi } from "./project.ts";
import { testProject } from "./project.fixture.ts";

let server: Server;
let answer: { status: number; body: unknown };
let asked: { url: string | undefined; authorization: string | undefined }[];

beforeEach(async () => {
  asked = [];
  server = createServer((request, response) => {
    asked.push({ url: request.url, authorization: request.headers.authorization });
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(() => new Promise((resolve) => server.close(resolve)));

const call = (api: StagingApi, as: "us" | "web-key" = "us") =>
  callApi(processClock, testProject((server.address() as AddressInfo).port), {
    api,
    method: "POST",
    path: "/v1/x?key=web",
    body: {},
    as,
  });

const fault = (status: number, details: unknown = []) => ({
  status,
  body: { error: { code: status, message: "no", status: "X", details } },
});

describe("callApi", () => {
  it("sends a token, and gives back the answer", async () => {
    answer = { status: 200, body: { ok: true } };
    expect(await call("rules")).toEqual({ ok: true });
    expect(asked).toEqual([{ url: "/v1/x?key=web", authorization: "Bearer test-token" }]);
  });

  it("sends no token as a client's app", async () => {
    answer = { status: 200, body: {} };
    await call("identityToolkit", "web-key");
    expect(asked[0]?.authorization).toBeUndefined();
  });

  it.each([
    ["firestoreAdmin", "roles/datastore.viewer"],
    ["identityToolkit", "roles/firebaseauth.admin"],
    ["rules", "roles/firebaserules.viewer"],
  ] as const)("names the role that is missing for %s", async (api, role) => {
    answer = fault(403);
    await expect(call(api)).rejects.toMatchObject({
      code: "E_STAGING_ROLE",
      message: expect.stringContaining("googleapis.com"),
      hint: expect.stringContaining(role),
    });
  });

  it("says how to enable an API that is not", async () => {
    answer = fault(403, [{ reason: "SERVICE_DISABLED" }]);
    await expect(call("rules")).rejects.toMatchObject({
      code: "E_STAGING_ROLE",
      hint: expect.stringContaining("gcloud services enable firebaserules.googleapis.com"),
    });
  });

  it("says what to do about credentials that are refused, and shows no token", async () => {
    answer = fault(401);
    const error = await call("rules").catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "E_NO_CREDENTIALS" });
    expect(JSON.stringify(error) + String(error)).not.toContain("test-token");
  });

  it("hands over other refusals as they came", async () => {
    answer = fault(404);
    await expect(call("rules")).rejects.toMatchObject({
      name: "ApiError",
      status: 404,
      reason: "X",
    });
  });

  it("says so when nobody answers", async () => {
    answer = { status: 200, body: {} };
    const project = testProject(1);
    await expect(
      callApi(processClock, project, { api: "rules", method: "GET", path: "/" }),
    ).rejects.toMatchObject({ name: "ApiError", status: 0 });
  });
});
