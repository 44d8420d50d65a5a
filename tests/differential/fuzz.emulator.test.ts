import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startEmbeddedServer, type EmbeddedServer } from "../contract/embedded-server.ts";
import { openGrpcWire } from "../judge/firestore-wire.ts";
import { openRestWire } from "../judge/rest-wire.ts";
import { describeFault, fuzz, type Sides } from "./fuzz.ts";

/**
 * The embedded server against the official emulator, call by call. The seeds are the same each time,
 * so that a red run says what changed; PLIMSOLL_FUZZ_SEEDS=n runs n of them, PLIMSOLL_FUZZ_FROM=n
 * begins with another one than 1.
 */
const FIRST = Number(process.env["PLIMSOLL_FUZZ_FROM"] ?? "1");
const WANTED = process.env["PLIMSOLL_FUZZ_SEEDS"];
const SEEDS = Number(WANTED ?? "150");
/** Enough of them to see what is common to them. */
const MAX_FAULTS = 3;

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbeddedServer();
});
afterAll(() => server.close());

describe("the embedded server and the emulator answer every call of random cases alike", () => {
  // Without a number asked for, as many seeds as fit in the budget.
  it.each([
    { wire: "gRPC", open: openGrpcWire, budgetMs: 24_000 },
    { wire: "REST", open: openRestWire, budgetMs: 10_000 },
  ])(
    "over $wire",
    { timeout: WANTED === undefined ? 120_000 : SEEDS * 10_000 },
    async ({ open, budgetMs }) => {
      const sides: Sides = {
        ours: open(server.endpoint),
        theirs: open(inject("firestoreEndpoint")),
      };
      const endMs = WANTED === undefined ? performance.now() + budgetMs : Infinity;
      const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST + index);
      const result = await fuzz(
        sides,
        seeds,
        (faults) => faults.length >= MAX_FAULTS || performance.now() > endMs,
      );
      sides.ours.close();
      sides.theirs.close();
      expect(result.faults.map(describeFault).join("\n\n"), "disagreements").toBe("");
      expect(server.faults).toEqual([]);
      // A run that compared next to nothing says nothing.
      expect(result.calls).toBeGreaterThan(200);
    },
  );
});
