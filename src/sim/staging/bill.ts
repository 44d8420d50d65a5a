import type { Billed } from "../measure/billed-operations.ts";
import { costOf, pricesOf } from "../measure/price-table.ts";
import { UserError } from "../cli/errors.ts";
import type { Estimate } from "./estimate.ts";
import type { WriteLimits } from "./write-caps.ts";

export interface BillRequest {
  readonly estimate: Estimate;
  /** The database's location, such as "us-central1". */
  readonly location: string;
  /** Dollars. */
  readonly maxCost: number;
  /** null: half as many again as are estimated. */
  readonly maxWrites: number | null;
  readonly maxWritesPerSecond: number;
}

export interface Bill {
  /** What is printed before a run starts. */
  readonly lines: readonly string[];
  readonly limits: WriteLimits;
}

/** The cap where none is asked for: a run that writes so much more is not the one that was estimated. */
const CAP_FACTOR = 1.5;

/** Says what a run will cost and where it will be stopped; throws E_STAGING_COST when that is too much. */
export function billOf(request: BillRequest): Bill {
  const { estimate, location, maxCost, maxWrites, maxWritesPerSecond } = request;
  const { prices, isKnown } = pricesOf(location);
  const dollars = costOf(estimate.run, prices) + costOf(estimate.cleaning, prices);
  const total = maxWrites ?? Math.ceil(CAP_FACTOR * estimate.run.writes);
  const lines = [
    `Estimate of the run: ${inWords(estimate.run)}`,
    `Estimate of cleaning up after it: ${inWords(estimate.cleaning)}`,
    `Together ${asDollars(dollars)} of at most ${asDollars(maxCost)} (--max-cost): prices of ${prices.place}${isKnown ? "" : `, for ${location} is not in the table`}, read ${prices.readOn}, ${prices.source}. The free tier, storage and egress are left out.`,
    `Caps: ${amount(maxWritesPerSecond)} writes in any second, ${amount(total)} in all.`,
  ];
  const fault =
    dollars > maxCost
      ? `--max-cost: the run is estimated at ${asDollars(dollars)}, and ${asDollars(maxCost)} is allowed`
      : maxWrites !== null && estimate.run.writes > maxWrites
        ? `--max-writes: the run is estimated at ${amount(estimate.run.writes)} writes, and ${amount(maxWrites)} are allowed`
        : undefined;
  if (fault === undefined) return { lines, limits: { perSecond: maxWritesPerSecond, total } };
  throw new UserError(
    "E_STAGING_COST",
    [...lines, fault].join("\n"),
    "Run fewer users, a shorter --duration or fewer scenarios, or allow more. Nothing was written.",
  );
}

function inWords({ reads, writes, deletes }: Billed): string {
  return `${amount(reads)} reads, ${amount(writes)} writes, ${amount(deletes)} deletes`;
}

function amount(count: number): string {
  return count.toLocaleString("en-US");
}

function asDollars(dollars: number): string {
  return `$${dollars < 0.01 ? dollars.toFixed(4) : dollars.toFixed(2)}`;
}
