import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startEmbeddedServer, type EmbeddedServer } from "../contract/embedded-server.ts";
import { runClients } from "./concurrent-clients.ts";
import { documentsModel } from "./documents-model.ts";
import { judge } from "./linearizable.ts";

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbeddedServer();
});
afterAll(() => server.close());

const DOCUMENTS = 3;
const run = process.pid;

describe("what concurrent clients of the Node SDK saw is linearizable", () => {
  it.each([1, 2, 3, 4])("on the embedded server, seed %i", { timeout: 60_000 }, async (seed) => {
    const history = await runClients({
      endpoint: server.endpoint,
      projectId: `demo-judge-${run}-${seed}`,
      seed,
      clients: 6,
      operationsEach: 40,
      documents: DOCUMENTS,
    });
    expect(judge(history, documentsModel(DOCUMENTS)).kind).toBe("linearizable");
    // Nothing is lost on a machine that does not fail, and contention is the SDK's to retry.
    const unanswered = history.filter(({ action }) => action.kind === "lost");
    expect(unanswered).toEqual([]);
    expect(server.faults).toEqual([]);
  });

  // Locks of the emulator are waited for and retried for seconds, so it gets less to do.
  it("on the official emulator", { timeout: 120_000 }, async () => {
    const history = await runClients({
      endpoint: inject("firestoreEndpoint"),
      projectId: `demo-judge-${run}`,
      seed: 1,
      clients: 4,
      operationsEach: 15,
      documents: DOCUMENTS,
    });
    expect(judge(history, documentsModel(DOCUMENTS)).kind).toBe("linearizable");
  });
});
