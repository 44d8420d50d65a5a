import { isMap } from "./map-value.ts";
import {
  StoreError,
  type DocumentData,
  type FieldTransform,
  type FieldValue,
  type Snapshot,
  type Transforms,
  type Write,
} from "./store.ts";

/**
 * The document after a write; undefined when it is gone. Throws the StoreError the server would
 * answer with when the write's condition does not hold.
 */
export function applyWrite(
  current: Snapshot | undefined,
  write: Write,
  nowMs: number,
  version: string,
): Snapshot | undefined {
  checkCondition(current, write);
  if (write.kind === "delete") return undefined;
  const data = applyTransforms(dataAfter(current?.data, write), write.transforms ?? {}, nowMs);
  return { path: write.path, data, version };
}

function checkCondition(current: Snapshot | undefined, write: Write): void {
  const fail = (code: StoreError["code"], message: string): never => {
    throw new StoreError(code, "commit", write.path, message);
  };
  if (write.kind === "create" && current) fail("ALREADY_EXISTS", "the document exists");
  if (write.kind === "update" && !current) fail("NOT_FOUND", "there is no such document");
  if (write.kind !== "update" && write.kind !== "delete") return;
  const { precondition } = write;
  if (precondition?.kind === "version" && precondition.version !== current?.version) {
    fail("FAILED_PRECONDITION", "the document has changed since it was read");
  }
  if (precondition?.kind === "exists" && precondition.exists !== (current !== undefined)) {
    fail(precondition.exists ? "NOT_FOUND" : "ALREADY_EXISTS", "the precondition does not hold");
  }
}

function dataAfter(
  current: DocumentData | undefined,
  write: Exclude<Write, { kind: "delete" }>,
): DocumentData {
  switch (write.kind) {
    case "create":
      return write.data;
    case "set":
      return write.merge ? merge(current ?? {}, write.data) : write.data;
    case "update":
      return { ...current, ...write.data };
  }
}

/** Maps are merged, everything else is replaced; an empty map replaces too. */
function merge(current: DocumentData, change: DocumentData): DocumentData {
  const merged: { [field: string]: FieldValue } = { ...current };
  for (const [field, value] of Object.entries(change)) {
    const existing = merged[field];
    const deep = isMap(value) && isMap(existing) && Object.keys(value).length > 0;
    merged[field] = deep ? merge(existing, value) : value;
  }
  return merged;
}

function applyTransforms(data: DocumentData, transforms: Transforms, nowMs: number): DocumentData {
  let result = data;
  for (const [path, transform] of Object.entries(transforms)) {
    result = transformField(result, path.split("."), transform, nowMs);
  }
  return result;
}

function transformField(
  data: DocumentData,
  [field = "", ...rest]: readonly string[],
  transform: FieldTransform,
  nowMs: number,
): DocumentData {
  const existing = data[field];
  if (rest.length > 0) {
    const inner = isMap(existing) ? existing : {};
    return { ...data, [field]: transformField(inner, rest, transform, nowMs) };
  }
  if (transform.kind === "server-timestamp") return { ...data, [field]: new Date(nowMs) };
  const base = typeof existing === "number" ? existing : 0;
  return { ...data, [field]: base + transform.by };
}
