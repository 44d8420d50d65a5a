import { afterEach, describe, expect, it } from "vitest";
import { StoreError } from "../../system/store/store.ts";
import { serveSignUps, type SignUpServer } from "./sign-up-server.ts";

let server: SignUpServer | undefined;
afterEach(() => server?.close());

async function post(body: string, path = "") {
  const answer = await fetch(`${server!.url}${path}`, { method: "POST", body });
  return { status: answer.status, content: await answer.json() };
}

describe("serveSignUps", () => {
  it("signs up who is asked for, and says how it went", async () => {
    const asked: number[] = [];
    server = await serveSignUps(async (n) => {
      asked.push(n);
      if (n === 7) throw new StoreError("UNAVAILABLE", "commit", "users/7", "gone");
      if (n === 8) throw new Error("came into another tenant");
    });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-ups$/);
    expect(await post('{"n": 0}')).toEqual({ status: 200, content: { kind: "ok", documents: 1 } });
    expect(await post('{"n": 7}')).toMatchObject({
      status: 200,
      content: { kind: "failed", code: "UNAVAILABLE", ambiguous: true },
    });
    expect(await post('{"n": 8}')).toMatchObject({
      content: { kind: "failed", code: "UNKNOWN", message: "came into another tenant" },
    });
    expect(asked).toEqual([0, 7, 8]);
  });

  it.each([["{}"], ["no JSON"], ['{"n": -1}'], ['{"n": "1"}'], [`{"n": ${" ".repeat(2_000)}1}`]])(
    "refuses %j",
    async (body) => {
      server = await serveSignUps(() => Promise.reject(new Error("nobody is asked for")));
      expect(await post(body)).toMatchObject({ status: 400 });
    },
  );

  it("knows no other address", async () => {
    server = await serveSignUps(async () => undefined);
    expect(await post('{"n": 0}', "/more")).toMatchObject({ status: 400 });
  });
});
