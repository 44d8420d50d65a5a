import { describe, expect, it } from "vitest";
import { FirestoreError } from "../../firestore/data/status.ts";
import type { Write } from "../../firestore/data/write.ts";
import { faultsSchema } from "../config/fault.ts";
import { callFaultsOf } from "../drivers/call-fault.ts";
import type { FaultMet } from "../drivers/fault-injector.ts";
import { CommitExplainer } from "./commit-explainer.ts";
import type { SeenCommit } from "./in-process-database.ts";

const TRADE = "users/u1/shadowTradeHistory/t1";

function commit(
  atMs: number,
  paths: readonly string[],
  more: Partial<SeenCommit> = {},
): SeenCommit {
  return {
    arrivedMs: atMs,
    endedMs: atMs + 20,
    writes: paths.map((path): Write => ({ kind: "delete", path })),
    error: null,
    refusal: null,
    queueMs: 0,
    queuedFor: undefined,
    lockMs: 0,
    ...more,
  };
}

function fault(atMs: number, given: Readonly<Record<string, unknown>>): FaultMet {
  const [parsed] = callFaultsOf(faultsSchema.parse([given]));
  if (parsed === undefined) throw new Error("a call's fault");
  return { atMs, fault: parsed, operation: "commit", paths: [TRADE] };
}

const demand = { cost: 1, keys: [TRADE], tenantId: "acme", userCount: 3 };

describe("CommitExplainer", () => {
  it("tells in order of time what a write met: limiter, fault, limit, lock, and each try", () => {
    const explainer = new CommitExplainer(TRADE);
    explainer.see(commit(1_000, [TRADE]));
    explainer.see(
      commit(1_500, [TRADE], {
        error: new FirestoreError("ABORTED", "too much contention"),
        refusal: {
          limit: "document-rate",
          subject: `document ${TRADE}`,
          subjectKind: "document",
          explanation: "One document takes 1 write/s.",
          passesAtMs: null,
        },
      }),
    );
    explainer.faulted(fault(1_700, { kind: "refuse", code: "UNAVAILABLE" }));
    explainer.faulted(fault(2_000, { kind: "slow", addedMs: 800 }));
    explainer.see(
      commit(2_900, [TRADE, "users/u1/alpacaAccounts/snapshot"], {
        endedMs: 2_950,
        queueMs: 12,
        queuedFor: "document",
        lockMs: 30.25,
      }),
    );
    explainer.see(commit(2_800, [TRADE]));
    explainer.reserved({
      atMs: 1_400,
      demand,
      answer: { kind: "granted", sendAtMs: 1_500, waitedFor: "document-limit", limit: 50 },
    });
    explainer.reserved({ atMs: 1_400, demand, answer: { kind: "granted", sendAtMs: 1_400 } });
    explainer.reserved({
      atMs: 3_000,
      demand,
      answer: { kind: "refused", reason: "open-circuit", message: "too many refusals" },
    });
    explainer.see(commit(1_000, ["users/u2/shadowTradeHistory/t1"]));
    expect(explainer.lines()).toEqual([
      `0:00:01.000 commit of ${TRADE}: committed after 20.0 ms`,
      `0:00:01.400 limiter holds ${TRADE} for 100.0 ms: document-limit of 50 writes`,
      `0:00:01.500 commit of ${TRADE}: failed after 20.0 ms: ABORTED: too much contention [document-rate, document ${TRADE}] One document takes 1 write/s.`,
      `0:00:01.700 fault by script, refuse, hits commit of ${TRADE}: UNAVAILABLE`,
      `0:00:02.000 fault by script, slow, hits commit of ${TRADE}: 800 ms later`,
      `0:00:02.800 commit of ${TRADE}, after 2 failures: committed after 20.0 ms`,
      `0:00:02.900 commit of 2 writes, ${TRADE} first: committed after 50.0 ms, 12.0 of it in the queue of a document that was full, 30.3 of it for a transaction's locks`,
      `0:00:03.000 limiter refuses ${TRADE}: open-circuit: too many refusals`,
      "Asked about: 3 committed, 1 failed, 1 hit by the fault refuse, 1 hit by the fault slow, 1 held back by the limiter (document-limit), 1 refused by the limiter.",
    ]);
  });

  it("tells of a second, and of a tenant by what its limiter was asked", () => {
    const second = new CommitExplainer("2s");
    for (const atMs of [1_999, 2_000, 2_999, 3_000]) second.see(commit(atMs, [TRADE]));
    expect(second.lines().at(-1)).toBe("Asked about: 2 committed.");
    const tenant = new CommitExplainer("acme");
    const answer = { kind: "granted", sendAtMs: 10 } as const;
    tenant.reserved({ atMs: 0, demand, answer });
    tenant.reserved({ atMs: 0, demand: { ...demand, tenantId: "other" }, answer });
    expect(tenant.lines()).toHaveLength(2);
    expect(new CommitExplainer("nobody").lines()).toEqual(["Asked about: nothing that happened."]);
  });

  it("of second 0 tells what came after loading", () => {
    const explainer = new CommitExplainer("0s");
    explainer.see(commit(0, [TRADE], { endedMs: 0 }));
    explainer.see(commit(0, [TRADE]));
    expect(explainer.lines()).toEqual([
      `0:00:00.000 commit of ${TRADE}: committed after 20.0 ms`,
      "Asked about: 1 loaded before the first phase, which takes no time, 1 committed.",
    ]);
  });

  it("calls the part of a brown-out by its name", () => {
    const explainer = new CommitExplainer(TRADE);
    explainer.faulted(fault(100, { kind: "brown-out", unavailableShare: 1 }));
    expect(explainer.lines()).toEqual([
      `0:00:00.100 fault by script, brown-out (refuse), hits commit of ${TRADE}: UNAVAILABLE`,
      "Asked about: 1 hit by the fault brown-out.",
    ]);
  });

  it("takes a commit for a repeat only when the one before had ended", () => {
    const explainer = new CommitExplainer(TRADE);
    const error = new FirestoreError("ABORTED", "too much contention");
    explainer.see(commit(100, [TRADE], { endedMs: 2_000, error }));
    explainer.see(commit(200, [TRADE], { endedMs: 2_100, error }));
    explainer.see(commit(2_100, [TRADE]));
    expect(explainer.lines().map((line) => /after.* failure/.exec(line)?.[0])).toEqual([
      undefined,
      undefined,
      "after a failure",
      undefined,
    ]);
  });

  it("counts what nobody would read", () => {
    const explainer = new CommitExplainer("users/");
    for (let atMs = 0; atMs < 600; atMs += 1) explainer.see(commit(atMs, [TRADE]));
    const lines = explainer.lines();
    expect(lines).toHaveLength(502);
    expect(lines.slice(-2)).toEqual([
      "… and 100 more, which are only counted",
      "Asked about: 600 committed.",
    ]);
  });
});
