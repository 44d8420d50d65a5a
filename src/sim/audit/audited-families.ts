import { z } from "zod";
import { Timestamp } from "../../firestore/data/timestamp.ts";
import type { MapValue, Value } from "../../firestore/data/value.ts";
import { DOCUMENT_FAMILIES, type FamilyName } from "../../system/schema/catalogue.ts";
import type { AuditedFamily } from "./audit-input.ts";
import { innerType, shapeOf } from "./field-knowledge.ts";
import type { Place } from "./finding.ts";

/** How the service rewrites documents that are there, family by family. */
const REWRITES: Partial<
  Record<FamilyName, { readonly how: string; readonly fields: readonly string[] }>
> = {
  shadowTrade: {
    how: "each sweep, when the price moves",
    fields: ["last_price", "pnl", "pnl_percent", "quoted_at"],
  },
  account: {
    how: "each sweep",
    fields: ["equity", "unrealized_pnl", "open_positions", "updated_at"],
  },
  userWriteRate: { how: "each sweep", fields: ["writes_per_minute", "last_updated"] },
  heartbeat: {
    how: "each sweep, by each worker",
    fields: ["sweep_id", "users_swept", "users_failed", "writes", "last_beat_at"],
  },
  workerWriteRate: { how: "each sweep", fields: ["writes_per_minute", "last_updated"] },
  batchPerformance: {
    how: "each sweep",
    fields: ["current_batch_count", "batches_per_minute", "rate_limited_events", "last_updated"],
  },
  sweepLease: { how: "while a sweep lasts, each renewal", fields: ["expires_at"] },
  tradingStatus: {
    how: "by its user, now and then",
    fields: ["enabled", "mode", "reason", "changed_at"],
  },
};

/** A moment of no meaning (2026-01-05T14:30:00Z): only its size counts. */
const MOMENT = new Timestamp(1_767_623_400, 0);
/** A usual number: "1234.56" has 7 bytes. An ID has 20, as those the SDKs make. */
const DECIMAL = "1234.56";
const ID = "Ab3dE5gH1jK2mN4pQ6rS";
const ID_NAME = /(^|_)(id|uid)$|^holder$/;

/**
 * The service's kinds of documents, each with a document of usual size.
 * @param placeOf where a pattern is written.
 * @param groups only these collection groups; undefined: all.
 */
export function auditedFamilies(
  placeOf: (pattern: string) => Place,
  groups?: ReadonlySet<string>,
): readonly AuditedFamily[] {
  return DOCUMENT_FAMILIES.filter(
    ({ pattern }) => groups === undefined || groups.has(pattern.split("/").at(-2) ?? ""),
  ).map(({ name, pattern, schema }) => {
    const fields = Object.entries(shapeOf(schema));
    const sample: MapValue = new Map(
      fields.map(([field, type]) => [field, sampleOf(field, innerType(type))]),
    );
    const mostElements = fields.reduce((sum, [, type]) => sum + mostElementsOf(type), 0);
    return {
      name,
      pattern,
      place: placeOf(pattern),
      sample,
      mostElements,
      rewrite: REWRITES[name],
    };
  });
}

function sampleOf(field: string, type: unknown): Value {
  if (type instanceof z.ZodDate) return MOMENT;
  if (type instanceof z.ZodBoolean) return true;
  if (type instanceof z.ZodNumber) return 1n;
  if (type instanceof z.ZodEnum) return String(type.options[0]);
  if (type instanceof z.ZodArray) return ["ACME"];
  return ID_NAME.test(field) ? ID : DECIMAL;
}

function mostElementsOf(type: z.ZodType): number {
  const inner = innerType(type);
  if (!(inner instanceof z.ZodArray)) return 0;
  return z.toJSONSchema(inner, { unrepresentable: "any" }).maxItems ?? 0;
}
