import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StructuredQuery } from "../../src/firestore/data/query.ts";
import { Timestamp } from "../../src/firestore/data/timestamp.ts";
import type { MapValue, Value } from "../../src/firestore/data/value.ts";
import type { EntryChanges } from "../../src/firestore/indexes/catalogue.ts";
import { createCatalogue, NO_INDEX_FILE } from "../../src/firestore/indexes/create-catalogue.ts";
import { readIndexFile, type IndexFile } from "../../src/firestore/indexes/index-file.ts";
import { shadowTradesPath } from "../../src/system/schema/user.ts";
import type { BenchRow } from "./bench-row.ts";

const INDEXES_FILE = fileURLToPath(new URL("../../firestore.indexes.json", import.meta.url));
const ROUNDS = 60_000;
const USERS = 1000;

/** What the indexes add to every write and query, beside writing the same document as JSON once. */
export async function benchIndexes(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const own = createCatalogue(ownIndexes());
  const automatic = createCatalogue(NO_INDEX_FILE);
  const documents = Array.from({ length: 256 }, (_, at) => trade(at));
  const revalued = documents.map((document, at) => revalue(document, at));
  const path = (at: number): string => `${shadowTradesPath(`u${at % USERS}`)}/t${at}`;
  const document = (at: number): MapValue => documents[at % 256] as MapValue;
  const query = openTrades();
  const keys = ({ inserted, removed }: EntryChanges): number =>
    [...inserted, ...removed].reduce((sum, { key }) => sum + key.length, 0);

  const json = microseconds((at) => JSON.stringify([...document(at)].map(String)).length);
  const cases: readonly (readonly [name: string, run: (at: number) => number])[] = [
    [
      "entries of a new trade, automatic indexes",
      (at) => automatic.changes(path(at), undefined, document(at)).inserted.length,
    ],
    [
      "the same, with the keys of all 28",
      (at) => keys(automatic.changes(path(at), undefined, document(at))),
    ],
    [
      "entries of a new trade, the service's indexes",
      (at) => own.changes(path(at), undefined, document(at)).inserted.length,
    ],
    [
      "entries of a revalued trade, the service's indexes",
      (at) => own.changes(path(at), document(at), revalued[at % 256]).inserted.length,
    ],
    ["a query's plan", () => own.plan(query, "demo-bench").kind.length],
  ];
  return cases.flatMap(([name, run]) => {
    const cost = microseconds(run);
    say(`  ${name}: ${cost.toFixed(2)} us`);
    return [
      { name, figure: cost, unit: "us", target: null, met: null },
      { name: `${name}, by JSON of it`, figure: cost / json, unit: "×", target: null, met: null },
    ];
  });
}

function microseconds(run: (at: number) => number): number {
  for (let at = 0; at < ROUNDS / 10; at += 1) used += run(at);
  const startedMs = performance.now();
  for (let at = 0; at < ROUNDS; at += 1) used += run(at);
  return ((performance.now() - startedMs) / ROUNDS) * 1000;
}

/** What was computed is used, so that none of it may be left out. */
let used = 0;

function ownIndexes(): IndexFile {
  const read = readIndexFile(readFileSync(INDEXES_FILE, "utf8"));
  if (read.kind === "faulty")
    throw new Error(`firestore.indexes.json: ${JSON.stringify(read.faults)}`);
  return read.file;
}

/** A trade of 14 fields. */
function trade(at: number): MapValue {
  return new Map<string, Value>([
    ["uid", `user-${at}`],
    ["tenant_id", "tenant-1"],
    ["strategy_id", "strategy-1"],
    ["symbol", "ACME"],
    ["side", "BUY"],
    ["status", "OPEN"],
    ["quantity", "10"],
    ["entry_price", "12.50"],
    ["last_price", String(at)],
    ["pnl", String(at * 2)],
    ["pnl_percent", "1.0000"],
    ["created_at", new Timestamp(1_767_623_400 + at, 0)],
    ["quoted_at", null],
    ["closed_at", null],
  ]);
}

function revalue(document: MapValue, at: number): MapValue {
  const moment = new Timestamp(1_767_700_000 + at, 0);
  return new Map<string, Value>([
    ...document,
    ["last_price", `${at}.5`],
    ["pnl", `${at}.25`],
    ["quoted_at", moment],
  ]);
}

function openTrades(): StructuredQuery {
  const path = shadowTradesPath("u1");
  return {
    parent: path.slice(0, path.lastIndexOf("/")),
    collectionId: path.slice(path.lastIndexOf("/") + 1),
    allDescendants: false,
    where: { kind: "field", field: ["status"], operator: "==", value: "OPEN" },
    orderBy: [{ field: ["created_at"], direction: "descending" }],
    offset: 0,
  };
}
