import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import { CapacityModel } from "../capacity/capacity-model.ts";
import { modelConstants } from "../capacity/constants.ts";
import type { Write } from "../data/write.ts";
import { createEngine } from "../engine/create-engine.ts";
import { createCatalogue, NO_INDEX_FILE } from "../indexes/create-catalogue.ts";
import type { KnownDocument } from "./admission.ts";
import { createAdmission } from "./create-admission.ts";
import { DocumentHandles } from "./document-handles.ts";

const DATABASE = { projectId: "demo-test", databaseId: "(default)" };

const path = fc.constantFrom("c/a", "c/b", "c/a/d/x", "d/y");
const update = fc.record({ path, value: fc.integer({ min: 0, max: 3 }), isMasked: fc.boolean() });
const write: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: update.map(({ path: at, value, isMasked }): Write => ({
      kind: "update",
      path: at,
      fields: new Map([["n", BigInt(value)]]),
      mask: isMasked ? [["n"]] : undefined,
      transforms: [],
    })),
  },
  path.map((at): Write => ({ kind: "delete", path: at })),
  path.map((at): Write => ({
    kind: "verify",
    path: at,
    precondition: { kind: "exists", exists: true },
  })),
);
const step = fc.record({
  writes: fc.array(write, { minLength: 1, maxLength: 5 }),
  passedMs: fc.constantFrom(0, 1, 40, 5000),
  clears: fc.boolean(),
});

describe("documents that the database hands over", () => {
  it("are decided on as those that are asked for", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const engine = createEngine(new AutoClock(), createRng(1)).database(DATABASE);
        const [given, asking] = [0, 1].map(() =>
          createAdmission({
            catalogue: createCatalogue(NO_INDEX_FILE),
            previous: (_, at) => engine.peek(at)?.fields ?? "none",
            rng: createRng(7),
            mode: "on",
            latency: "us-central1",
          }),
        );
        let nowMs = 0;
        for (const { writes, passedMs, clears } of steps) {
          nowMs += passedMs;
          const attempt = { database: DATABASE, writes, requestBytes: 100 };
          const documents = engine.locate(writes);
          const decision = asking?.commit(attempt, nowMs);
          expect(given?.commit({ ...attempt, documents }, nowMs)).toEqual(decision);
          if (clears && writes.length > 4) engine.clear();
          try {
            engine.commitNow(documents);
          } catch {
            // A commit that cannot be is refused whole; the limits have decided before.
          }
        }
        expect(given?.report(nowMs)).toEqual(asking?.report(nowMs));
      }),
      { numRuns: 200 },
    );
  });

  it("are committed where they are by then, though they came and went since they were located", () => {
    const engine = createEngine(new AutoClock(), createRng(1)).database(DATABASE);
    const put = (at: string, n: bigint): Write => ({
      kind: "update",
      path: at,
      fields: new Map([["n", n]]),
      transforms: [],
    });
    engine.commitNow([put("c/a", 1n)]);
    const located = engine.locate([put("c/a", 2n), put("c/new", 2n)]);
    engine.commitNow([{ kind: "delete", path: "c/a" }, put("c/new", 1n)]);
    engine.clear();
    engine.commitNow([put("c/other", 1n)]);
    engine.commitNow(located);
    expect(["c/a", "c/new"].map((at) => engine.peek(at)?.fields.get("n"))).toEqual([2n, 2n]);
    expect(engine.statistics().documents).toBe(3);
  });
});

describe("DocumentHandles", () => {
  it("forgets what was not written for long, also where the document still knows its handle", () => {
    const model = new CapacityModel(modelConstants(), 1);
    const handles = new DocumentHandles();
    const known = (): KnownDocument => ({ collectionId: "c", fields: undefined, limitsHandle: -1 });
    const [kept, left] = [known(), known()];
    const first = handles.of(model, "c/kept", 0, kept);
    handles.of(model, "c/left", 0, left);
    for (let at = 0; at < 160_000; at += 1) {
      handles.of(model, `c/${at}`, at, undefined);
      handles.of(model, "c/kept", at, kept);
    }
    expect(handles.of(model, "c/kept", 0, kept)).toBe(first);
    expect(handles.of(model, "c/kept", 0, undefined)).toBe(first);
    // Somebody else has it by now, or nobody.
    expect(model.isOf(left.limitsHandle, "c/left")).toBe(false);
    const again = handles.of(model, "c/left", 0, left);
    expect(model.keyOf(again)).toBe("c/left");
    expect(left.limitsHandle).toBe(again);
  });
});
