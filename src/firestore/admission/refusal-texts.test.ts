import { describe, expect, test } from "vitest";
import { PRODUCTION_ERRORS } from "../limits/production-errors.ts";
import { admission, at, attempt, scattered, set, update } from "./admission.fixture.ts";
import type { Decision, Refusal, WriteAttempt } from "./admission.ts";
import type { ControlledAdmission } from "./controlled-admission.ts";

type Refused = Extract<Decision, { kind: "refuse" }>;

/** The last refusal of a flood at 3,000/s. */
function refusalOf(
  target: ControlledAdmission,
  write: (index: number, nowMs: number) => WriteAttempt,
  code?: Refused["code"],
): Refused & { readonly nowMs: number } {
  let last: (Refused & { readonly nowMs: number }) | undefined;
  for (let index = 0; index < 10_000; index += 1) {
    const nowMs = index / 3;
    const decision = target.commit(write(index, nowMs), nowMs);
    if (decision.kind === "refuse" && (code ?? decision.code) === decision.code)
      last = { ...decision, nowMs };
  }
  if (last === undefined) throw new Error("nothing was refused");
  return last;
}

function lastRefusal(target: ControlledAdmission, write: WriteAttempt, nowMs: number): Refusal {
  const decision = target.commit(write, nowMs);
  if (decision.kind === "admit") throw new Error("nothing was refused");
  return decision.refusal;
}

describe("a refusal says what production does not", () => {
  test("of a document", () => {
    const { refusal, message, nowMs } = refusalOf(
      admission(),
      () => attempt(update("ops/performance", { n: 1n })),
      "ABORTED",
    );
    expect(message).toBe(PRODUCTION_ERRORS["too-much-contention"].text);
    expect(refusal.subject).toBe("document ops/performance");
    expect(refusal.explanation).toMatch(
      /^document ops\/performance is offered [\d,]+ writes\/s; one document takes about 10\/s and waits from 1\/s on\..*shards/,
    );
    expect(refusal.passesAtMs).toBeGreaterThan(nowMs);
  });

  test("of a new collection", () => {
    const { refusal, message } = refusalOf(
      admission(),
      (index) => attempt(set(`c/${scattered(index)}`, {})),
      "RESOURCE_EXHAUSTED",
    );
    expect(message).toBe(PRODUCTION_ERRORS["ramp-exceeded"].text);
    expect(refusal).toMatchObject({ limit: "ramp-start", subjectKind: "collection" });
    expect(refusal.explanation).toMatch(
      /^collection c is offered 3,\d\d\d operations\/s and serves 560\/s now; .* 50% more every 5 minutes.* in about 21 min\.$/,
    );
  });

  test("of a growing index", () => {
    const target = admission();
    target.warm(5000);
    const { refusal } = refusalOf(target, (index, nowMs) =>
      attempt(set(`c/${scattered(index)}`, { created_at: at(nowMs) })),
    );
    expect(refusal).toMatchObject({ limit: "sequential-index", subjectKind: "index-range" });
    expect(refusal.subject).toMatch(/^index c \(created_at ASC\)/);
    expect(refusal.explanation).toContain('exempt the field from indexing ("indexes": [])');
  });

  test("of growing document IDs", () => {
    const { refusal } = refusalOf(admission(), (index) =>
      attempt(set(`c/${String(index).padStart(9, "0")}`, {})),
    );
    expect(refusal.limit).toBe("sequential-documents");
    expect(refusal.explanation).toContain("use IDs that scatter");
  });

  describe("what it says of when it would have passed is true, to the millisecond", () => {
    const create = (index: number, nowMs: number) =>
      attempt(set(`c/${scattered(index)}`, { at: at(nowMs) }));
    const hot = (documents: number) => () =>
      attempt(
        ...Array.from({ length: documents }, (_, place) => update(`ops/d${place}`, { n: 1n })),
      );
    const twice = () => attempt(update("ops/a", { n: 1n }), update("c/x", { n: 1n }));

    test.each([
      ["of a new collection", 0, create],
      ["of a growing index", 5000, create],
      ["of a document", 0, hot(1)],
      ["of three documents", 0, hot(3)],
    ] as const)("%s", (_what, warmTo, write) => {
      const target = admission();
      target.warm(warmTo);
      const { refusal } = refusalOf(target, write);
      const passesAtMs = refusal.passesAtMs ?? Infinity;
      expect(target.commit(write(-1, passesAtMs - 2), passesAtMs - 2).kind).toBe("refuse");
      // The attempt just now was turned away, which costs a little.
      const { passesAtMs: laterMs } = lastRefusal(
        target,
        write(-2, passesAtMs - 1),
        passesAtMs - 1,
      );
      expect(target.commit(write(-3, laterMs ?? Infinity), laterMs ?? Infinity).kind).toBe("admit");
    });

    test("of a document while its collection is full too", () => {
      const target = admission();
      for (let index = 0; index < 20_000; index += 1) target.commit(create(index, 0), 0);
      for (let index = 0; index < 100; index += 1) target.commit(hot(1)(), 0);
      for (let index = 0; index < 100; index += 1) {
        target.commit(attempt(update("ops/a", { n: 1n })), 0);
      }
      const { limit, passesAtMs } = lastRefusal(target, twice(), 1);
      expect(limit).toBe("document-writes");
      expect(target.commit(twice(), passesAtMs ?? Infinity).kind).toBe("admit");
    });

    test("of a commit that needs nearly all the time of a call: when the queue is empty", () => {
      const target = admission();
      const large = attempt(
        ...Array.from({ length: 33_000 }, (_, index) => set(`c/${scattered(index)}`, {})),
      );
      for (let index = 0; index < 2800; index += 1) {
        target.commit(attempt(set(`c/${scattered(index)}`, {})), 0);
      }
      const { limit, passesAtMs } = lastRefusal(target, large, 0);
      expect(limit).toBe("rpc-deadline");
      expect(target.commit(large, passesAtMs ?? Infinity).kind).toBe("admit");
    });
  });

  test("a commit whose own work takes longer than a call may last", () => {
    const writes = Array.from({ length: 40_000 }, (_, index) => set(`c/${scattered(index)}`, {}));
    expect(admission().commit(attempt(...writes), 0)).toMatchObject({
      code: "DEADLINE_EXCEEDED",
      message: PRODUCTION_ERRORS["deadline-exceeded"].text,
      delayMs: 60_000,
      refusal: { limit: "rpc-deadline", passesAtMs: null },
    });
  });
});
