import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import { Firestore } from "@google-cloud/firestore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAdminStore } from "./admin-store.ts";
import type { StatusCode, Store } from "./store.ts";

/** How the fake server answers a call of one method. */
type Answer = (stream: ServerHttp2Stream) => void;

const GRPC_HEADERS = { ":status": 200, "content-type": "application/grpc" };

/** An error without headers before it, as the emulator answers. */
const refuse =
  (code: number): Answer =>
  (stream) =>
    stream.respond(
      { ...GRPC_HEADERS, "grpc-status": code, "grpc-message": "no" },
      { endStream: true },
    );

/** An error after the headers, as a proxy in front of the server may answer. */
const refuseLate =
  (code: number): Answer =>
  (stream) => {
    stream.respond(GRPC_HEADERS, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": code }));
    stream.end();
  };

/** One message of these bytes, then OK. */
const accept =
  (message: Buffer = Buffer.alloc(0)): Answer =>
  (stream) => {
    stream.respond(GRPC_HEADERS, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": 0 }));
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([prefix, message]));
  };

const ignore: Answer = () => undefined;

let server: Http2Server;
let firestore: Firestore;
let calls: string[];
let answers: Record<string, Answer[]>;

/** Answers each method with the next of its list; the last one stays. */
beforeEach(async () => {
  calls = [];
  answers = {};
  server = createServer();
  server.on("stream", (stream, headers) => {
    const method = String(headers[":path"]).split("/").at(-1) ?? "";
    calls.push(method);
    stream.on("error", () => undefined);
    const left = answers[method] ?? [refuse(12)];
    const answer = left.length > 1 ? left.shift() : left[0];
    answer?.(stream);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  firestore = new Firestore({ projectId: "demo-x", host: `127.0.0.1:${port}`, ssl: false });
});

afterEach(async () => {
  await firestore.terminate();
  await new Promise((resolve) => server.close(resolve));
});

const write = { kind: "create", path: "things/a", data: { n: 1 } } as const;

describe("createAdminStore", () => {
  it.each<readonly [number, StatusCode]>([
    [10, "ABORTED"],
    [8, "RESOURCE_EXHAUSTED"],
    [14, "UNAVAILABLE"],
    [4, "DEADLINE_EXCEEDED"],
    [13, "INTERNAL"],
    [6, "ALREADY_EXISTS"],
    [7, "PERMISSION_DENIED"],
    [1, "CANCELLED"],
    [16, "UNAUTHENTICATED"],
  ])("sends a commit once when the answer is %i %s", async (status, code) => {
    answers = { Commit: [refuse(status)] };
    const attempt = createAdminStore(firestore).commit([write]);
    await expect(attempt).rejects.toMatchObject({
      name: "StoreError",
      code,
      operation: "commit",
      path: "things/a",
      message: `commit things/a: ${code}: no`,
    });
    expect(calls).toEqual(["Commit"]);
  });

  it.each<readonly [string, string, (store: Store) => Promise<unknown>]>([
    ["get", "BatchGetDocuments", (store) => store.get(["things/a"])],
    ["query", "RunQuery", (store) => store.query({ from: { kind: "collection", path: "things" } })],
  ])("sends a %s once, whichever way the error comes", async (operation, method, ask) => {
    const store = createAdminStore(firestore);
    answers = { [method]: [refuse(14), refuseLate(14)] };
    for (let index = 0; index < 2; index += 1) {
      await expect(ask(store)).rejects.toMatchObject({ code: "UNAVAILABLE", operation });
    }
    expect(calls).toEqual([method, method]);
  });

  it("gives a call up at its deadline", async () => {
    answers = { Commit: [ignore], RunQuery: [ignore] };
    const store = createAdminStore(firestore, { deadlineMs: 50 });
    const late = [
      store.commit([write]),
      store.query({ from: { kind: "collection-group", name: "things" } }),
    ];
    const outcomes = await Promise.allSettled(late);
    expect(outcomes).toMatchObject([
      { reason: { code: "DEADLINE_EXCEEDED", path: "things/a" } },
      { reason: { code: "DEADLINE_EXCEEDED", path: "**/things" } },
    ]);
    expect(calls.toSorted()).toEqual(["Commit", "RunQuery"]);
  });

  it("runs an aborted transaction again, and no other", async () => {
    const transactionId = Buffer.from([0x0a, 1, 0x78]);
    answers = {
      BeginTransaction: [accept(transactionId)],
      Commit: [refuse(10), accept(), refuse(8)],
      Rollback: [accept()],
    };
    const store = createAdminStore(firestore);
    let runs = 0;
    const body = async (): Promise<number> => (runs += 1);
    expect(await store.transaction(body)).toBe(2);
    await expect(store.transaction(body)).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(runs).toBe(3);
    const retried = ["BeginTransaction", "Commit", "Rollback", "BeginTransaction", "Commit"];
    expect(calls).toEqual([...retried, "BeginTransaction", "Commit", "Rollback"]);
  });
});
