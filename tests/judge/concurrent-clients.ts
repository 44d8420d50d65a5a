import { FieldValue, Firestore, type Transaction } from "@google-cloud/firestore";
import { createRng, type Rng } from "../../src/std/rng.ts";
import type { Action, Change, Seen } from "./documents-model.ts";
import type { Operation } from "./linearizable.ts";

export interface ClientsOptions {
  /** host:port */
  readonly endpoint: string;
  readonly projectId: string;
  readonly seed: number;
  readonly clients: number;
  readonly operationsEach: number;
  /** Few, so that the clients meet. */
  readonly documents: number;
}

const COLLECTION = "judged";
const FIELD = "n";

/** gRPC codes of answers that say that nothing was done. */
const REFUSED = new Set([10 /* ABORTED */, 8 /* RESOURCE_EXHAUSTED */]);

/**
 * Clients of the Node server SDK, each with a connection of its own, that read and write a few
 * documents at the same time. Returns what each asked and was told, and when.
 */
export async function runClients(options: ClientsOptions): Promise<readonly Operation<Action>[]> {
  const rng = createRng(options.seed);
  const clients = Array.from(
    { length: options.clients },
    (_, client) => new JudgedClient(client, options, rng.fork(`client ${client}`)),
  );
  try {
    const histories = await Promise.all(clients.map((client) => client.run()));
    return histories.flat();
  } finally {
    await Promise.all(clients.map((client) => client.close()));
  }
}

class JudgedClient {
  readonly #client: number;
  readonly #options: ClientsOptions;
  readonly #rng: Rng;
  readonly #firestore: Firestore;

  constructor(client: number, options: ClientsOptions, rng: Rng) {
    this.#client = client;
    this.#options = options;
    this.#rng = rng;
    this.#firestore = new Firestore({
      projectId: options.projectId,
      host: options.endpoint,
      ssl: false,
      customHeaders: { Authorization: "Bearer owner" },
    });
  }

  async run(): Promise<readonly Operation<Action>[]> {
    const history: Operation<Action>[] = [];
    for (let count = 0; count < this.#options.operationsEach; count += 1) {
      const startMs = performance.now();
      const action = await this.#act();
      const endMs = action.kind === "lost" ? Infinity : performance.now();
      history.push({ client: this.#client, startMs, endMs, action });
    }
    return history;
  }

  close(): Promise<void> {
    return this.#firestore.terminate();
  }

  #act(): Promise<Action> {
    const kind = this.#rng.integer(0, 9);
    if (kind < 2) return this.#read();
    if (kind < 3) return this.#query();
    if (kind < 5) return this.#write();
    if (kind < 6) return this.#create();
    if (kind < 7) return this.#update();
    return this.#transaction();
  }

  #place(): number {
    return this.#rng.integer(0, this.#options.documents - 1);
  }

  #document(at: number): FirebaseFirestore.DocumentReference {
    return this.#firestore.collection(COLLECTION).doc(`d${at}`);
  }

  async #read(): Promise<Action> {
    const at = this.#place();
    return { kind: "read", seen: [{ at, value: valueOf(await this.#document(at).get()) }] };
  }

  async #query(): Promise<Action> {
    const { docs } = await this.#firestore.collection(COLLECTION).where(FIELD, ">=", 0).get();
    const found = new Map(docs.map((document) => [document.id, valueOf(document)]));
    const places = Array.from({ length: this.#options.documents }, (_, at) => at);
    return { kind: "read", seen: places.map((at) => ({ at, value: found.get(`d${at}`) })) };
  }

  #write(): Promise<Action> {
    const changes = this.#changes();
    const batch = this.#firestore.batch();
    for (const change of changes) {
      const document = this.#document(change.at);
      if (change.kind === "set") batch.set(document, { [FIELD]: change.value });
      else if (change.kind === "delete") batch.delete(document);
      else batch.set(document, { [FIELD]: FieldValue.increment(change.by) }, { merge: true });
    }
    return orUnanswered(changes, async () => {
      await batch.commit();
      return { kind: "write", changes };
    });
  }

  /** One or two changes of documents that are not the same. */
  #changes(): readonly Change[] {
    const first = this.#place();
    const second = this.#place();
    return [...new Set([first, second])].map((at): Change => {
      const kind = this.#rng.integer(0, 9);
      if (kind < 5) return { kind: "increment", at, by: 1 };
      return kind < 9 ? { kind: "set", at, value: this.#value() } : { kind: "delete", at };
    });
  }

  /** Large and rarely twice the same, so that a value tells which write it comes from. */
  #value(): number {
    return this.#rng.integer(1, 1_000) * 1_000;
  }

  #create(): Promise<Action> {
    const at = this.#place();
    const value = this.#value();
    const ALREADY_EXISTS = 6;
    return orUnanswered([{ kind: "set", at, value }], async () => {
      const created = await succeeds(this.#document(at).create({ [FIELD]: value }), ALREADY_EXISTS);
      return { kind: "create", at, value, created };
    });
  }

  #update(): Promise<Action> {
    const at = this.#place();
    const value = this.#value();
    const NOT_FOUND = 5;
    return orUnanswered([{ kind: "set", at, value }], async () => {
      const found = await succeeds(this.#document(at).update({ [FIELD]: value }), NOT_FOUND);
      return { kind: "update", at, value, found };
    });
  }

  /** Reads one or all documents, and writes what it computes from them. */
  #transaction(): Promise<Action> {
    const from = this.#place();
    const to = this.#place();
    const all = this.#rng.chance(0.3);
    let seen: readonly Seen[] = [];
    let changes: readonly Change[] = [];
    return orUnanswered(changes, async () => {
      await this.#firestore.runTransaction(async (transaction) => {
        seen = all ? await this.#readAll(transaction) : await this.#readOne(transaction, from);
        const sum = seen.reduce((total, { value }) => total + (value ?? 0), 0);
        changes = [{ kind: "set", at: to, value: sum + 1 }];
        transaction.set(this.#document(to), { [FIELD]: sum + 1 });
      });
      return { kind: "transaction", seen, changes };
    });
  }

  async #readOne(transaction: Transaction, at: number): Promise<readonly Seen[]> {
    return [{ at, value: valueOf(await transaction.get(this.#document(at))) }];
  }

  async #readAll(transaction: Transaction): Promise<readonly Seen[]> {
    const { docs } = await transaction.get(this.#firestore.collection(COLLECTION));
    const found = new Map(docs.map((document) => [document.id, valueOf(document)]));
    const places = Array.from({ length: this.#options.documents }, (_, at) => at);
    return places.map((at) => ({ at, value: found.get(`d${at}`) }));
  }
}

function valueOf(document: FirebaseFirestore.DocumentSnapshot): number | undefined {
  return document.get(FIELD) as number | undefined;
}

/** True when it succeeds, false when it is refused with this code. */
async function succeeds(call: Promise<unknown>, refusalCode: number): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === refusalCode) return false;
    throw error;
  }
}

async function orUnanswered(
  changes: readonly Change[],
  call: () => Promise<Action>,
): Promise<Action> {
  try {
    return await call();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code !== "number") throw error;
    return REFUSED.has(code) ? { kind: "refused" } : { kind: "lost", changes };
  }
}
