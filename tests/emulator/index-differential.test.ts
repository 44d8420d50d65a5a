import { describe, expect, inject, it } from "vitest";
import { formatFieldPath } from "../../src/firestore/data/field-path.ts";
import type { IndexField } from "../../src/firestore/indexes/catalogue.ts";
import {
  columnText,
  definitionOf,
  neededIndexes,
  type NeededIndex,
} from "../../src/firestore/indexes/needed-index.ts";
import { createRng } from "../../src/std/rng.ts";
import { readIndexUsage, type ReportedIndex } from "../setup/index-usage.ts";
import { randomQuery, type RandomQuery } from "../setup/random-queries.ts";
import { structuredQueryJson } from "../setup/structured-query-json.ts";

/*
 * What index does a query need? Asked of the official emulator, which reports it of every query, and
 * of neededIndexes(), over queries that nobody chose. Each query has a collection of its own, whose
 * name tells its reports from the others', so that one project serves a whole batch.
 */

const SEED = 20_261_125;
const QUERIES = 6000;
const BATCH = 250;
const IN_PARALLEL = 8;

/** Where the two may differ, and why ours is as it is. Each must be met, or it goes from the list. */
const DIFFERENCES = {
  /** Emulator: (a ASC, a DESC, …). */
  "an order on a field of equality is a column": `
    Production's link leaves it out, and gives __name__ its direction (firebase-js-sdk issue 9097).`,
  /** Emulator: (a ASC, __name__ DESC). */
  "names downwards after equalities alone are an index of their own": `
    The documentation says that an equality reads an index of either direction
    (standard-index-overview, "ascending (or descending)").`,
} as const;
type Difference = keyof typeof DIFFERENCES;

describe("the index a query needs, by the emulator's report and by ours", () => {
  const endpoint = inject("firestoreEndpoint");

  it(`agree on ${QUERIES} random queries`, async () => {
    const disagreements: string[] = [];
    const met = new Map<Difference, number>();
    let refused = 0;
    let silent = 0;
    for (let first = 0; first < QUERIES; first += BATCH) {
      const { asked, reports } = await runBatch(endpoint, first);
      for (const { random, name, isRefused } of asked) {
        const comparison = compare(random, reports.get(name) ?? []);
        refused += Number(isRefused);
        if (isRefused) continue;
        silent += Number(comparison.needed === 0);
        for (const one of comparison.differences) met.set(one, (met.get(one) ?? 0) + 1);
        if (!comparison.agree) disagreements.push(comparison.text);
      }
    }
    const judged = QUERIES - refused;
    const differences = [...met].map(([name, count]) => `\n  ${count} × ${name}`).join("");
    process.stdout.write(
      `Indexes: ${judged} queries judged, ${refused} not taken by the emulator; ${silent} need no ` +
        `declared index; ${disagreements.length} disagreements; by design: ${differences}\n`,
    );
    expect(disagreements).toEqual([]);
    // The comparison is worth something only if it met what it is about.
    expect(judged).toBeGreaterThan(QUERIES * 0.8);
    expect(silent).toBeLessThan(judged * 0.4);
    expect([...met.keys()].toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted());
  }, 180_000);
});

interface Asked {
  readonly random: RandomQuery;
  readonly name: string;
  /** The emulator does not take it: more than one !=, not-in beside "or", and the like. */
  readonly isRefused: boolean;
}

async function runBatch(endpoint: string, first: number) {
  const projectId = `demo-differential-${process.pid}-${first}`;
  const asked: Asked[] = [];
  const waiting = Array.from({ length: BATCH }, (_, at) => `q${first + at}`).values();
  const work = async () => {
    for (const name of waiting) {
      const random = randomQuery(createRng(SEED).fork(name), name, projectId);
      asked.push({ random, name, isRefused: !(await isTaken(endpoint, projectId, random)) });
    }
  };
  await Promise.all(Array.from({ length: IN_PARALLEL }, work));
  const reported = await readIndexUsage(endpoint, projectId);
  return { asked, reports: Map.groupBy(reported, ({ collectionGroup }) => collectionGroup) };
}

async function isTaken(
  endpoint: string,
  projectId: string,
  { query, aggregated }: RandomQuery,
): Promise<boolean> {
  const structuredQuery = structuredQueryJson(query);
  const aggregations = aggregated.map((field, at) => ({
    alias: `sum${at}`,
    sum: { field: { fieldPath: formatFieldPath(field) } },
  }));
  const isPlain = aggregated.length === 0;
  const body = isPlain
    ? { structuredQuery }
    : { structuredAggregationQuery: { structuredQuery, aggregations } };
  const database = `projects/${projectId}/databases/(default)`;
  const method = isPlain ? "runQuery" : "runAggregationQuery";
  const response = await fetch(`http://${endpoint}/v1/${database}/documents:${method}`, {
    method: "POST",
    headers: { authorization: "Bearer owner", "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.ok && !text.includes('"error"')) return true;
  if (text.includes("INVALID_ARGUMENT")) return false;
  throw new Error(`${method}: HTTP ${response.status}: ${text}`);
}

interface Comparison {
  readonly agree: boolean;
  /** How many indexes the query needs that not every database has. */
  readonly needed: number;
  readonly differences: readonly Difference[];
  readonly text: string;
}

/** Each index needed is to be reported, and nothing else. */
function compare(random: RandomQuery, reports: readonly ReportedIndex[]): Comparison {
  const needs = neededIndexes(random.query, random.aggregated);
  const differences: Difference[] = [];
  const unexpected = reports.filter((report) => {
    const match = needs.find((needed) => isReportOf(report, needed));
    if (match === undefined) return true;
    if (withoutRepeats(report.fields).length < report.fields.length) {
      differences.push("an order on a field of equality is a column");
    }
    if (match.ordered.length === 0 && report.nameDirection === "DESCENDING") {
      differences.push("names downwards after equalities alone are an index of their own");
    }
    return false;
  });
  const declared = needs.filter((needed) => !isAutomatic(needed));
  const unreported = declared.filter(
    (needed) => !reports.some((report) => isReportOf(report, needed)),
  );
  const show = (indexes: readonly object[]): string => JSON.stringify(indexes);
  return {
    agree: unexpected.length + unreported.length === 0,
    needed: declared.length,
    differences,
    text:
      `${JSON.stringify(structuredQueryJson(random.query))} sum of ${show(random.aggregated)}` +
      `\n  unexpected: ${show(unexpected)}\n  unreported: ${show(unreported)}`,
  };
}

/** Equalities in any order; after them alone, names in either direction. */
function isReportOf(report: ReportedIndex, needed: NeededIndex): boolean {
  const found = withoutRepeats(report.fields).map(columnText);
  const split = needed.equalities.length;
  const equalities = needed.equalities.map(columnText).toSorted();
  return (
    found.slice(0, split).toSorted().join() === equalities.join() &&
    found.slice(split).join() === needed.ordered.map(columnText).join() &&
    report.scope === needed.queryScope &&
    (needed.ordered.length === 0 || report.nameDirection === needed.nameDirection)
  );
}

/** Without columns of values that repeat one; one of elements is of another kind. */
function withoutRepeats(fields: readonly IndexField[]): readonly IndexField[] {
  return fields.filter(
    (field, at) =>
      !("order" in field) ||
      !fields.slice(0, at).some((one) => one.fieldPath === field.fieldPath && "order" in one),
  );
}

/** Every database has those of one field, in collection scope. The emulator does not report them. */
function isAutomatic(needed: NeededIndex): boolean {
  return needed.queryScope === "COLLECTION" && definitionOf(needed).fields.length === 1;
}
