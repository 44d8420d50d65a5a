import { describe, expect, test } from "vitest";
import { admission, at, attempt, DATABASE, set, update } from "./admission.fixture.ts";
import { admissionReport, heatMap } from "./report.ts";

describe("an admission", () => {
  test("lets a single write through at once", () => {
    expect(admission().commit(attempt(set("c/a", { x: 1n })), 0)).toMatchObject({
      kind: "admit",
      delayMs: 0,
    });
  });

  test("counts a request's writes and index entries", () => {
    const target = admission();
    target.commit(attempt(set("c/a", { x: 1n, y: 2n })), 0);
    target.commit(attempt(update("c/a", { x: 2n })), 10);
    const report = admissionReport.parse(target.report(1000));
    expect(report.attempts.commit).toBe(2);
    expect(report.writes).toEqual({ attempted: 2, admitted: 2, delayed: 0, refused: 0 });
    // Two fields, ascending and descending, are inserted; then two rows removed and two inserted.
    expect(report.indexEntriesWritten).toBe(4 + 4);
  });

  test("shows its load as heat", () => {
    const target = admission();
    for (let index = 0; index < 100; index += 1) {
      target.commit(attempt(set(`c/${index}`, {})), index * 200);
    }
    const heat = heatMap.parse(target.heat(20_000));
    expect(heat.cells).toBe(2);
    expect(heat.ranges).toEqual([
      expect.objectContaining({ kind: "documents", space: "c", operations: [50, 50] }),
    ]);
  });

  test("refuses one document's flood, and says which document it was", () => {
    const target = admission();
    const decisions = Array.from({ length: 100 }, () =>
      target.commit(attempt(update("ops/performance", { count: 1n })), 0),
    );
    const refused = decisions.findLast((decision) => decision.kind === "refuse");
    expect(refused).toMatchObject({
      code: "ABORTED",
      message: "Too much contention on these documents. Please try again.",
      refusal: { limit: "document-writes", subject: "document ops/performance" },
    });
    expect(target.report(1).hottest[0]).toMatchObject({ subject: "document ops/performance" });
  });

  test("refuses a query without its index, and prints the index", () => {
    const target = admission();
    const query = {
      parent: "",
      collectionId: "trades",
      allDescendants: false,
      where: { kind: "field", field: ["side"], operator: "==", value: "SELL" },
      orderBy: [{ field: ["created_at"], direction: "descending" }],
      offset: 0,
    } as const;
    expect(target.query({ database: DATABASE, query }, 0)).toMatchObject({
      code: "FAILED_PRECONDITION",
      refusal: { limit: "index-required", passesAtMs: null },
    });
    expect(target.report(1).missingIndexes).toMatchObject([
      { collectionGroup: "trades", count: 1 },
    ]);
  });

  test("explains what a write touches", () => {
    const explanation = admission().explain(attempt(set("c/a", { x: at(1), y: "a" })), 0);
    expect(explanation).toMatchObject({
      documentRows: 1,
      indexRows: 4,
      locks: ["c/a"],
      participants: 1,
    });
    expect(explanation.ranges.map(({ range }) => range)).toEqual([
      "collection c",
      // Each stands for its descending twin.
      "index c (x ASC)",
      "index c (y ASC)",
    ]);
  });
});
