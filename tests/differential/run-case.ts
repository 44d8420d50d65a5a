import type { Answer, FirestoreWire, Plain } from "../judge/firestore-wire.ts";
import { observe, type Observation, TimeTable } from "./observe.ts";
import type { Call, Case, Pages, Step, Transaction } from "./step.ts";

/** Pages of one list that are followed at most. */
const MAX_PAGES = 30;

/**
 * Takes the case's steps one after another to the server, in a database of its own that must be
 * empty. The last observation is the whole database as a query sees it.
 */
export async function runCase(
  wire: FirestoreWire,
  database: string,
  steps: Case,
): Promise<readonly Observation[]> {
  const run = new CaseRun(wire, database);
  for (const step of steps) await run.take(step);
  await run.readBack();
  return run.observations;
}

class CaseRun {
  readonly observations: Observation[] = [];
  readonly #wire: FirestoreWire;
  readonly #database: string;
  readonly #times: TimeTable;

  constructor(wire: FirestoreWire, database: string) {
    this.#wire = wire;
    this.#database = database;
    this.#times = new TimeTable();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "call":
        return this.#call(step);
      case "pages":
        return this.#pages(step);
      case "transaction":
        return this.#transaction(step);
    }
  }

  async readBack(): Promise<void> {
    const answer = await this.#wire.call("RunQuery", {
      parent: `${this.#database}/documents`,
      structuredQuery: { from: [{ allDescendants: true }] },
    });
    this.#note(0, "the database read back", "RunQuery", answer);
  }

  #call(call: Call, extras: Plain = {}): Promise<void> {
    return this.#send(call, extras, `${call.id} ${call.method}`);
  }

  async #send(call: Call, extras: Plain, label: string): Promise<void> {
    const request = { ...(this.#resolve(call.request) as Plain), ...extras };
    this.#note(call.id, label, call.method, await this.#wire.call(call.method, request));
  }

  #note(id: number, label: string, method: Call["method"], answer: Answer): void {
    this.#times.learn(id, answer.messages);
    this.observations.push(observe(label, method, answer, this.#times, this.#database));
  }

  async #pages({ id, method, request }: Pages): Promise<void> {
    let pageToken = "";
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const answer = await this.#wire.call(method, {
        ...(this.#resolve(request) as Plain),
        pageToken,
      });
      this.#note(id, `${id} ${method}, page ${page}`, method, answer);
      const next = answer.messages[0]?.["nextPageToken"];
      if (typeof next !== "string" || next === "") return;
      pageToken = next;
    }
  }

  async #transaction(step: Transaction): Promise<void> {
    const begun = await this.#wire.call("BeginTransaction", {
      database: this.#database,
      options: this.#resolve(step.options),
    });
    this.#note(step.id, `${step.id} BeginTransaction`, "BeginTransaction", begun);
    const transaction = begun.messages[0]?.["transaction"];
    if (begun.code !== 0) return;
    for (const read of step.reads) await this.#call(read, { transaction });
    for (const call of step.outside) await this.#call(call);
    for (const read of step.readsAgain) await this.#call(read, { transaction });
    const [method, extra]: [Call["method"], Plain] =
      step.writes === undefined ? ["Rollback", {}] : ["Commit", { writes: step.writes }];
    const end: Call = {
      kind: "call",
      id: step.id,
      method,
      request: { database: "$DB", ...extra },
    };
    await this.#send(end, { transaction }, `${step.id} ${method} of the transaction`);
    // A commit that is malformed ends nothing: its locks would stand in the way of what follows.
    await this.#wire.call("Rollback", { database: this.#database, transaction });
  }

  /** Puts the database's name and the server's times in the place of what stands for them. */
  #resolve(part: unknown): unknown {
    if (typeof part === "string") {
      return part.startsWith("$DB") ? this.#database + part.slice(3) : part;
    }
    if (Array.isArray(part)) return part.map((item) => this.#resolve(item));
    if (typeof part !== "object" || part === null) return part;
    const id = (part as { $timeOf?: number }).$timeOf;
    if (id !== undefined) return this.#times.timeOf(id);
    return Object.fromEntries(
      Object.entries(part).map(([name, value]) => [name, this.#resolve(value)]),
    );
  }
}
