import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import { updatedFields } from "../../firestore/data/updated-fields.ts";
import type { MapValue } from "../../firestore/data/value.ts";
import type { DocumentData } from "../../system/store/store.ts";
import { toFields, toSnapshot } from "./engine-values.ts";
import { toEngineWrite } from "./engine-writes.ts";

const time = new Timestamp(1_700_000_000, 123_000);
const read = (fields: MapValue): DocumentData =>
  toSnapshot({ path: "c/d", fields, createTime: time, updateTime: time }).data;

function updated(fields: MapValue, data: DocumentData): MapValue {
  const write = toEngineWrite({ kind: "update", path: "c/d", data });
  if (write.kind !== "update") throw new Error("an update was expected");
  return updatedFields(fields, write);
}

const data = fc.dictionary(
  fc.constantFrom("a", "b", "c", "at"),
  fc.oneof(
    fc.string(),
    fc.double({ noNaN: true }),
    fc.date({ noInvalidDate: true }),
    fc.constant(null),
  ),
);

describe("a document's data", () => {
  it("is what was written, however many updates made it and whenever it was read between", () => {
    fc.assert(
      fc.property(data, fc.array(fc.tuple(data, fc.boolean())), (first, updates) => {
        let fields = toFields(first);
        let expected: DocumentData = first;
        for (const [update, isRead] of updates) {
          fields = updated(fields, update);
          expected = { ...expected, ...update };
          expect(isRead ? read(fields) : expected).toEqual(expected);
        }
        expect(read(fields)).toEqual(expected);
      }),
    );
  });

  it("is made once, and shares what no update touched with what it was before", () => {
    const before = toFields({ at: new Date(5), price: "1" });
    const first = read(before);
    expect(read(before)).toBe(first);
    const unread = updated(updated(before, { price: "2" }), { price: "3" });
    const second = read(unread);
    expect(second).toEqual({ at: new Date(5), price: "3" });
    expect(second["at"]).toBe(first["at"]);
    expect(first).toEqual({ at: new Date(5), price: "1" });
    // What it was made of is let go, so that versions do not hang together for ever.
    expect(unread).toMatchObject({ origin: undefined });
  });

  it("keeps the version of each document's own time", () => {
    const fields = toFields({});
    const at = (seconds: number) =>
      toSnapshot({
        path: "c/d",
        fields,
        createTime: time,
        updateTime: new Timestamp(seconds, 7000),
      });
    expect([at(1).version, at(2).version, at(1).version]).toEqual([
      "1.000007000",
      "2.000007000",
      "1.000007000",
    ]);
    for (const version of ["1.000007000", "2.000007000", "1.000007000"]) {
      const precondition = { kind: "version", version } as const;
      expect(toEngineWrite({ kind: "delete", path: "c/d", precondition })).toMatchObject({
        precondition: { updateTime: new Timestamp(Number(version[0]), 7000) },
      });
    }
  });
});
