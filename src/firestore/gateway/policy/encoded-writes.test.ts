import fc from "fast-check";
import { expect, test } from "vitest";
import { createRng } from "../../../std/rng.ts";
import { createAdmission } from "../../admission/create-admission.ts";
import type { Value } from "../../data/value.ts";
import type { Write } from "../../data/write.ts";
import { createCatalogue } from "../../indexes/create-catalogue.ts";
import { messageType } from "../../wire/protos.ts";
import { readWriteRequest } from "../../wire/read-write-request.ts";
import { protoWrite } from "../../wire/wire-samples.fixture.ts";

const DATABASE = "projects/p1/databases/(default)";

function newAdmission() {
  const admission = createAdmission({
    catalogue: createCatalogue({
      indexes: [
        {
          collectionGroup: "c",
          queryScope: "COLLECTION",
          fields: [
            { fieldPath: "a", order: "ASCENDING" },
            { fieldPath: "b", order: "DESCENDING" },
          ],
        },
      ],
      fieldOverrides: [],
    }),
    previous: () => "unknown",
    rng: createRng(1),
    mode: "on",
    latency: "nam5",
    constants: { "document-patience": 300 },
  });
  admission.warm(2000);
  return admission;
}

const values = fc.constantFrom<Value>(
  1n,
  1,
  2.5,
  "x",
  "é",
  true,
  null,
  ["x", 1n],
  new Map<string, Value>([
    ["d", 1n],
    ["e", "y"],
  ]),
);
const fields = fc
  .array(fc.tuple(fc.constantFrom("a", "b", "c"), values), { maxLength: 3 })
  .map((all) => new Map(all));
const write = fc
  .record({
    kind: fc.constantFrom("set", "set", "set", "mask", "transform", "delete"),
    path: fc.integer({ min: 0, max: 4 }).map((id) => `c/d${id}`),
    fields,
  })
  .map(({ kind, path, fields }): Write => {
    if (kind === "delete") return { kind, path };
    return {
      kind: "update",
      path,
      fields,
      mask: kind === "mask" ? [["a"], ["b"]] : undefined,
      transforms: kind === "transform" ? [{ field: ["n"], kind: "increment", operand: 1n }] : [],
    };
  });

/** Up to 80 commits within half a second to five documents: rewrites, contention and refusals among them. */
test("commits whose fields are left encoded are decided, charged and reported as decoded ones", () => {
  const commits = fc.array(fc.array(write, { minLength: 1, maxLength: 8 }), {
    minLength: 20,
    maxLength: 80,
  });
  const type = messageType("CommitRequest");
  let refused = 0;
  fc.assert(
    fc.property(commits, (all) => {
      const decoded = newAdmission();
      const encoded = newAdmission();
      for (const [index, list] of all.entries()) {
        const message = { database: DATABASE, writes: list.map(protoWrite) };
        const bytes = type.encode(type.create(message)).finish();
        const decide = (form: "decoded" | "encoded") => {
          const { writes } = readWriteRequest("commit", bytes, form);
          const attempt = {
            database: { projectId: "p1", databaseId: "(default)" },
            writes,
            requestBytes: bytes.length,
          };
          return (form === "decoded" ? decoded : encoded).commit(attempt, index * 5);
        };
        const expected = decide("decoded");
        if (expected.kind === "refuse") refused += 1;
        expect(decide("encoded")).toEqual(expected);
      }
      expect(encoded.report(5000)).toEqual(decoded.report(5000));
      expect(encoded.heat(5000)).toEqual(decoded.heat(5000));
    }),
    { numRuns: 100 },
  );
  expect(refused).toBeGreaterThan(100);
});
