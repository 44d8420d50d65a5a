import { expect, test } from "vitest";
import { EncodedFields } from "../data/encoded-fields.ts";
import { fields } from "./admission.fixture.ts";
import { PreviousMemory } from "./previous-memory.ts";

test("knows what was written last, and what was deleted", () => {
  const memory = new PreviousMemory(1_000_000);
  const first = fields({ x: 1n });
  memory.set("c/a", first, 10);
  expect(memory.get("c/a")).toBe(first);
  memory.set("c/a", "none", 0);
  expect(memory.get("c/a")).toBe("none");
  expect(memory.get("c/b")).toBeUndefined();
});

test("stays within its bytes, and keeps what was written lately", () => {
  const memory = new PreviousMemory(100_000);
  for (let index = 0; index < 10_000; index += 1) memory.set(`c/${index}`, fields({}), 1000);
  // About 2,000 bytes each, so at most 50 of them.
  expect(memory.size).toBeLessThanOrEqual(50);
  expect(memory.size).toBeGreaterThan(20);
  expect(memory.get("c/9999")).toBeDefined();
  expect(memory.get("c/0")).toBeUndefined();
});

test("keeps encoded fields by their bytes, copied, and no longer what was decoded of them", () => {
  const memory = new PreviousMemory(100_000);
  let decodes = 0;
  const decode = (bytes: Buffer, start: number, end: number) => {
    decodes += 1;
    return fields({ text: bytes.toString("utf8", start, end) });
  };
  const message = Buffer.from("..abc..");
  const encoded = new EncodedFields(message, 2, 5, decode);
  expect(encoded.decoded).toBe(encoded.decoded);
  memory.set("c/a", encoded, 3);
  message.fill(0);
  const kept = memory.get("c/a") as EncodedFields;
  expect(kept.hasBytesOf(new EncodedFields(Buffer.from("xabc"), 1, 4, decode))).toBe(true);
  expect(kept.hasBytesOf(new EncodedFields(Buffer.from("xabd"), 1, 4, decode))).toBe(false);
  expect(kept.hasBytesOf(new EncodedFields(Buffer.from("xabc"), 1, 3, decode))).toBe(false);
  expect([kept.decoded, kept.decoded]).toEqual([fields({ text: "abc" }), fields({ text: "abc" })]);
  expect(decodes).toBe(3);
});

test("stays within its bytes also where what was encoded comes to be decoded", () => {
  const memory = new PreviousMemory(100_000);
  const decode = () => fields({});
  for (let index = 0; index < 10_000; index += 1) {
    memory.set(`c/${index}`, new EncodedFields(Buffer.alloc(200), 0, 200, decode), 200);
  }
  // About 500 bytes each.
  expect(memory.size).toBeLessThanOrEqual(200);
  expect(memory.size).toBeGreaterThan(90);
  for (let index = 9000; index < 10_000; index += 1) memory.set(`c/${index}`, fields({}), 200);
  expect(memory.size).toBeLessThanOrEqual(100);
});
