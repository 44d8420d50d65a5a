import protobuf from "protobufjs/minimal.js";
import { describe, expect, test } from "vitest";
import { createRng } from "../../../std/rng.ts";
import type { Decision } from "../../admission/admission.ts";
import { FixtureAdmission } from "../admission.fixture.ts";
import { HandClock } from "../relay/testing/hand-clock.ts";
import { createFirestorePolicy } from "./firestore-policy.ts";
import { pathOf } from "./firestore-methods.ts";
import type { Ruling } from "./policy.ts";

const DATABASE = "projects/p/databases/(default)";

function world(isIdle = false) {
  const admission = new FixtureAdmission((path): Decision => {
    if (!path.includes("never")) return { kind: "admit", delayMs: path.length };
    const refusal = {
      limit: "fixture",
      subject: path,
      subjectKind: "document",
      explanation: "Because:\n  it is so.",
      passesAtMs: null,
    } as const;
    return { kind: "refuse", delayMs: 3, code: "ABORTED", message: "No.", refusal };
  });
  const policy = createFirestorePolicy({
    onFault: fail,
    clock: new HandClock(),
    rng: createRng(1),
    admission,
    isIdle: () => isIdle,
    serverMessageBytesMax: 4_194_304,
  });
  return {
    admission,
    decide: (method: string, bytes: Uint8Array) => policy.decide(pathOf(method), bytes),
    policy,
  };
}

/** Fields of a message: a text is a string, bytes are a message, a number is a varint. */
function message(
  ...fields: readonly (readonly [number, string | Uint8Array | number])[]
): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [field, value] of fields) {
    if (typeof value === "number") writer.uint32(field * 8).int32(value);
    else if (typeof value === "string") writer.uint32(field * 8 + 2).string(value);
    else writer.uint32(field * 8 + 2).bytes(value);
  }
  return writer.finish();
}

const name = (path: string): string => `${DATABASE}/documents/${path}`;
const update = (path: string): Uint8Array => message([1, message([1, name(path)])]);
const query = (collection: string): Uint8Array => message([2, message([2, collection])]);

const REQUESTS: readonly (readonly [string, Uint8Array, string])[] = [
  ["Commit", message([1, DATABASE], [2, update("c/a")]), "c/a"],
  ["Write", message([1, DATABASE], [3, update("c/a")]), "c/a"],
  ["UpdateDocument", message([1, message([1, name("c/a")])]), "c/a"],
  ["DeleteDocument", message([1, name("c/a")]), "c/a"],
  ["CreateDocument", message([1, `${DATABASE}/documents`], [2, "c"], [3, "a"]), "c/a"],
  ["GetDocument", message([1, name("c/a")]), "c/a"],
  ["BatchGetDocuments", message([1, DATABASE], [2, name("c/a")]), "c/a"],
  ["ListDocuments", message([1, name("c/a")], [2, "d"]), "c/a/d"],
  ["RunQuery", message([1, `${DATABASE}/documents`], [2, query("c")]), "c"],
  [
    "RunAggregationQuery",
    message(
      [1, `${DATABASE}/documents`],
      [2, message([1, query("c")], [3, message([1, message()])])],
    ),
    "c",
  ],
  [
    "Listen",
    message(
      [1, DATABASE],
      [2, message([2, message([1, `${DATABASE}/documents`], [2, query("c")])], [5, 7])],
    ),
    "c",
  ],
  ["Listen", message([1, DATABASE], [2, message([3, message([2, name("c/a")])], [5, 7])]), "c/a"],
];

describe("what is asked of the admission", () => {
  test.each(REQUESTS)("%s", (method, bytes, path) => {
    const { admission, decide } = world();
    expect(decide(method, bytes)).toEqual({ kind: "pass", delayMs: path.length });
    expect([...admission.asked.keys()]).toEqual([path]);
  });

  test.each(REQUESTS)(
    "%s of bytes that are no message passes, for the server to refuse",
    (method, bytes) => {
      const { admission, decide } = world();
      expect(decide(method, bytes.subarray(0, bytes.length - 1))).toEqual({
        kind: "pass",
        delayMs: 0,
      });
      expect(decide(method, Buffer.from("nonsense"))).toEqual({ kind: "pass", delayMs: 0 });
      expect(admission.asked.size).toBe(0);
    },
  );

  test("nothing, where nothing is written or limits are off", () => {
    const { admission, decide } = world();
    expect(decide("Commit", message([1, DATABASE]))).toEqual({ kind: "pass", delayMs: 0 });
    expect(decide("Write", message([1, DATABASE]))).toEqual({ kind: "pass", delayMs: 0 });
    expect(decide("Listen", message([1, DATABASE], [3, 7]))).toEqual({ kind: "pass", delayMs: 0 });
    expect(admission.asked.size).toBe(0);
    const idle = world(true);
    idle.decide("Commit", message([1, DATABASE], [2, update("c/never")]));
    expect(idle.admission.asked.size).toBe(0);
  });

  test("an ID that the server will choose is drawn at random", () => {
    const { admission, decide } = world();
    const create = message([1, `${DATABASE}/documents`], [2, "c"]);
    decide("CreateDocument", create);
    decide("CreateDocument", create);
    expect([...admission.asked.keys()]).toEqual([
      expect.stringMatching(/^c\/[A-Za-z0-9]{20}$/),
      expect.stringMatching(/^c\/[A-Za-z0-9]{20}$/),
    ]);
  });

  test("methods that are not decided over have no shape", () => {
    const { policy } = world();
    for (const method of ["BeginTransaction", "Rollback", "PartitionQuery", "Nonsense"]) {
      expect(policy.shapeOf(pathOf(method))).toBeUndefined();
    }
    expect(policy.shapeOf("/other.Service/Commit")).toBeUndefined();
  });
});

test("a fault of ours is INTERNAL for that call, and told; the next is decided over", () => {
  const faults: unknown[] = [];
  let calls = 0;
  const admission = new FixtureAdmission((): Decision => {
    calls += 1;
    if (calls === 1) throw new TypeError("ours");
    return { kind: "admit", delayMs: 1 };
  });
  const policy = createFirestorePolicy({
    clock: new HandClock(),
    rng: createRng(1),
    admission,
    onFault: (error) => void faults.push(error),
    serverMessageBytesMax: 4_194_304,
  });
  const commit = message([1, DATABASE], [2, update("c/a")]);
  expect(policy.decide(pathOf("Commit"), commit)).toMatchObject({
    kind: "refuse",
    status: { code: "INTERNAL" },
  });
  expect(policy.decide(pathOf("Commit"), commit)).toEqual({ kind: "pass", delayMs: 1 });
  expect(faults).toEqual([expect.any(TypeError)]);
});

describe("refusals", () => {
  test("carry production's words, and ours beside them on one line", () => {
    const { decide } = world();
    expect(decide("Commit", message([1, DATABASE], [2, update("c/never")]))).toEqual({
      kind: "refuse",
      delayMs: 3,
      status: {
        code: "ABORTED",
        message: "No.",
        details: [
          ["x-plimsoll-limit", "fixture"],
          ["x-plimsoll-subject", "c/never"],
          ["x-plimsoll-explanation", "Because: it is so."],
        ],
      },
    });
  });

  test("of a listener's target: it is removed with its cause", () => {
    const { decide } = world();
    const documents = message([2, name("c/never")]);
    const ruling = decide("Listen", message([1, DATABASE], [2, message([3, documents], [5, 7])]));
    const status = message([1, 10], [2, "No."]);
    // ListenResponse.target_change: type REMOVE, target 7, the cause.
    const change = message([1, 2], [2, Buffer.from([7])], [3, status]);
    expect(ruling).toMatchObject({ kind: "answer", delayMs: 3 });
    expect(Buffer.from((ruling as Ruling & { kind: "answer" }).message)).toEqual(
      Buffer.from(message([2, change])),
    );
  });

  test("within a batch: the others go on, and each result is in its place", () => {
    const { decide } = world();
    const label = message([1, "key"], [2, "value"]);
    const paths = ["c/a", "c/never", "c/b", "c/never2", "c/c"];
    const ruling = decide(
      "BatchWrite",
      message([1, DATABASE], ...paths.map((path) => [2, update(path)] as const), [3, label]),
    );
    const { kind, forward, answer } = ruling as Ruling & { kind: "replace" };
    expect(kind).toBe("replace");
    expect(Buffer.from(forward ?? [])).toEqual(
      Buffer.from(
        message(
          [1, DATABASE],
          [2, update("c/a")],
          [2, update("c/b")],
          [2, update("c/c")],
          [3, label],
        ),
      ),
    );
    const [one, two, three] = [1, 2, 3].map((seconds) => message([1, message([1, seconds])]));
    const ok = message();
    const failed = message([1, 6], [2, "There."]);
    const no = message([1, 10], [2, "No."]);
    const got = message([1, one!], [1, two!], [1, three!], [2, ok], [2, failed], [2, ok]);
    expect(Buffer.from(answer(got))).toEqual(
      Buffer.from(
        message(
          [1, one!],
          [1, ok],
          [1, two!],
          [1, ok],
          [1, three!],
          [2, ok],
          [2, no],
          [2, failed],
          [2, no],
          [2, ok],
        ),
      ),
    );
  });

  test("of all of a batch: nothing goes on", () => {
    const { decide } = world();
    const ruling = decide("BatchWrite", message([1, DATABASE], [2, update("c/never")]));
    const { forward, answer } = ruling as Ruling & { kind: "replace" };
    expect(forward).toBeUndefined();
    expect(Buffer.from(answer(undefined))).toEqual(
      Buffer.from(message([1, message()], [2, message([1, 10], [2, "No."])])),
    );
  });

  test.each([
    [4_194_305, "UNIMPLEMENTED", /^Plimsoll: a request of 4194305 bytes .*--backend embedded\.$/],
    [10_485_760, "UNIMPLEMENTED", /^Plimsoll/],
    [10_485_761, "INVALID_ARGUMENT", /^Request payload size exceeds the limit: 10485760 bytes\.$/],
  ])("of %i bytes: %s, which no client library retries", (bytes, code, text) => {
    const status = world().policy.tooLarge(pathOf("Commit"), bytes);
    expect(status.code).toBe(code);
    expect(status.message).toMatch(text);
  });
});

/** A fault of ours must show. */
function fail(error: unknown): never {
  throw error;
}
