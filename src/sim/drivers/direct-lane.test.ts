import { describe, expect, test } from "vitest";
import { AutoClock } from "../../std/auto-clock.fixture.ts";
import { createRng } from "../../std/rng.ts";
import { StoreError, type Write } from "../../system/store/store.ts";
import { scenarioSchema, type DirectWrites } from "../config/scenario.ts";
import { createPopulation } from "../population/create-population.ts";
import { DirectJournal } from "./direct-journal.ts";
import { runDirectLane, type DirectCommit } from "./direct-lane.ts";
import { createDirectWriter } from "./direct-writer.ts";
import { LedgerJournal } from "./ledger-journal.ts";

const POPULATION = createPopulation(
  { users: 40, tenants: 8, largestTenantShare: 0.5 },
  createRng("direct"),
);

interface Setup {
  readonly load: Partial<DirectWrites> & Pick<DirectWrites, "into">;
  readonly durationMs?: number;
  /** Answers a commit: a status fails it. */
  readonly answer?: (commits: number) => StoreError["code"] | null;
}

async function drive({ load, durationMs = 1000, answer = () => null }: Setup) {
  const clock = new AutoClock();
  const ledger = new LedgerJournal();
  const journal = new DirectJournal();
  const committed: Write[][] = [];
  const commits: DirectCommit[] = [];
  const full = {
    writesPerSecond: 100,
    documentsPerCommit: 1,
    ids: "random",
    counters: 1,
    ...load,
  } satisfies DirectWrites;
  const writer = createDirectWriter(full, {
    clock,
    rng: createRng("writer"),
    population: POPULATION,
    market: { symbols: ["AAA", "BBB"], priceOf: () => "10.00" },
    ledger,
    journal,
  });
  let asked = 0;
  const lane = runDirectLane(
    {
      load: full,
      startMs: clock.monotonicMs(),
      durationMs,
      store: {
        commit: async (writes) => {
          asked += 1;
          await clock.sleep(5);
          const code = answer(asked);
          if (code !== null) throw new StoreError(code, "commit", "a/b", "no");
          committed.push([...writes]);
          return { commitTimeMs: 0 };
        },
      },
      writer,
      recorder: {
        direct: (commit) => void commits.push(commit),
        directDropped: () => undefined,
      },
      signal: new AbortController().signal,
    },
    clock,
  );
  const summary = await clock.run(lane);
  return {
    summary,
    commits,
    committed,
    ledger,
    journal,
    paths: committed.flat().map(({ path }) => path),
  };
}

describe("direct writes", () => {
  test("fall due evenly at their rate, several to a commit, and count from then", async () => {
    const { commits, committed } = await drive({
      load: { into: "new-collection", writesPerSecond: 1000, documentsPerCommit: 10 },
    });
    expect(commits).toHaveLength(100);
    expect(committed.every((writes) => writes.length === 10)).toBe(true);
    expect(commits.slice(0, 3).map(({ intendedMs }) => intendedMs)).toEqual([0, 10, 20]);
    expect(new Set(commits.map((commit) => commit.finishedMs - commit.intendedMs))).toEqual(
      new Set([5]),
    );
  });

  test("end after a minute, however long the phase", async () => {
    const { summary } = await drive({
      load: { into: "one-counter", writesPerSecond: 1 },
      durationMs: 3_600_000,
    });
    expect(summary.arrivals).toBe(60);
  });

  test("are tried once: a refusal is counted, and expected nowhere", async () => {
    const { commits, journal, paths } = await drive({
      load: { into: "new-collection" },
      answer: (commit) => (commit % 2 === 0 ? "RESOURCE_EXHAUSTED" : null),
    });
    expect(commits.filter(({ code }) => code === "RESOURCE_EXHAUSTED")).toHaveLength(50);
    expect(journal.documents).toEqual(new Map(paths.map((path) => [path, "acknowledged"])));
  });

  test("with their answer lost may be there or not", async () => {
    const { journal } = await drive({
      load: { into: "new-collection" },
      answer: () => "DEADLINE_EXCEEDED",
    });
    expect(new Set(journal.documents.values())).toEqual(new Set(["unconfirmed"]));
  });

  test("into the largest tenant's ledger are its users' entries, in the ledger's journal", async () => {
    const { paths, ledger, journal } = await drive({ load: { into: "largest-tenant-ledger" } });
    const [largest] = [...POPULATION.tenants].sort(
      (left, right) => right.userIndexes.length - left.userIndexes.length,
    );
    expect(new Set(paths.map((path) => path.split("/")[1]))).toEqual(new Set([largest?.tenantId]));
    expect(ledger.acknowledged).toHaveLength(100);
    expect(journal.documents.size).toBe(0);
  });

  test("into users' signals go round all users", async () => {
    const { paths } = await drive({ load: { into: "users-signals" } });
    expect(new Set(paths.map((path) => path.split("/")[1])).size).toBe(40);
  });

  test("to one counter: increments acknowledged, and those whose answer was lost", async () => {
    const { journal, paths } = await drive({
      load: { into: "one-counter" },
      answer: (commit) => (commit <= 10 ? "UNAVAILABLE" : commit <= 30 ? "ABORTED" : null),
    });
    expect(new Set(paths).size).toBe(1);
    expect([...journal.counters.values()]).toEqual([{ atLeast: 70, atMost: 80 }]);
  });

  test("to a distributed counter go to its documents in turn, and each is accounted for", async () => {
    const { journal } = await drive({ load: { into: "one-counter", counters: 8 } });
    const bounds = [...journal.counters.values()];
    expect(bounds).toHaveLength(8);
    // 100 increments over 8.
    expect(bounds.map(({ atLeast }) => atLeast)).toEqual([13, 13, 13, 13, 12, 12, 12, 12]);
  });

  test("with sequential IDs sort as they were written, with random ones they do not", async () => {
    const isSorted = (paths: readonly string[]) =>
      paths.every((path, index) => index === 0 || (paths[index - 1] ?? "") < path);
    const sequential = await drive({ load: { into: "new-collection", ids: "sequential" } });
    expect(isSorted(sequential.paths)).toBe(true);
    expect(isSorted((await drive({ load: { into: "new-collection" } })).paths)).toBe(false);
  });

  test("one counter cannot be written twice in a commit", () => {
    const directWrites = { writesPerSecond: 10, documentsPerCommit: 2, into: "one-counter" };
    const parsed = scenarioSchema.shape.directWrites.safeParse(directWrites);
    expect(parsed.error?.issues[0]?.message).toContain("expected 1 for one-counter");
    const spread = { writesPerSecond: 10, into: "users-signals", counters: 2 };
    expect(scenarioSchema.shape.directWrites.safeParse(spread).success).toBe(false);
  });
});
