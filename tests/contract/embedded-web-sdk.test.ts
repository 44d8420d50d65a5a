import { deleteApp, initializeApp, type FirebaseApp } from "firebase/app";
import {
  collection,
  connectFirestoreEmulator,
  deleteDoc,
  doc,
  getCountFromServer,
  getDoc,
  getDocs,
  getFirestore,
  increment,
  onSnapshot,
  query,
  runTransaction,
  serverTimestamp,
  setDoc,
  setLogLevel,
  terminate,
  updateDoc,
  where,
  writeBatch,
  type Firestore,
} from "firebase/firestore";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assert } from "../../src/std/assert.ts";
import { startEmbeddedServer, type EmbeddedServer } from "./embedded-server.ts";

/**
 * The web SDK in Node speaks gRPC: it writes over a Write stream, and listens to all its targets
 * over one Listen stream, whose snapshots it takes as consistent over all of them.
 */
describe("web SDK on the embedded engine", () => {
  let server: EmbeddedServer;
  let app: FirebaseApp;
  let db: Firestore;
  let apps = 0;
  beforeAll(async () => {
    setLogLevel("error");
    server = await startEmbeddedServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    apps += 1;
    app = initializeApp({ projectId: `demo-web-${apps}` }, `web-${apps}`);
    db = getFirestore(app);
    connectFirestoreEmulator(db, "127.0.0.1", server.port);
  });
  afterEach(async () => {
    await terminate(db);
    await deleteApp(app);
    assert(server.faults.length === 0, "the server met a fault of its own");
  });

  it("writes, reads, updates with transforms and deletes", async () => {
    const ref = doc(db, "things/a");
    await setDoc(ref, { n: 1, at: serverTimestamp() });
    await updateDoc(ref, { n: increment(2), "m.x": [1] });
    const snapshot = await getDoc(ref);
    expect(snapshot.get("n")).toBe(3);
    expect(snapshot.get("m.x")).toEqual([1]);
    expect((await getCountFromServer(collection(db, "things"))).data().count).toBe(1);
    await deleteDoc(ref);
    expect((await getDoc(ref)).exists()).toBe(false);
  });

  it("is told why a write was refused, and goes on", async () => {
    await expect(updateDoc(doc(db, "things/none"), { n: 1 })).rejects.toMatchObject({
      code: "not-found",
    });
    const batch = writeBatch(db);
    batch.set(doc(db, "things/a"), {}).update(doc(db, "things/none"), { n: 1 });
    await expect(batch.commit()).rejects.toMatchObject({ code: "not-found" });
    await setDoc(doc(db, "things/b"), { n: 1 });
    expect((await getDocs(collection(db, "things"))).docs.map(({ id }) => id)).toEqual(["b"]);
  });

  it("loses no increment in transactions under contention", async () => {
    const ref = doc(db, "things/counter");
    await setDoc(ref, { n: 0 });
    const add = () =>
      runTransaction(
        db,
        async (transaction) => {
          const n = (await transaction.get(ref)).get("n") as number;
          // Read only, so that it is verified at the commit.
          await transaction.get(doc(db, "things/other"));
          transaction.update(ref, { n: n + 1 });
        },
        { maxAttempts: 20 },
      );
    await Promise.all([add(), add(), add(), add()]);
    expect((await getDoc(ref)).get("n")).toBe(4);
  });

  it("sees its targets move together, and comes back after being without", async () => {
    const things = collection(db, "things");
    const seen = { small: [] as string[][], large: [] as string[][] };
    const watch = (name: "small" | "large", condition: ReturnType<typeof where>) =>
      onSnapshot(query(things, condition), { includeMetadataChanges: true }, (snapshot) => {
        if (!snapshot.metadata.fromCache && !snapshot.metadata.hasPendingWrites) {
          seen[name].push(snapshot.docs.map(({ id }) => id));
        }
      });
    const stopSmall = watch("small", where("n", "<", 10));
    const stopLarge = watch("large", where("n", ">=", 10));
    await expect.poll(() => [seen.small.at(-1), seen.large.at(-1)]).toEqual([[], []]);
    await setDoc(doc(things, "a"), { n: 1 });
    await expect.poll(() => seen.small.at(-1)).toEqual(["a"]);
    await setDoc(doc(things, "a"), { n: 11 });
    await expect.poll(() => [seen.small.at(-1), seen.large.at(-1)]).toEqual([[], ["a"]]);
    stopSmall();
    await setDoc(doc(things, "b"), { n: 2 });
    const again = watch("small", where("n", "<", 10));
    await expect.poll(() => seen.small.at(-1)).toEqual(["b"]);
    again();
    stopLarge();
  });
});
