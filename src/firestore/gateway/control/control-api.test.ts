import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startSdkWorld } from "../sdk-world.fixture.ts";
import type { SdkWorld } from "../sdk-world.fixture.ts";

let world: SdkWorld;
beforeEach(async () => {
  world = await startSdkWorld();
});
afterEach(() => world.close());

async function ask(method: string, path: string, body?: string) {
  const answer = await fetch(`http://127.0.0.1:${world.port}${path}`, {
    method,
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    json:
      answer.headers.get("content-type")?.startsWith("application/json") === true
        ? (JSON.parse(text) as Record<string, unknown>)
        : text,
  };
}

const NAME = "projects/demo-plimsoll/databases/(default)/documents/a/b";
const COMMIT = JSON.stringify({
  writes: [{ update: { name: NAME, fields: { x: { integerValue: "1" } } } }],
});

const COMMIT_FORM =
  'Send the JSON body of a REST commit: {"writes": [{"update": {"name": …, "fields": …}}]}.';

describe("the gateway's own paths", () => {
  test("tell what the limits did, and over time", async () => {
    await world.client("demo-control").doc("a/b").set({ n: 1 });
    expect((await ask("GET", "/plimsoll/v1/limits")).json).toMatchObject({
      version: 1,
      mode: "on",
      attempts: { commit: 1 },
    });
    expect((await ask("GET", "/plimsoll/v1/heat")).json).toMatchObject({ version: 1 });
  });

  test.each([
    ["/plimsoll/v1/mode", '{"limits": "observe"}', "observe"],
    ["/plimsoll/v1/limits?mode=off", undefined, "off"],
    ["/plimsoll/v1/mode?limits=observe", undefined, "observe"],
  ])("%s %s sets the mode", async (path, body, mode) => {
    expect(await ask("POST", path, body)).toEqual({ status: 200, json: { limits: mode } });
    expect(world.admission.mode).toBe(mode);
  });

  test.each([
    ["", '{"counters": true}', { reset: "counters" }],
    ["?what=counters", undefined, { reset: "counters" }],
    ["?counters=true", undefined, { reset: "counters" }],
    ["", undefined, { reset: "all", warm: null }],
    ["?what=all&warm=2000", undefined, { reset: "all", warm: 2000 }],
    ["", '{"what": "ranges", "warm": 500}', { reset: "all", warm: 500 }],
    ["", '{"counters": false}', { reset: "all", warm: null }],
  ])("reset%s %s", async (query, body, json) => {
    await world.client("demo-control").doc("a/b").set({ n: 1 });
    expect(await ask("POST", `/plimsoll/v1/reset${query}`, body)).toEqual({ status: 200, json });
    expect((await ask("GET", "/plimsoll/v1/limits")).json).toMatchObject({
      attempts: { commit: 0 },
    });
  });

  test("warm", async () => {
    const answer = await ask("POST", "/plimsoll/v1/warm", '{"writesPerSecond": 4000}');
    expect(answer).toEqual({ status: 200, json: { warm: 4000 } });
  });

  test("cool", async () => {
    await ask("POST", "/plimsoll/v1/warm", '{"writesPerSecond": 4000}');
    const answer = await ask("POST", "/plimsoll/v1/cool");
    expect(answer).toEqual({ status: 200, json: { cool: true } });
  });

  test("quota", async () => {
    const answer = await ask("POST", "/plimsoll/v1/quota", '{"share": 0.5}');
    expect(answer).toEqual({ status: 200, json: { share: 0.5 } });
    expect((await ask("POST", "/plimsoll/v1/quota?share=1")).json).toEqual({ share: 1 });
  });

  test("explain: rows, entries, ranges and locks of a commit that is not made", async () => {
    const { json } = await ask("POST", "/plimsoll/v1/explain", COMMIT);
    expect(json).toMatchObject({ documentRows: 1, indexRows: 2, locks: ["a/b"], participants: 1 });
    expect((await ask("GET", "/plimsoll/v1/limits")).json).toMatchObject({
      attempts: { commit: 0 },
    });
  });

  test("metrics: Prometheus text, with no document in it", async () => {
    await world.client("demo-control").doc("secret/tenant").set({ n: 1 });
    const { json: text } = await ask("GET", "/metrics");
    expect(text).toContain('plimsoll_document_writes{outcome="admitted"} 1');
    expect(text).not.toContain("secret");
  });

  test.each([
    ["GET", "/plimsoll/v1/nothing", undefined, 404, "GET /plimsoll lists what there is."],
    ["DELETE", "/plimsoll/v1/limits", undefined, 405, "Use GET, POST."],
    ["GET", "/plimsoll/v1/reset", undefined, 405, "Use POST."],
    ["POST", "/plimsoll/v1/mode", "{", 400, "Send a JSON object."],
    ["POST", "/plimsoll/v1/mode", "[]", 400, 'Such as {"limits": "on"}.'],
    [
      "POST",
      "/plimsoll/v1/mode",
      '{"limits": "maybe"}',
      400,
      "GET /plimsoll shows what is accepted.",
    ],
    ["POST", "/plimsoll/v1/mode", '{"limit": "on"}', 400, "GET /plimsoll shows what is accepted."],
    [
      "POST",
      "/plimsoll/v1/reset?what=half",
      undefined,
      400,
      "GET /plimsoll shows what is accepted.",
    ],
    [
      "POST",
      "/plimsoll/v1/reset",
      '{"what": "all", "counters": true}',
      400,
      "GET /plimsoll shows what is accepted.",
    ],
    [
      "POST",
      "/plimsoll/v1/warm",
      '{"writesPerSecond": -1}',
      400,
      "GET /plimsoll shows what is accepted.",
    ],
    ["POST", "/plimsoll/v1/quota", '{"share": 0}', 400, "GET /plimsoll shows what is accepted."],
    ["POST", "/plimsoll/v1/explain", '{"writes": [{"update": {"name": "x"}}]}', 400, COMMIT_FORM],
    ["POST", "/plimsoll/v1/explain?project=a%2Fb", COMMIT, 400, COMMIT_FORM],
    ["POST", "/plimsoll/v1/warm", "x".repeat(10_485_761), 413, "Send up to 10485760 bytes."],
  ])("%s %s is answered with what to do instead", async (method, path, body, status, next) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({
      error: {
        code: status,
        message: expect.stringMatching(/\.$/) as unknown,
        next,
      },
    });
  });

  test("what is not ours is the backend's", async () => {
    expect((await ask("GET", "/plimsollx")).status).toBe(404);
    expect((await ask("GET", "/")).status).toBe(200);
  });
});
