import fc from "fast-check";
import { expect, test } from "vitest";
import { EncodedUpdate } from "../data/encoded-fields.ts";
import { FirestoreError } from "../data/status.ts";
import { Timestamp } from "../data/timestamp.ts";
import type { MapValue, Value } from "../data/value.ts";
import type { Write } from "../data/write.ts";
import { messageType } from "./protos.ts";
import { readWriteRequest } from "./read-write-request.ts";
import { protoWrite, writes } from "./wire-samples.fixture.ts";

const DATABASE = "projects/p1/databases/(default)";

function commit(list: readonly Write[]): Uint8Array {
  const type = messageType("CommitRequest");
  return type.encode(type.create({ database: DATABASE, writes: list.map(protoWrite) })).finish();
}

/** What plain encodings hold: no text but ASCII, and mostly what is in range. */
const ascii = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
const { value: plainValue } = fc.letrec<{ value: Value; map: MapValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.double(),
    ascii,
    fc
      .tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 0, max: 999_999_999 }))
      .map(([seconds, nanos]) => new Timestamp(seconds, nanos)),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("map"),
  ),
  map: fc.array(fc.tuple(ascii, tie("value")), { maxLength: 4 }).map((all) => new Map(all)),
}));
const plainUpdates = fc.array(fc.tuple(ascii, plainValue), { maxLength: 16 }).map((all): Write => ({
  kind: "update",
  path: "a/b",
  fields: new Map(all),
  mask: undefined,
  transforms: [],
  precondition: undefined,
}));

/** As plain objects, so that decoded and encoded updates compare; errors by kind and text. */
function outcome(bytes: Uint8Array, form: "decoded" | "encoded"): unknown {
  try {
    return readWriteRequest("commit", bytes, form).writes.map((write) =>
      write.kind === "update"
        ? [write.path, [...write.fields], write.mask, write.transforms, write.precondition]
        : write,
    );
  } catch (error) {
    if (error instanceof FirestoreError) return `${error.name} ${error.code}: ${error.message}`;
    throw error;
  }
}

test("what is left encoded holds what is decoded at once", () => {
  let encoded = 0;
  const lists = fc.array(fc.oneof(writes, plainUpdates), { maxLength: 4 });
  fc.assert(
    fc.property(lists, (list) => {
      const bytes = commit(list);
      expect(outcome(bytes, "encoded")).toEqual(outcome(bytes, "decoded"));
      const read = readWriteRequest("commit", bytes, "encoded").writes;
      encoded += read.filter((write) => write instanceof EncodedUpdate).length;
    }),
    { numRuns: 1500 },
  );
  expect(encoded).toBeGreaterThan(300);
});

test("documents of plain values are left encoded, all of them", () => {
  fc.assert(
    fc.property(plainUpdates, (write) => {
      const [read] = readWriteRequest("commit", commit([write]), "encoded").writes;
      expect(read).toBeInstanceOf(EncodedUpdate);
    }),
    { numRuns: 500 },
  );
});

test("what is damaged is refused, or read, as it is when all is decoded at once", () => {
  let refused = 0;
  let read = 0;
  const damages = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 3 });
  fc.assert(
    fc.property(plainUpdates, damages, fc.nat({ max: 20 }), (write, places, cut) => {
      const whole = Buffer.from(commit([write]));
      const start = whole.indexOf("/a/b") + 4;
      const length = whole.length - start;
      if (length === 0) return;
      for (const [place, byte] of places) whole[start + (place % length)] = byte;
      const bytes = whole.subarray(0, whole.length - (cut > 5 ? 0 : cut));
      const expected = outcome(bytes, "decoded");
      if (typeof expected === "string") refused += 1;
      else read += 1;
      expect(outcome(bytes, "encoded")).toEqual(expected);
    }),
    { numRuns: 8000 },
  );
  expect(refused).toBeGreaterThan(1000);
  expect(read).toBeGreaterThan(1000);
});
