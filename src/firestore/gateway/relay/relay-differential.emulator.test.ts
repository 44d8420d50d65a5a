import { Firestore, FieldValue } from "@google-cloud/firestore";
import { afterAll, describe, expect, inject, test } from "vitest";
import { createRng } from "../../../std/rng.ts";
import type { Decision } from "../../admission/admission.ts";
import { FixtureAdmission } from "../admission.fixture.ts";
import type { Backend } from "../backend.ts";
import { startGateway } from "../front.ts";
import type { Gateway } from "../front.ts";
import { RealTestClock } from "../real-test-clock.fixture.ts";
import { EMULATOR_MESSAGE_BYTES_MAX, createFirestorePolicy } from "../policy/firestore-policy.ts";
import { createPlainBackend } from "./plain-proxy.fixture.ts";
import { createRelayBackend } from "./relay-backend.ts";

/**
 * The same session of the real SDK, decided over by the same policy, through the frame relay and
 * through the plain proxy: what the SDK sees and what the emulator holds afterwards must be the same.
 */
const endpoint = inject("firestoreEndpoint");
const [host = "", port = ""] = endpoint.split(":");
const clock = new RealTestClock();
const open: Gateway[] = [];
afterAll(() => Promise.all(open.map((gateway) => gateway.close())));

async function through(kind: "relay" | "plain"): Promise<string> {
  // By path: "slow…" waits, "abort…" and "exhaust…" are refused the first two times.
  const admission = new FixtureAdmission(decideByPath);
  const policy = createFirestorePolicy({
    onFault: fail,
    clock,
    rng: createRng(1),
    admission,
    serverMessageBytesMax: EMULATOR_MESSAGE_BYTES_MAX,
  });
  const upstream = { host, port: Number(port) };
  const backend: Backend =
    kind === "plain"
      ? createPlainBackend(clock, upstream, policy)
      : createRelayBackend({
          onFault: fail,
          clock,
          endpoint: upstream,
          description: "emulator",
          policy,
          events: { called: () => undefined, answered: () => undefined },
        });
  const gateway = await startGateway({
    clock,
    host: "127.0.0.1",
    port: 0,
    backend,
    handleOwn: () => false,
  });
  open.push(gateway);
  return `127.0.0.1:${gateway.port}`;
}

function decideByPath(path: string, seen: number): Decision {
  const id = path.split("/").at(-1) ?? "";
  if (id.startsWith("slow")) return { kind: "admit", delayMs: 20 };
  const refuses = id.startsWith("abort") ? "ABORTED" : "RESOURCE_EXHAUSTED";
  const isRefused = /^(abort|exhaust)/.test(id) && seen <= 2;
  const isForever = id.startsWith("never");
  if (!isRefused && !isForever) return { kind: "admit", delayMs: 0 };
  return {
    kind: "refuse",
    delayMs: 0,
    code: isForever ? "PERMISSION_DENIED" : refuses,
    message: `Refused by the fixture: ${id}.`,
    refusal: {
      limit: "fixture",
      subject: path,
      subjectKind: "document",
      explanation: "The fixture says so.",
      passesAtMs: null,
    },
  };
}

/** What the SDK sees, in words that do not depend on when it was seen. */
async function session(address: string, projectId: string): Promise<readonly string[]> {
  const seen: string[] = [];
  const db = connect(address, projectId);
  const c = db.collection("c");
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const result = await work().catch((error: unknown) => {
      const { code, details } = error as { code?: number; details?: string };
      // The emulator names the project in some of its texts.
      return `error ${code} ${details?.replaceAll(projectId, "PROJECT")}`;
    });
    seen.push(`${what}: ${JSON.stringify(result)}`);
  };
  await attempt("set", () =>
    c
      .doc("plain")
      .set({ n: 1, s: "é☃", b: Buffer.from([0, 255]) })
      .then(() => "ok"),
  );
  await attempt("slow", () =>
    c
      .doc("slow")
      .set({ n: 2 })
      .then(() => "ok"),
  );
  await attempt("aborted twice, then let through by the SDK's own retries", () =>
    c
      .doc("abort-a")
      .set({ n: 3 })
      .then(() => "ok"),
  );
  await attempt("exhausted twice", () =>
    c
      .doc("exhaust-a")
      .set({ n: 4 })
      .then(() => "ok"),
  );
  await attempt("refused for good", () => c.doc("never").set({ n: 5 }));
  await attempt("create what is there", () => c.doc("plain").create({ n: 6 }));
  await attempt("update with transforms", () =>
    c
      .doc("plain")
      .update({ n: FieldValue.increment(10), l: FieldValue.arrayUnion("x") })
      .then(() => "ok"),
  );
  await attempt("batch", async () => {
    const batch = db.batch();
    for (let index = 0; index < 100; index += 1) {
      batch.set(c.doc(`b${index}`), { index, filler: "y".repeat(2_000) });
    }
    return (await batch.commit()).length;
  });
  await attempt("get", async () => (await c.doc("plain").get()).data());
  await attempt("getAll", async () =>
    (await db.getAll(c.doc("b1"), c.doc("none"))).map((one) => one.exists),
  );
  await attempt("query", async () =>
    (await c.where("index", "<", 30).get()).docs.map((one) => one.id),
  );
  await attempt("refused query", () => db.collection("never").get());
  await attempt("count", async () => (await c.count().get()).data());
  await attempt("list", async () => (await c.listDocuments()).length);
  await attempt("transaction", () =>
    db.runTransaction(async (transaction) => {
      const got = await transaction.get(c.doc("plain"));
      transaction.set(c.doc("slow-t"), { was: got.get("n") as number });
      return got.get("n") as number;
    }),
  );
  await attempt("bulk writer, each write's own status", async () => {
    const outcomes: string[] = [];
    const writer = db.bulkWriter();
    writer.onWriteError(({ code, message, failedAttempts }) => {
      outcomes.push(`${code} ${message} ${failedAttempts}`);
      return failedAttempts < 2;
    });
    for (const id of ["w1", "never-w", "w2", "w3"]) {
      void writer.set(c.doc(id), { id }).then(
        () => outcomes.push(`${id} written`),
        () => outcomes.push(`${id} failed`),
      );
    }
    await writer.close();
    return outcomes.sort();
  });
  await attempt("listener", () => listen(db));
  const large = "z".repeat(900_000);
  await attempt("large", async () => {
    await Promise.all(
      [0, 1, 2, 3].map((index) => db.collection("large").doc(`l${index}`).set({ large })),
    );
    return (await db.collection("large").get()).docs.map((one) => String(one.get("large")).length);
  });
  await db.terminate();
  return seen;
}

async function listen(db: Firestore): Promise<unknown> {
  const query = db.collection("c").where("index", "==", 7);
  const sizes: number[] = [];
  return new Promise((resolve, reject) => {
    const stop = query.onSnapshot((snapshot) => {
      sizes.push(snapshot.size);
      if (sizes.length === 1) void db.collection("c").doc("slow-l").set({ index: 7 });
      else {
        stop();
        resolve(sizes);
      }
    }, reject);
  });
}

function connect(address: string, projectId: string): Firestore {
  return new Firestore({ projectId, host: address, ssl: false, customHeaders: OWNER });
}

const OWNER = { Authorization: "Bearer owner" };

async function contents(projectId: string): Promise<unknown> {
  const db = connect(endpoint, projectId);
  const found: Record<string, unknown> = {};
  for (const collection of await db.listCollections()) {
    for (const document of (await collection.get()).docs)
      found[document.ref.path] = document.data();
  }
  await db.terminate();
  return found;
}

describe("the frame relay and the plain proxy", () => {
  test("one SDK session: the same answers, and the same documents afterwards", async () => {
    const [relayed, plain] = [await through("relay"), await through("plain")];
    const throughRelay = await session(relayed, "demo-relay-differential");
    const throughPlain = await session(plain, "demo-plain-differential");
    expect(throughRelay).toEqual(throughPlain);
    expect(throughRelay.length).toBeGreaterThan(15);
    expect(await contents("demo-relay-differential")).toEqual(
      await contents("demo-plain-differential"),
    );
  });

  test("what the fixture decides is what the SDK sees", async () => {
    const seen = await session(await through("relay"), "demo-relay-session");
    expect(seen).toContain('aborted twice, then let through by the SDK\'s own retries: "ok"');
    expect(seen).toContain('refused for good: "error 7 Refused by the fixture: never."');
    expect(seen).toContain('refused query: "error 7 Refused by the fixture: never."');
    expect(seen.find((line) => line.startsWith("bulk writer"))).toBe(
      `bulk writer, each write's own status: ${JSON.stringify([
        "7 Refused by the fixture: never-w. 1",
        "7 Refused by the fixture: never-w. 2",
        "never-w failed",
        "w1 written",
        "w2 written",
        "w3 written",
      ])}`,
    );
  });
});

/** A fault of ours must show. */
function fail(error: unknown): never {
  throw error;
}
