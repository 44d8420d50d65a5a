import { afterEach, describe, expect, it } from "vitest";
import {
  ADMIT_ALL,
  startEmbeddedServer,
  type EmbeddedServer,
} from "../../../../tests/contract/embedded-server.ts";
import type { Admission, Decision } from "../../admission/admission.ts";
import { framed } from "./grpc/message-parser.ts";
import { call, decode, encode, openCall, openSession, until } from "./raw-client.fixture.ts";

const DATABASE = "projects/demo-admission/databases/(default)";
const ROOT = `${DATABASE}/documents`;
const write = (path: string) => ({
  update: { name: `${ROOT}/${path}`, fields: { n: { integerValue: 1 } } },
});
const commitOf = (...paths: readonly string[]) =>
  encode("CommitRequest", { database: DATABASE, writes: paths.map(write) });
const query = encode("RunQueryRequest", {
  parent: ROOT,
  structuredQuery: { from: [{ collectionId: "things" }] },
});

const REFUSAL: Extract<Decision, { kind: "refuse" }>["refusal"] = {
  limit: "a limit",
  subject: "things/a",
  subjectKind: "document",
  explanation: "What production does not tell.",
  passesAtMs: null,
};
const refused = (
  code: "ABORTED" | "RESOURCE_EXHAUSTED" | "FAILED_PRECONDITION",
  message: string,
): Decision => ({
  kind: "refuse",
  delayMs: 0,
  code,
  message,
  refusal: REFUSAL,
});
const admitted = (delayMs: number): Decision => ({ kind: "admit", delayMs });

let server: EmbeddedServer;
let session: ReturnType<typeof openSession>;
const start = async (admission: Partial<Admission>): Promise<void> => {
  server = await startEmbeddedServer({ admission: { ...ADMIT_ALL, ...admission } });
  session = openSession(server.port);
};
afterEach(async () => {
  session.destroy();
  await server.close();
});

const exists = async (path: string): Promise<boolean> => {
  const { status } = await call(
    session,
    "GetDocument",
    encode("GetDocumentRequest", { name: `${ROOT}/${path}` }),
  );
  return status === 0;
};

describe("what the limits refuse", () => {
  it("is refused in production's words, and nothing of it is done", async () => {
    await start({
      commit: () => refused("ABORTED", "Too much contention on these documents. Please try again."),
    });
    const { status, message, headersFirst, trailers } = await call(
      session,
      "Commit",
      commitOf("things/a"),
    );
    expect(status).toBe(10);
    expect(message).toBe("Too much contention on these documents. Please try again.");
    expect(headersFirst).toBe(false);
    expect(trailers).toMatchObject({
      "x-plimsoll-limit": "a limit",
      "x-plimsoll-subject": "things/a",
      "x-plimsoll-explanation": "What production does not tell.",
    });
    expect(await exists("things/a")).toBe(false);
  });

  it("is refused write by write in a BatchWrite, whose others are done", async () => {
    await start({
      batchWrite: ({ writes }) =>
        writes.map(({ path }) =>
          path === "things/b" ? refused("RESOURCE_EXHAUSTED", "Quota exceeded.") : admitted(0),
        ),
    });
    const writes = [
      ...["things/a", "things/b", "things/c"].map(write),
      { ...write("things/d"), currentDocument: { exists: true } },
    ];
    const { status, messages } = await call(
      session,
      "BatchWrite",
      encode("BatchWriteRequest", { database: DATABASE, writes }),
    );
    expect(status).toBe(0);
    const response = decode("BatchWriteResponse", messages[0]) as {
      status: object[];
      writeResults: object[];
    };
    expect(response.status).toMatchObject([
      {},
      { code: 8, message: "Quota exceeded." },
      {},
      { code: 5 },
    ]);
    expect(response.writeResults).toHaveLength(4);
    expect(response.writeResults[1]).toEqual({});
    expect(await exists("things/a")).toBe(true);
    expect(await exists("things/b")).toBe(false);
    expect(await exists("things/c")).toBe(true);
  });

  it("is refused after initial headers where answers are streamed, so that SDKs do not retry for seconds", async () => {
    await start({
      query: () => refused("FAILED_PRECONDITION", "The query requires an index. 100% ✓"),
    });
    const { status, message, headersFirst } = await call(session, "RunQuery", query);
    expect(status).toBe(9);
    expect(message).toBe("The query requires an index. 100% ✓");
    expect(headersFirst).toBe(true);
  });

  it("is refused to one target of a Listen stream, which goes on", async () => {
    await start({ query: () => refused("FAILED_PRECONDITION", "The query requires an index.") });
    const { stream, messages } = openCall(session, "Listen");
    const add = (targetId: number, target: object) =>
      stream.write(
        framed(encode("ListenRequest", { database: DATABASE, addTarget: { targetId, ...target } })),
      );
    add(1, { query: { parent: ROOT, structuredQuery: { from: [{ collectionId: "things" }] } } });
    add(2, { documents: { documents: [`${ROOT}/things/a`] } });
    await until(() => messages.length >= 4);
    const changes = messages.map((message) => decode("ListenResponse", message));
    expect(changes[0]).toMatchObject({
      targetChange: {
        targetChangeType: "REMOVE",
        targetIds: [1],
        cause: { code: 9, message: "The query requires an index." },
      },
    });
    expect(changes[1]).toMatchObject({ targetChange: { targetChangeType: "ADD", targetIds: [2] } });
  });

  it("ends a Write stream", async () => {
    await start({ commit: () => refused("RESOURCE_EXHAUSTED", "Quota exceeded.") });
    const { stream, messages, closed } = openCall(session, "Write");
    stream.write(framed(encode("WriteRequest", { database: DATABASE })));
    await until(() => messages.length === 1);
    const { streamToken } = decode("WriteResponse", messages[0]);
    stream.write(framed(encode("WriteRequest", { streamToken, writes: [write("things/a")] })));
    expect(await closed).toMatchObject({ status: 8, message: "Quota exceeded." });
  });

  it("is told the size of the request, and each kind of request", async () => {
    const asked: string[] = [];
    const note = (kind: string, detail: unknown): Decision => {
      asked.push(`${kind} ${String(detail)}`);
      return admitted(0);
    };
    await start({
      commit: ({ requestBytes, writes }) => note("commit", `${writes[0]?.path} ${requestBytes}`),
      query: ({ query: { collectionId } }) => note("query", collectionId),
      read: ({ paths }) => note("read", paths.join()),
    });
    const commit = commitOf("things/a");
    await call(session, "Commit", commit);
    await call(session, "RunQuery", query);
    await call(session, "GetDocument", encode("GetDocumentRequest", { name: `${ROOT}/things/a` }));
    await call(
      session,
      "DeleteDocument",
      encode("DeleteDocumentRequest", { name: `${ROOT}/things/b` }),
    );
    expect(asked).toEqual([
      `commit things/a ${commit.length}`,
      "query things",
      "read things/a",
      expect.stringMatching(/^commit things\/b \d+$/),
    ]);
  });
});

describe("what the limits delay", () => {
  const AN_HOUR = 3_600_000;

  it("takes effect after the delay only, and not at all when the deadline is shorter", async () => {
    await start({
      commit: ({ writes }) => admitted(writes[0]?.path === "things/late" ? AN_HOUR : 0),
    });
    const late = await call(session, "Commit", commitOf("things/late"), { "grpc-timeout": "30m" });
    expect(late).toMatchObject({ status: 4 });
    expect(await exists("things/late")).toBe(false);
  });

  it("is not done for a client that is gone", async () => {
    let asked = 0;
    await start({
      commit: () => {
        asked += 1;
        return admitted(AN_HOUR);
      },
    });
    const { stream, closed } = openCall(session, "Commit");
    stream.end(framed(commitOf("things/gone")));
    await until(() => asked === 1);
    stream.close(8);
    await closed;
    expect(await exists("things/gone")).toBe(false);
  });

  it("comes through when the time has passed", async () => {
    await start({ commit: () => admitted(15), read: () => admitted(5), query: () => admitted(5) });
    expect(await call(session, "Commit", commitOf("things/a"))).toMatchObject({ status: 0 });
    expect(await exists("things/a")).toBe(true);
    expect((await call(session, "RunQuery", query)).messages).toHaveLength(1);
  });
});
