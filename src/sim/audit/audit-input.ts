import type { MapValue } from "../../firestore/data/value.ts";
import type { IndexFile } from "../../firestore/indexes/index-file.ts";
import type { JsonDocument } from "../../firestore/indexes/json-text.ts";
import type { Knowledge } from "./field-knowledge.ts";
import type { Place } from "./finding.ts";
import type { KnownQuery } from "./known-query.ts";
import type { RulesFile } from "./rules-file.ts";

/** All that an audit looks at. It reads nothing else and runs nothing. */
export interface AuditInput {
  readonly indexes: {
    readonly name: string;
    readonly file: IndexFile;
    readonly source: JsonDocument;
  };
  /** Undefined: not given, so the rules are not judged. */
  readonly rules: { readonly name: string; readonly file: RulesFile } | undefined;
  readonly queries: readonly KnownQuery[];
  /** Whether these are all the queries there are, so that what none of them reads is read by nobody. */
  readonly areAllQueries: boolean;
  readonly knowledge: Knowledge;
  /** Kinds of documents whose writes are priced, where a schema is known. */
  readonly families: readonly AuditedFamily[];
}

export interface AuditedFamily {
  readonly name: string;
  /** "users/{uid}/shadowTradeHistory/{tradeId}" */
  readonly pattern: string;
  readonly place: Place;
  /** A document of usual size. */
  readonly sample: MapValue;
  /** Most elements that its arrays may have, all together. */
  readonly mostElements: number;
  /** How documents that are there are written again, and which fields then change. */
  readonly rewrite: { readonly how: string; readonly fields: readonly string[] } | undefined;
}
