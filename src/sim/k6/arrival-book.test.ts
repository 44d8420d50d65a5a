import { expect, test } from "vitest";
import { createRng } from "../../std/rng.ts";
import { clientLoadSchema, type ClientOperation } from "../config/scenario.ts";
import { clientArrivals } from "../drivers/client-arrivals.ts";
import type { OutsideClients } from "../drivers/client-driver.ts";
import { LedgerJournal } from "../drivers/ledger-journal.ts";
import { syntheticUser } from "../drivers/testing/synthetic-user.ts";
import { BilledOperations } from "../measure/billed-operations.ts";
import { CommitCounter } from "../measure/commit-counter.ts";
import { ArrivalBook } from "./arrival-book.ts";
import { formatLine } from "./line-format.ts";

test("a project is told of every operation, with its last code and its tries", () => {
  const load = clientLoadSchema.parse({
    perUserPerMinute: { "ledger-create": 60, "open-trades": 60, "sign-up": 60 },
    arrivals: "constant",
  });
  const market = {
    symbols: ["AAPL"],
    updatesPerSecond: () => [],
    lastPriceAt: () => ({ price: "1.00", elapsedMs: 0 }),
  };
  const users = [syntheticUser({ uid: "ada" })];
  const planned = clientArrivals({ load, users, durationMs: 10_000, market }, createRng(1));
  const told: unknown[][] = [];
  const outside: OutsideClients = {
    scheme: "https",
    isHere: false,
    tokenOf: () => Promise.resolve("token"),
    carried: (...what) => void told.push(what),
  };
  const recorder = {
    startMs: 0,
    generator: null,
    operation: () => undefined,
    dropped: () => undefined,
  };
  const book = new ArrivalBook(new Map([...planned].map(([kind, all]) => [kind, [...all]])), {
    recorder,
    startWallMs: 0,
    journal: new LedgerJournal(),
    commits: new CommitCounter(),
    billed: new BilledOperations(),
    outside,
  });
  const at = (operation: ClientOperation, n: number, attempts: number) => {
    return { operation, n, attempts, startedMs: 9000, finishedMs: 9001 };
  };
  const failed = { kind: "failed", message: "no", ambiguous: false } as const;
  book.hear(formatLine({ ...at("ledger-create", 0, 3), kind: "ok", documents: 1 }));
  book.hear(formatLine({ ...at("ledger-create", 1, 2), ...failed, code: "ABORTED" }));
  book.hear(formatLine({ ...at("open-trades", 0, 1), kind: "ok", documents: 7 }));
  book.hear(formatLine({ ...at("open-trades", 1, 1), ...failed, code: "UNAVAILABLE" }));
  // The harness carries sign-ups out itself.
  book.hear(formatLine({ ...at("sign-up", 0, 1), kind: "ok", documents: 1 }));
  expect(told).toEqual([
    ["create", "OK", 1, 3],
    ["create", "ABORTED", 0, 2],
    ["read", "OK", 7, 1],
    ["read", "UNAVAILABLE", 0, 1],
  ]);
});
