import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { createRng } from "../../../std/rng.ts";
import type { Decision } from "../../admission/admission.ts";
import { FixtureAdmission } from "../admission.fixture.ts";
import { startGateway } from "../front.ts";
import type { Gateway } from "../front.ts";
import { EMULATOR_MESSAGE_BYTES_MAX, createFirestorePolicy } from "../policy/firestore-policy.ts";
import { RealTestClock } from "../real-test-clock.fixture.ts";
import { createRelayBackend } from "./relay-backend.ts";

/** REST through the relay: what is decided over, what passes, and what a browser needs to see. */
const [host = "", port = ""] = inject("firestoreEndpoint").split(":");
const DOCUMENTS = "projects/demo-http1-relay/databases/(default)/documents";
const OWNER = { authorization: "Bearer owner" };
const ORIGIN = "http://browser.test";

const admission = new FixtureAdmission(decideByPath);
const clock = new RealTestClock();
let gateway: Gateway;
beforeAll(async () => {
  gateway = await open(Number(port));
});
afterAll(() => gateway.close());

function open(upstreamPort: number): Promise<Gateway> {
  const policy = createFirestorePolicy({
    onFault: fail,
    clock,
    rng: createRng(1),
    admission,
    serverMessageBytesMax: EMULATOR_MESSAGE_BYTES_MAX,
  });
  const backend = createRelayBackend({
    onFault: fail,
    clock,
    endpoint: { host, port: upstreamPort },
    description: "emulator",
    policy,
    events: { called: () => undefined, answered: () => undefined },
  });
  return startGateway({ clock, host: "127.0.0.1", port: 0, backend, handleOwn: () => false });
}

function decideByPath(path: string): Decision {
  if (!path.includes("never")) return { kind: "admit", delayMs: path.includes("slow") ? 20 : 0 };
  const refusal = {
    limit: "fixture",
    subject: path,
    subjectKind: "document",
    explanation: "The fixture says so.",
    passesAtMs: null,
  } as const;
  return { kind: "refuse", delayMs: 0, code: "ABORTED", message: "Refused.", refusal };
}

const url = (path: string): string => `http://127.0.0.1:${gateway.port}/v1/${DOCUMENTS}${path}`;

const write = (name: string, fields: object = {}) => ({
  update: { name: `${DOCUMENTS}/${name}`, fields },
});

async function post(path: string, body: unknown, headers: object = OWNER) {
  const answer = await fetch(url(path), {
    method: "POST",
    headers: { ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, json: await answer.json() };
}

const ABORTED = { error: { code: 409, message: "Refused.", status: "ABORTED" } };

describe("REST", () => {
  test("what is let through is the emulator's to answer, late where it must wait", async () => {
    expect(await post(":commit", { writes: [write("c/slow-a")] })).toMatchObject({ status: 200 });
    const got = await fetch(url("/c/slow-a"), { headers: OWNER });
    expect(await got.json()).toMatchObject({ name: `${DOCUMENTS}/c/slow-a` });
  });

  test("a refused commit: production's code, words and form, and our reason beside them", async () => {
    const { status, headers, json } = await post(
      ":commit",
      { writes: [write("c/never")] },
      { ...OWNER, origin: ORIGIN },
    );
    expect({ status, json }).toEqual({ status: 409, json: ABORTED });
    expect(headers.get("access-control-allow-origin")).toBe(ORIGIN);
    expect(headers.get("x-plimsoll-explanation")).toBe("The fixture says so.");
    expect((await fetch(url("/c/never"), { headers: OWNER })).status).toBe(409);
  });

  test.each([
    ["a document created", "POST", "/c?documentId=never", { fields: {} }],
    ["a document changed", "PATCH", "/c/never", { fields: {} }],
    ["a document deleted", "DELETE", "/c/never", undefined],
    ["a document read", "GET", "/c/never", undefined],
    ["documents listed", "GET", "/never", undefined],
  ])("%s", async (_what, method, path, body) => {
    const answer = await fetch(url(path), {
      method,
      headers: OWNER,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(await answer.json()).toEqual(ABORTED);
  });

  test("errors of streaming methods come in a list", async () => {
    const structuredQuery = { from: [{ collectionId: "never" }] };
    expect((await post(":runQuery", { structuredQuery })).json).toEqual([ABORTED]);
  });

  test("some writes of a batch: each has its own status", async () => {
    const { json } = await post(":batchWrite", {
      writes: [write("c/b1"), write("c/never"), write("c/b2")],
    });
    expect(json).toEqual({
      writeResults: [{ updateTime: expect.any(String) }, {}, { updateTime: expect.any(String) }],
      status: [{}, { code: 10, message: "Refused." }, {}],
    });
    expect((await fetch(url("/c/b2"), { headers: OWNER })).status).toBe(200);
  });

  test("what cannot be read, and what is no method, is the emulator's to refuse", async () => {
    const direct = async (path: string, body: string): Promise<number> =>
      (
        await fetch(`http://${host}:${port}/v1/${DOCUMENTS}${path}`, {
          method: "POST",
          headers: OWNER,
          body,
        })
      ).status;
    for (const [path, body] of [
      [":commit", "{"],
      [":commit", '{"writes": [{"update": {"name": "nonsense"}}]}'],
      [":nonsense", "{}"],
    ] as const) {
      const answer = await fetch(url(path), { method: "POST", headers: OWNER, body });
      expect(answer.status).toBe(await direct(path, body));
    }
  });

  test("too large for production, and too large for the emulator", async () => {
    const large = (bytes: number) => ({
      writes: [write("c/large", { s: { stringValue: "x".repeat(bytes) } })],
    });
    expect((await post(":commit", large(11_000_000))).json).toEqual({
      error: {
        code: 400,
        message: "Request payload size exceeds the limit: 10485760 bytes.",
        status: "INVALID_ARGUMENT",
      },
    });
    // The connections that those came on are of use again.
    for (let turn = 0; turn < 5; turn += 1) {
      expect((await fetch(url("/c/slow-a"), { headers: OWNER })).status).toBe(200);
    }
    const { status, json } = await post(":commit", large(5_000_000));
    expect(status).toBe(501);
    expect(json).toMatchObject({ error: { status: "UNIMPLEMENTED" } });
    expect(JSON.stringify(json)).toContain("--backend embedded");
  });

  test("the emulator's own paths pass, and so do a browser's questions", async () => {
    const base = `http://127.0.0.1:${gateway.port}`;
    expect((await fetch(base)).status).toBe(200);
    const before = {
      method: "OPTIONS",
      headers: { origin: ORIGIN, "access-control-request-method": "POST" },
    };
    const options = await fetch(url(":commit"), before);
    expect(options.status).toBe(200);
    expect(options.headers.get("access-control-allow-origin")).toBe(ORIGIN);
    const clear = `${base}/emulator/v1/${DOCUMENTS}`;
    expect((await fetch(clear, { method: "DELETE" })).status).toBe(200);
  });

  test("without a server behind: UNAVAILABLE, in JSON", async () => {
    const orphan = await open(1);
    const answer = await fetch(`http://127.0.0.1:${orphan.port}/v1/${DOCUMENTS}/c/a`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { status: "UNAVAILABLE" } });
    await orphan.close();
  });
});

/** A fault of ours must show. */
function fail(error: unknown): never {
  throw error;
}
