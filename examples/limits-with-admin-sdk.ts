/**
 * Production's limits as a plain program meets them: nothing but firebase-admin, pointed at the
 * gateway by FIRESTORE_EMULATOR_HOST. It prints what it sees, takes about a minute, and ends by itself.
 *
 *     npm run sim -- gateway --indexes examples/limits.indexes.json        # in one terminal
 *     FIRESTORE_EMULATOR_HOST=127.0.0.1:8080 npx tsx examples/limits-with-admin-sdk.ts
 *
 * Add --full-ramp to bring a new collection up to 1,500 writes/s as 500/50/5 has it; that takes 16
 * minutes. Without it, the gateway is asked to behave as if that had been done.
 */
import { initializeApp } from "firebase-admin/app";
import { FieldValue, getFirestore } from "firebase-admin/firestore";
import type { DocumentData, Firestore } from "firebase-admin/firestore";

const host = process.env["FIRESTORE_EMULATOR_HOST"];
const fullRamp = process.argv.includes("--full-ramp");
if (host === undefined || host === "") {
  process.stderr.write("Set FIRESTORE_EMULATOR_HOST to the gateway, such as 127.0.0.1:8080.\n");
  process.exit(2);
}

initializeApp({ projectId: "demo-plimsoll" });
const db = getFirestore();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

await oneHotDocument();
await aNewCollection();
await growingValues();
await aMissingIndex();
await conflictingTransactions();
await db.terminate();

async function oneHotDocument(): Promise<void> {
  say("1. One document, written by everybody");
  const hot = db.doc(`example_ops/performance-${Date.now()}`);
  const alone = await timed(() => hot.set({ n: 0 }));
  const crowd = await Promise.all(
    Array.from({ length: 40 }, (_, n) => timed(() => hot.set({ n }))),
  );
  say(
    `   one write alone: ${alone.toFixed(0)} ms; 40 at once: the slowest ${Math.max(...crowd).toFixed(0)} ms`,
  );
  say("   (the SDK has retried those that were ABORTED by itself; without its retries:)");
  const result = await offer(
    db,
    40,
    40,
    () => hot,
    (n) => ({ n }),
  );
  say(`   ${describe(result)}`);
}

async function aNewCollection(): Promise<void> {
  say("2. 1,500 writes/s to a new collection");
  const cold = db.collection(`example_cold_${Date.now()}`);
  say(
    `   cold: ${describe(
      await offer(
        db,
        12_000,
        1_500,
        () => cold.doc(),
        () => ({}),
      ),
    )}`,
  );
  const warm = db.collection(`example_warm_${Date.now()}`);
  if (fullRamp) await ramp(() => warm.doc());
  else await control("warm", { writesPerSecond: 3_000 });
  const after = fullRamp ? "after the ramp" : "as if ramped";
  say(
    `   ${after}: ${describe(
      await offer(
        db,
        6_000,
        1_500,
        () => warm.doc(),
        () => ({}),
      ),
    )}`,
  );
}

/** 500 writes/s, and half as much again every five minutes. */
async function ramp(document: () => FirebaseFirestore.DocumentReference): Promise<void> {
  for (const perSecond of [500, 750, 1_125]) {
    const result = await offer(db, perSecond * 320, perSecond, document, () => ({}));
    say(`   ramp, ${perSecond}/s: ${describe(result)}`);
  }
}

async function growingValues(): Promise<void> {
  say("3. 1,000 creates/s with a created_at that grows");
  await control("warm", { writesPerSecond: 20_000 });
  for (const [collection, why] of [
    ["example_automatic", "indexed by itself, so 500/s at most"],
    ["example_exempt", "exempt from indexing, so no limit"],
    ["example_composite", "exempt, but in a composite after side: 500/s again"],
  ] as const) {
    const created = (): DocumentData => ({
      side: "SELL",
      created_at: FieldValue.serverTimestamp(),
    });
    const result = await offer(db, 6_000, 1_000, () => db.collection(collection).doc(), created);
    say(`   ${collection} (${why}): ${describe(result)}`);
  }
}

async function aMissingIndex(): Promise<void> {
  say("4. A query that lacks its index");
  const query = db.collection("example_trades").where("side", "==", "SELL");
  try {
    await query.orderBy("created_at", "desc").get();
    say("   was answered: the limits are off, or the index is there");
  } catch (error) {
    const { code, details, metadata } = error as {
      code?: number;
      details?: string;
      metadata?: { get(name: string): readonly unknown[] };
    };
    say(`   code ${code}: ${details}`);
    const ours = metadata?.get("x-plimsoll-explanation")[0];
    if (typeof ours === "string") say(`   ${ours}`);
  }
}

async function conflictingTransactions(): Promise<void> {
  say("5. Two transactions on one document");
  const counter = db.doc("example_counters/one");
  await counter.set({ n: 0 });
  let tries = 0;
  const add = () =>
    db.runTransaction(async (transaction) => {
      tries += 1;
      const n = (await transaction.get(counter)).get("n") as number;
      await new Promise((resolve) => setTimeout(resolve, 200));
      transaction.update(counter, { n: n + 1 });
    });
  await Promise.all([add(), add()]);
  const n = (await counter.get()).get("n") as number;
  say(`   both committed: the counter is ${n}, after ${tries} tries`);
}

interface Offered {
  readonly written: number;
  /** By status code. */
  readonly refused: ReadonlyMap<number, number>;
  readonly firstError: string | undefined;
  readonly seconds: number;
}

/** Writes so many documents at a rate, and counts; nothing is tried again. */
async function offer(
  firestore: Firestore,
  count: number,
  perSecond: number,
  document: () => FirebaseFirestore.DocumentReference,
  data: (index: number) => DocumentData,
): Promise<Offered> {
  const refused = new Map<number, number>();
  let firstError: string | undefined;
  let written = 0;
  const writer = firestore.bulkWriter({ throttling: false });
  writer.onWriteResult(() => (written += 1));
  writer.onWriteError(({ code, message }) => {
    refused.set(code, (refused.get(code) ?? 0) + 1);
    firstError ??= message;
    return false;
  });
  const startedAt = performance.now();
  for (let index = 0; index < count; index += 1) {
    writer.set(document(), data(index)).catch(() => undefined);
    const aheadMs = startedAt + (index / perSecond) * 1000 - performance.now();
    if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
  }
  await writer.close();
  return { written, refused, firstError, seconds: (performance.now() - startedAt) / 1000 };
}

function describe({ written, refused, firstError, seconds }: Offered): string {
  const codes = [...refused].map(([code, count]) => `${count} with code ${code}`);
  const fault =
    firstError === undefined ? "none refused" : `refused ${codes.join(", ")}: ${firstError}`;
  return `${written} written in ${seconds.toFixed(1)} s (${(written / seconds).toFixed(0)}/s), ${fault}`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function control(what: string, body: object): Promise<void> {
  const answer = await fetch(`http://${host}/plimsoll/v1/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!answer.ok) say(`   (no Plimsoll gateway at ${host}: HTTP ${answer.status})`);
}
