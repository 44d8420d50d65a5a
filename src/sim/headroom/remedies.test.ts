import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isLimitId } from "../../firestore/limits/limits.ts";
import { readIndexFile } from "../../firestore/indexes/index-file.ts";
import { LIMITER_PRESETS, limiterConfigSchema } from "../../system/limiter/config.ts";
import { findScenario } from "../config/scenario-files.ts";
import { scenarioSchema } from "../config/scenario.ts";
import type { Binding } from "./binding.ts";
import { REMEDY_KINDS, remediesFor } from "./remedies.ts";
import type { Remedy } from "./remedy.ts";
import type { Situation } from "./situation.ts";

const ROOT = new URL("../../../", import.meta.url);
const OWN = readFileSync(new URL("firestore.indexes.json", ROOT), "utf8");
const variant = (name: string): string =>
  readFileSync(new URL(`scenarios/indexes/${name}.json`, ROOT), "utf8");

function situation(scenario: string, fields: Partial<Situation> = {}): Situation {
  return {
    varied: "users",
    options: {},
    scenario: findScenario(scenario),
    limiter: "paced",
    limiterConfig: LIMITER_PRESETS.default,
    indexes: OWN,
    users: null,
    tenants: null,
    ...fields,
  };
}

function binding(
  id: string,
  subject: string | null = null,
  indexJson: string | null = null,
): Binding {
  const kind = isLimitId(id)
    ? "limit"
    : id.includes(".") && !id.startsWith("tuning")
      ? "check"
      : "setting";
  return { kind, id, subject, checkId: "x", phase: null, detail: "d", indexJson };
}

const SIGNALS_INDEX = JSON.stringify({
  collectionGroup: "signals",
  queryScope: "COLLECTION",
  fields: [
    { fieldPath: "price", order: "ASCENDING" },
    { fieldPath: "created_at", order: "DESCENDING" },
  ],
});

/** One situation for each kind of remedy, in which it changes something. */
const CASES: readonly (readonly [string, Binding, Situation])[] = [
  [
    "exempt-field",
    binding("sequential-index", "index ledger_trades (ts ASC)"),
    situation("large-tenant-ledger", { indexes: variant("ledger-ts-indexed") }),
  ],
  [
    "narrow-scope",
    binding("sequential-index", "index collection group signals (created_at DESC)"),
    situation("group-index", { indexes: variant("created-at-group") }),
  ],
  [
    "shard-or-drop-composite",
    binding("sequential-index", "index ledger_trades (ts DESC, symbol ASC)"),
    situation("large-tenant-ledger", { indexes: variant("ledger-composite") }),
  ],
  [
    "add-index",
    binding("index-required", "queries on signals", SIGNALS_INDEX),
    situation("active"),
  ],
  ["warm-ranges", binding("ramp-start", "collection users"), situation("active")],
  ["spread-pulse", binding("ramp-start", "collection users"), situation("thundering-herd")],
  ["ramp-limiter", binding("ramp-start", "collection users"), situation("active")],
  ["distributed-counter", binding("document-writes", "document d/c"), situation("ops-counter")],
  [
    "scatter-ids",
    binding("sequential-documents", "collection direct_writes"),
    situation("cold-collection", {
      scenario: scenarioSchema.parse({
        ...findScenario("cold-collection"),
        directWrites: { into: "new-collection", ids: "sequential", writesPerSecond: 10 },
      }),
    }),
  ],
  ["raise-batch-limit", binding("batch_write_limit"), situation("active")],
  ["raise-document-limit", binding("doc_write_limit"), situation("active")],
  [
    "enable-limiter",
    binding("enable_rate_limiting"),
    situation("active", { limiterConfig: { enable_rate_limiting: false } }),
  ],
  ["pace", binding("strategy"), situation("active", { limiter: "literal" })],
  ["start-ramp-higher", binding("tuning.ramp"), situation("active", { limiter: "ramp" })],
  ["lend-tenants-more", binding("tuning.tenants"), situation("active")],
  ["more-workers", binding("benchmark.pnl-latency"), situation("active")],
];

function remedy(id: string, bound: Binding, at: Situation): Remedy {
  const found = remediesFor(bound, at).find((one) => one.id === id);
  if (found === undefined) throw new Error(`${id} is not proposed`);
  return found;
}

test("every kind has a case here, and a name of its own", () => {
  expect(CASES.map(([id]) => id).toSorted()).toEqual(REMEDY_KINDS.map(({ id }) => id).toSorted());
});

describe.each(CASES)("%s", (id, bound, at) => {
  test("changes one thing, to what a trial takes, and says where that is said", () => {
    const { change, advice, source } = remedy(id, bound, at);
    const changed = change(at);
    const differs = Object.keys(at).filter(
      (key) =>
        JSON.stringify(changed[key as keyof Situation]) !==
        JSON.stringify(at[key as keyof Situation]),
    );
    expect(differs).toHaveLength(1);
    expect(scenarioSchema.safeParse(changed.scenario).success).toBe(true);
    expect(limiterConfigSchema.safeParse(changed.limiterConfig).success).toBe(true);
    expect(readIndexFile(changed.indexes).kind).toBe("read");
    expect(advice).toMatch(/\.$|\}$/);
    const page = /^docs\/[a-z]+\.md/.exec(source)?.[0];
    expect(page === undefined ? source.includes("https://") : existsSync(new URL(page, ROOT))).toBe(
      true,
    );
  });

  test("is not proposed again where it has been made", () => {
    const once = remedy(id, bound, at).change(at);
    const again = remediesFor(bound, once).filter((one) => one.id === id);
    // An index that is gone binds no more; who names it all the same gets the same file.
    expect(again.map(({ change }) => change(once).scenario)).toEqual(
      again.map(() => once.scenario),
    );
  });
});

describe("exact index edits", () => {
  const fileOf = (text: string) => {
    const read = readIndexFile(text);
    if (read.kind !== "read") throw new Error("not an index file");
    return read.file;
  };

  test.each([
    ["exempt-field", "ledger-ts-indexed", "index ledger_trades (ts ASC)"],
    ["exempt-field", "ledger-false-exemption", "index ledger_trades (ts DESC)"],
    ["shard-or-drop-composite", "ledger-composite", "index ledger_trades (ts DESC, symbol ASC)"],
    ["narrow-scope", "created-at-group", "index collection group signals (created_at DESC)"],
  ])("%s turns %s into the service's own file", (id, file, subject) => {
    const at = situation("large-tenant-ledger", { indexes: variant(file) });
    const changed = fileOf(remedy(id, binding("sequential-index", subject), at).change(at).indexes);
    const own = fileOf(OWN);
    const sorted = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).toSorted();
    expect(sorted(changed.indexes)).toEqual(sorted(own.indexes));
    expect(sorted(changed.fieldOverrides)).toEqual(sorted(own.fieldOverrides));
  });
});

test.each([
  ["a limit nobody has a remedy for", binding("transaction-size", "request")],
  ["data that is lost", binding("data.ledger")],
  ["a hot document that is no counter of ours", binding("document-writes", "document ops/x")],
  ["a ramp that is lifted already", binding("ramp-start", "collection direct_writes")],
])("%s: none is known", (_what, bound) => {
  const warm = { ...findScenario("cold-collection"), warmedTo: 50_000 };
  expect(remediesFor(bound, situation("cold-collection", { scenario: warm }))).toEqual([]);
});
