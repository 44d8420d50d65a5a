import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readQueries } from "../src/sim/audit/queries-file.ts";
import { FINDING_IDS } from "../src/sim/audit/finding.ts";

const PAGE = readFileSync("docs/audit.md", "utf8");

describe("docs/audit.md", () => {
  it("explains every finding, and no other", () => {
    const listed = [...PAGE.matchAll(/^\| `([a-z-]+)` \|/gm)]
      .map(([, id]) => id)
      .filter((id) => id?.startsWith("--") === false);
    expect(listed).toEqual([...FINDING_IDS]);
  });

  it("shows a file of queries that is one", () => {
    const [, example] = /```json\n([\s\S]*?)```/.exec(PAGE) ?? [];
    expect(readQueries(example ?? "", "docs/audit.md")).toMatchObject({
      kind: "read",
      queries: [{ name: "SELL trades of a day" }, { name: "open or new, of everybody" }],
    });
  });
});
