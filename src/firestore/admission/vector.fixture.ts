import { z } from "zod";
import { Timestamp } from "../data/timestamp.ts";
import type { MapValue, Value } from "../data/value.ts";
import type { Write } from "../data/write.ts";
import { NO_INDEX_FILE } from "../indexes/create-catalogue.ts";
import { type IndexFile, readIndexFile } from "../indexes/index-file.ts";
import { scattered } from "./admission.fixture.ts";

/** The format of src/firestore/capacity/vectors, which its README explains. */

const bounds = z.tuple([z.number().nullable(), z.number().nullable()]);
const value = z.union([
  z.strictObject({ stringValue: z.string() }),
  z.strictObject({ integerValue: z.string() }),
  z.strictObject({ timestampValue: z.string() }),
  z.strictObject({ integers: z.number().int() }),
]);
const fields = z.record(z.string(), value);
const write = z.union([
  z.strictObject({ set: z.string(), fields }),
  z.strictObject({ update: z.string(), fields }),
  z.strictObject({ delete: z.string() }),
]);
const vector = z.strictObject({
  id: z.string(),
  states: z.string(),
  limit: z.string(),
  source: z.url(),
  sureness: z.enum(["A", "B", "C"]),
  indexes: z.unknown().optional(),
  warmToWritesPerSecond: z.number().optional(),
  load: z.array(
    z.strictObject({
      seconds: z.number(),
      commitsPerSecond: z.number(),
      times: z.number().int().optional(),
      requestBytes: z.number().int().optional(),
      commit: z.array(write),
    }),
  ),
  expect: z.array(
    z.strictObject({
      fromSecond: z.number(),
      toSecond: z.number(),
      admittedPerSecond: bounds.optional(),
      refusedPerSecond: bounds.optional(),
      longestDelayMs: bounds.optional(),
      codes: z.array(z.string()).optional(),
      limits: z.array(z.string()).optional(),
    }),
  ),
});

export type Vector = z.infer<typeof vector>;
export type Expectation = Vector["expect"][number];
type WriteText = z.infer<typeof write>;

export function readVectors(json: string): readonly Vector[] {
  const file = z.strictObject({ format: z.literal(1), vectors: z.array(vector) });
  return file.parse(JSON.parse(json)).vectors;
}

export function indexesOf({ id, indexes }: Vector): IndexFile {
  if (indexes === undefined) return NO_INDEX_FILE;
  const read = readIndexFile(JSON.stringify(indexes));
  if (read.kind === "faulty") throw new Error(`${id}: ${read.faults[0]?.message}`);
  return read.file;
}

/** The write with its placeholders filled in. */
export function writeOf(text: WriteText, number: number, nowMs: number): Write {
  if ("delete" in text) return { kind: "delete", path: filled(text.delete, number) };
  const values = fieldsOf(text.fields, number, nowMs);
  if ("set" in text) {
    return { kind: "update", path: filled(text.set, number), fields: values, transforms: [] };
  }
  const mask = Object.keys(text.fields).map((name) => [name]);
  return {
    kind: "update",
    path: filled(text.update, number),
    fields: values,
    mask,
    transforms: [],
  };
}

function fieldsOf(texts: z.infer<typeof fields>, number: number, nowMs: number): MapValue {
  const entries = Object.entries(texts).map(([name, text]): [string, Value] => [
    name,
    valueOf(text, number, nowMs),
  ]);
  return new Map(entries);
}

function valueOf(text: z.infer<typeof value>, number: number, nowMs: number): Value {
  if ("stringValue" in text) return filled(text.stringValue, number);
  if ("integerValue" in text) return BigInt(filled(text.integerValue, number));
  if ("timestampValue" in text) return Timestamp.fromMillis(nowMs);
  return Array.from({ length: text.integers }, (_, index) => BigInt(index));
}

function filled(text: string, number: number): string {
  return text.replaceAll(/\{(n|id)(?:%(\d+))?\}/g, (_all, name: string, modulus?: string) => {
    const which = modulus === undefined ? number : number % Number(modulus);
    return name === "id" ? scattered(which) : String(which).padStart(12, "0");
  });
}
