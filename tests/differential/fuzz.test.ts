import { describe, expect, it } from "vitest";
import type { FirestoreWire, Plain } from "../judge/firestore-wire.ts";
import { describeFault, fuzz } from "./fuzz.ts";
import { generateCase } from "./generate-case.ts";
import { shrink } from "./shrink.ts";
import type { Call } from "./step.ts";

/** A server that answers all with nothing, but queries for more than two documents wrongly. */
function wire(isWrong: (request: Plain) => boolean): FirestoreWire {
  return {
    call: (method, request) =>
      Promise.resolve({
        code: method === "RunQuery" && isWrong(request) ? 13 : 0,
        text: "",
        messages: [],
      }),
    open: () => {
      throw new Error("no streams here");
    },
    close: () => undefined,
  };
}

const hasLimit = (request: Plain): boolean =>
  Object.hasOwn(request["structuredQuery"] ?? {}, "limit");

describe("fuzz", () => {
  it("finds what two servers answer differently, and shrinks it to the call that shows it", async () => {
    const sides = { ours: wire(hasLimit), theirs: wire(() => false) };
    const { faults } = await fuzz(sides, [1, 2, 3, 4, 5], (found) => found.length > 0);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.smallest).toHaveLength(1);
    const call = faults[0]?.smallest[0] as Call;
    expect(call.method).toBe("RunQuery");
    expect(Object.keys(call.request["structuredQuery"] ?? {})).toContain("limit");
    expect(faults.map(describeFault).join()).toContain("shrunken to 1 steps");
  });

  it("finds nothing where there is nothing", async () => {
    const sides = { ours: wire(() => false), theirs: wire(() => false) };
    const { faults, calls, seeds } = await fuzz(sides, [1, 2, 3], () => false);
    expect(faults).toEqual([]);
    expect(seeds).toBe(3);
    expect(calls).toBeGreaterThan(100);
  });
});

describe("generateCase", () => {
  it("gives the same case for the same seed, and another for another", () => {
    expect(generateCase(7)).toEqual(generateCase(7));
    expect(generateCase(7)).not.toEqual(generateCase(8));
  });

  it("makes use of every RPC and of most kinds of filters and transforms", () => {
    const text = JSON.stringify(Array.from({ length: 60 }, (_, seed) => generateCase(seed)));
    const words = [
      "Commit",
      "BatchWrite",
      "CreateDocument",
      "UpdateDocument",
      "DeleteDocument",
      "GetDocument",
      "BatchGetDocuments",
      "RunQuery",
      "RunAggregationQuery",
      "ListDocuments",
      "ListCollectionIds",
      "readOnly",
      "readWrite",
      "readTime",
      "$timeOf",
      "IN",
      "NOT_IN",
      "ARRAY_CONTAINS",
      "ARRAY_CONTAINS_ANY",
      "NOT_EQUAL",
      "IS_NAN",
      "OR",
      "startAt",
      "endAt",
      "offset",
      "limit",
      "select",
      "allDescendants",
      "count",
      "sum",
      "avg",
      "increment",
      "maximum",
      "minimum",
      "appendMissingElements",
      "removeAllFromArray",
      "setToServerValue",
      "updateMask",
      "currentDocument",
      "__vector__",
    ];
    expect(words.filter((word) => !text.includes(`"${word}"`))).toEqual([]);
  });
});

describe("shrink", () => {
  it("keeps only what the failure needs", async () => {
    const smallest = await shrink(
      generateCase(1),
      (steps) => Promise.resolve(JSON.stringify(steps).includes("/d10")),
      500,
    );
    expect(smallest).toHaveLength(1);
  });

  it("ends when its attempts are used up", async () => {
    let runs = 0;
    await shrink(
      generateCase(1),
      (steps) => {
        runs += 1;
        return Promise.resolve(steps.length > 40);
      },
      25,
    );
    expect(runs).toBe(25);
  });
});
