import type { Answer, Method, Plain } from "../judge/firestore-wire.ts";

/** What one call showed, without what may differ between servers: clocks, tokens, the order of a set. */
export interface Observation {
  readonly label: string;
  readonly method: Method;
  /** A gRPC status code. */
  readonly code: number;
  /** The status' text; reported, but not compared. */
  readonly text: string;
  /** The answer in one line for each part, in an order that is part of the contract. */
  readonly lines: readonly string[];
}

/** A part that is 0 is not on the wire. */
interface Time {
  readonly seconds: string;
  readonly nanos?: number;
}

/** No generated timestamp is later (2015), and no server's clock is earlier. */
const FIRST_REAL_SECOND = 1_420_070_400;

/** When nothing was committed, what stands for its time: long before everything. */
const NEVER: Time = { seconds: "1", nanos: 0 };

/** The times of the commits, by the steps that made them: a server's clock made comparable. */
export class TimeTable {
  readonly #names = new Map<string, string>();
  readonly #times = new Map<number, Time>();

  /** Remembers the commit times of a step's answer. */
  learn(id: number, messages: readonly Plain[]): void {
    for (const message of messages) {
      const results = (message["writeResults"] ?? []) as readonly { updateTime?: Time }[];
      const latest = results.reduce<Time | undefined>(
        (late, { updateTime }) => later(late, updateTime),
        undefined,
      );
      const time = (message["commitTime"] as Time | undefined) ?? latest;
      // The emulator's time of a commit without writes is no time of its database.
      if (time === undefined || results.length === 0) continue;
      this.#times.set(id, time);
      this.#name(time, `@${id}`);
      results.forEach(({ updateTime }, index) => {
        if (updateTime !== undefined) this.#name(updateTime, `@${id}.${index}`);
      });
    }
  }

  timeOf(id: number): Time {
    return this.#times.get(id) ?? NEVER;
  }

  /** "@12" for the time of step 12, "@now" for another of the server's clock, else the time itself. */
  nameOf(time: Time): string {
    if (!isReal(time)) return `${time.seconds}s${time.nanos ?? 0}n`;
    return this.#names.get(keyOf(time)) ?? "@now";
  }

  #name(time: Time, name: string): void {
    const key = keyOf(time);
    if (!this.#names.has(key)) this.#names.set(key, name);
  }
}

function isReal(time: Time): boolean {
  return Number(time.seconds) >= FIRST_REAL_SECOND;
}

function keyOf(time: Time): string {
  return `${time.seconds}.${time.nanos ?? 0}`;
}

function later(left: Time | undefined, right: Time | undefined): Time | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  const seconds = Number(right.seconds) - Number(left.seconds);
  return seconds > 0 || (seconds === 0 && (right.nanos ?? 0) > (left.nanos ?? 0)) ? right : left;
}

export function observe(
  label: string,
  method: Method,
  { code, text, messages }: Answer,
  times: TimeTable,
  database: string,
): Observation {
  const lines = code === 0 ? linesOf(method, messages).map((part) => render(part, times, database)) : []; // prettier-ignore
  const texts = [text, ...messages.flatMap(textsOfWrites)].join(" ").trim();
  return { label, method, code, text: texts.replaceAll(database, "$DB"), lines };
}

/** A BatchWrite that succeeds has a status, and a text, for each write. */
function textsOfWrites({ status }: Plain): readonly string[] {
  return ((status as readonly { message?: string }[]) ?? []).map(({ message }) => message ?? "");
}

function linesOf(method: Method, messages: readonly Plain[]): readonly unknown[] {
  switch (method) {
    case "RunQuery":
      return [
        ...messages.flatMap((message) => message["document"] ?? []),
        { skipped: total(messages, "skippedResults") },
      ];
    case "BatchGetDocuments":
      // Asked for together, answered in any order.
      return messages
        .flatMap(({ found, missing }) => found ?? (missing === undefined ? [] : { missing }))
        .sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
    case "RunAggregationQuery":
      return messages.map(({ result }) => result);
    case "BatchWrite":
      return messages.flatMap(({ writeResults, status }) => [
        ...((writeResults as readonly unknown[]) ?? []),
        // Only the codes: texts are reported for whole calls.
        ((status as readonly Plain[]) ?? []).map((one) => one["code"] ?? 0),
      ]);
    case "Commit":
      return messages.map(({ writeResults }) => writeResults ?? []);
    case "ListDocuments":
      return messages.flatMap(({ documents, nextPageToken }) => [
        ...((documents as readonly unknown[]) ?? []),
        { more: (nextPageToken ?? "") !== "" },
      ]);
    case "ListCollectionIds":
      return messages.map(({ collectionIds, nextPageToken }) => ({
        collectionIds: collectionIds ?? [],
        more: (nextPageToken ?? "") !== "",
      }));
    case "BeginTransaction":
      return [];
    case "CreateDocument":
    case "UpdateDocument":
    case "GetDocument":
    case "DeleteDocument":
    case "Rollback":
      return messages;
  }
}

function total(messages: readonly Plain[], field: string): number {
  return messages.reduce((sum, message) => sum + Number(message[field] ?? 0), 0);
}

function nameOf(part: unknown): string {
  const { name, missing } = part as { name?: string; missing?: string };
  return name ?? missing ?? "";
}

/** Canonical text: fields in order of their names, -0 and NaN told apart, clocks by their names. */
function render(part: unknown, times: TimeTable, database: string): string {
  if (typeof part === "string") return JSON.stringify(part.replaceAll(database, "$DB"));
  if (typeof part === "number") return Object.is(part, -0) ? "-0" : String(part);
  if (Array.isArray(part)) {
    return `[${part.map((item) => render(item, times, database)).join(", ")}]`;
  }
  if (typeof part !== "object" || part === null) return String(part);
  if (isTime(part)) return times.nameOf(part);
  const entries = Object.entries(part)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, value]) => `${name}: ${isServerTime(name, value) ? "@now" : render(value, times, database)}`); // prettier-ignore
  return `{${entries.join(", ")}}`;
}

/**
 * A field that the server set to its time. It need not be the commit's: the published protos say
 * millisecond precision, and "when the server processed the request".
 */
function isServerTime(name: string, value: unknown): boolean {
  return name === "timestampValue" && isReal(value as Time);
}

/** Of all messages here, only Timestamp has `seconds`. */
function isTime(part: object): part is Time {
  return typeof (part as { seconds?: unknown }).seconds === "string" && !("name" in part);
}
